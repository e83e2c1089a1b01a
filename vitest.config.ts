import { configDefaults, defineConfig } from 'vitest/config';

const e2eTests = ['packages/*/src/**/*.e2e.test.ts', 'apps/*/src/**/*.e2e.test.ts'];

/** These wait for time to pass most of the time, and mind no neighbour: two of them run at once. */
const waitingTests = [
  'apps/cli/src/load/load.e2e.test.ts',
  'apps/server/src/faked-consent.e2e.test.ts',
  'apps/server/src/offered-answer.e2e.test.ts',
  'apps/server/src/promised-answer.e2e.test.ts',
  'apps/server/src/secret-digits.e2e.test.ts',
  'apps/server/src/tool-outcomes.e2e.test.ts',
  'apps/worker/src/main.e2e.test.ts',
  'packages/tools/src/testing/kill-trial.e2e.test.ts',
];

/**
 * Each of these has a process to itself. Some count what it holds; the others take long, and begin
 * before all others, so that nothing waits for them in the end.
 */
const isolatedTests = [
  'apps/server/src/server.test.ts',
  'apps/server/src/upgrades.test.ts',
  'packages/realtime/src/connection-fuzz.test.ts',
  'packages/realtime/src/declared-format.test.ts',
  'packages/realtime/src/largest-events.test.ts',
  'packages/session/src/session-properties.test.ts',
  'packages/session/src/truncation-sweep.test.ts',
  'packages/tools/src/follow-ups/crashes.test.ts',
];

/** A limit against tests that hang, far above what any takes on a busy machine. */
const unitLimits = { testTimeout: 60_000 };

/** Servers and audio in real time take long. */
const e2eLimits = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  // Packages of this repository resolve to their sources, so tests need no build of them.
  resolve: { conditions: ['antiphon-source'] },
  ssr: { resolve: { conditions: ['antiphon-source'] } },
  test: {
    environment: 'node',
    // Native modules and WebAssembly engines are loaded once per process, not per worker thread.
    pool: 'forks',
    // Two test files at a time: each may run a neural model, which fills a core by itself.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        // Projects of a group begin in the order of their names.
        test: { name: 'isolated', include: isolatedTests, ...unitLimits },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'infra/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...e2eTests, ...isolatedTests],
          // Files share the processes, and what each would otherwise load anew.
          isolate: false,
          ...unitLimits,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e-waiting',
          include: waitingTests,
          sequence: { groupOrder: 1 },
          ...e2eLimits,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: e2eTests,
          exclude: [...configDefaults.exclude, ...waitingTests],
          // These run servers and audio in real time: alone, after all others.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          ...e2eLimits,
        },
      },
    ],
  },
});
