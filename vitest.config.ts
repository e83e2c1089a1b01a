import { configDefaults, defineConfig } from 'vitest/config';

const e2eTests = ['packages/*/src/**/*.e2e.test.ts', 'apps/*/src/**/*.e2e.test.ts'];

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
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'infra/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...e2eTests],
          // A limit against tests that hang, far above what any takes on a busy machine.
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: e2eTests,
          // These run servers and audio in real time: alone, after the unit tests, and for long.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
