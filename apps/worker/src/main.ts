import { systemClock } from '@antiphon/session';
import { banner } from './banner.ts';
import { readConfig } from './config.ts';
import { startWorker } from './start-worker.ts';
import { WorkerError } from './worker-error.ts';

/** Exit codes: 2 is for what the person who started it can mend in the environment. */
const BAD_SETTINGS = 2;
const FAILED = 1;

/** A terminal and npm tell the same Ctrl-C within milliseconds of each other. */
const SAME_SIGNAL_MS = 1_000;

try {
  await main();
} catch (error) {
  if (!(error instanceof WorkerError)) throw error;
  console.error(error.message);
  process.exitCode = error.code === 'invalid_config' ? BAD_SETTINGS : FAILED;
}

async function main(): Promise<void> {
  const config = readConfig({ env: process.env, workingDir: process.cwd() });
  let stoppingSinceMs: number | null = null;
  let stop = (): void => process.exit(0);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stoppingSinceMs !== null) {
        if (systemClock.now() - stoppingSinceMs > SAME_SIGNAL_MS) process.exit(FAILED);
        return;
      }
      stoppingSinceMs = systemClock.now();
      stop();
    });
  }
  const worker = await startWorker(config);
  process.stdout.write(banner(worker, config));
  stop = () => {
    console.log('\nStopping: jobs that run may end. Ctrl-C again stops at once.');
    worker.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(FAILED);
      },
    );
  };
}
