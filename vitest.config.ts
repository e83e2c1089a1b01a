import { configDefaults, defineConfig } from 'vitest/config';

const e2eTests = ['packages/*/src/**/*.e2e.test.ts', 'apps/*/src/**/*.e2e.test.ts'];

/** These compute, in no real time: they run like unit tests, each in a process of its own. */
const computingTests = [
  'apps/server/src/embedded-engine.e2e.test.ts',
  'apps/server/src/learnt-line.e2e.test.ts',
  'apps/server/src/paused-number.e2e.test.ts',
  'apps/server/src/selectivity.e2e.test.ts',
  'apps/server/src/sessions-come-and-go.e2e.test.ts',
  'packages/pipelines/src/embedded/flite/flite-text-to-speech.e2e.test.ts',
  'packages/pipelines/src/embedded/flite/spoken-token-ends.e2e.test.ts',
  'packages/pipelines/src/embedded/paused-number.e2e.test.ts',
  'packages/pipelines/src/embedded/soundswallower/everyday-words.e2e.test.ts',
  'packages/pipelines/src/embedded/soundswallower/forced-aligner.e2e.test.ts',
  'packages/pipelines/src/embedded/soundswallower/soundswallower-speech-to-text.e2e.test.ts',
  'packages/pipelines/src/start-worker.e2e.test.ts',
  'packages/pipelines/src/turn-detection/neural-turn-detectors.e2e.test.ts',
];

/** These wait for time to pass most of the time, and mind no neighbour: three of them run at once. */
const waitingTests = [
  'apps/server/src/console/killed-server.e2e.test.ts',
  'apps/server/src/faked-consent.e2e.test.ts',
  'apps/server/src/main.e2e.test.ts',
  'apps/server/src/offered-answer.e2e.test.ts',
  'apps/server/src/promised-answer.e2e.test.ts',
  'apps/server/src/provider-faults.e2e.test.ts',
  'apps/server/src/secret-digits.e2e.test.ts',
  'apps/server/src/stock-clients/agents-realtime.e2e.test.ts',
  'apps/server/src/stock-clients/livekit-history.e2e.test.ts',
  'apps/server/src/stock-clients/openai-realtime-api-tools.e2e.test.ts',
  'apps/server/src/stock-clients/openai-realtime-api.e2e.test.ts',
  'apps/server/src/stock-clients/openai-tools.e2e.test.ts',
  'apps/server/src/stock-clients/openai.e2e.test.ts',
  'apps/server/src/tool-outcomes.e2e.test.ts',
  'apps/server/src/tracing/golden-trace.e2e.test.ts',
  'apps/worker/src/main.e2e.test.ts',
  'packages/realtime/src/agents-realtime.e2e.test.ts',
];

/** These have a core to spare: two of them run at once. */
const pairedTests = [
  'apps/console/src/console.e2e.test.ts',
  'apps/console/src/latency.e2e.test.ts',
  'apps/console/src/session.e2e.test.ts',
  'apps/server/src/covered-model.e2e.test.ts',
  'apps/server/src/idle-sockets.e2e.test.ts',
  'apps/server/src/last-resort-voice.e2e.test.ts',
  'apps/server/src/realtime-chain.e2e.test.ts',
  'apps/server/src/session-page.e2e.test.ts',
  'apps/server/src/stock-clients/agents-realtime-speech.e2e.test.ts',
  'apps/server/src/stock-clients/agents-realtime-tools.e2e.test.ts',
  'apps/server/src/stock-clients/livekit.e2e.test.ts',
  'apps/server/src/stock-clients/openai-realtime-api-speech.e2e.test.ts',
  'apps/server/src/stock-clients/openai-speech.e2e.test.ts',
  'apps/server/src/talk-page.e2e.test.ts',
  'packages/pipelines/src/providers/hosted-recognisers.e2e.test.ts',
  'packages/pipelines/src/providers/hosted-voices.e2e.test.ts',
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
  'packages/tools/src/testing/kill-trial.e2e.test.ts',
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
        // Projects of a group begin in the order of their names: this, the next, and the short.
        test: { name: 'e2e-computing', include: computingTests, ...e2eLimits },
      },
      {
        extends: true,
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
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          ...e2eLimits,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e-paired',
          include: pairedTests,
          sequence: { groupOrder: 2 },
          ...e2eLimits,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: e2eTests,
          exclude: [
            ...configDefaults.exclude,
            ...computingTests,
            ...isolatedTests,
            ...pairedTests,
            ...waitingTests,
          ],
          // These run servers and audio in real time: alone, after all others.
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          ...e2eLimits,
        },
      },
    ],
  },
});
