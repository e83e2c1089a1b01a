import { systemClock } from '@antiphon/session';
import { banner } from './banner.ts';
import { HELP, readCommandLine } from './command-line.ts';
import { readConfig } from './config.ts';
import { ServerError } from './server-error.ts';
import { startServer } from './server.ts';

/** Exit codes: 2 is for what the person who started it can mend in the command or environment. */
const BAD_SETTINGS = 2;
const FAILED = 1;

/** A terminal and npm tell the same Ctrl-C within milliseconds of each other. */
const SAME_SIGNAL_MS = 1_000;

try {
  await main();
} catch (error) {
  if (!(error instanceof ServerError)) throw error;
  console.error(error.message);
  const isSetting = error.code === 'invalid_arguments' || error.code === 'invalid_config';
  process.exitCode = isSetting ? BAD_SETTINGS : FAILED;
}

async function main(): Promise<void> {
  const { help, flags } = readCommandLine(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const workingDir = process.cwd();
  const config = readConfig({ env: process.env, flags, workingDir });
  let stoppingSinceMs: number | null = null;
  let stop = (): void => process.exit(0);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Ctrl-C comes twice when npm passes it on; whoever asks again later does not want to wait.
      if (stoppingSinceMs !== null) {
        if (systemClock.now() - stoppingSinceMs > SAME_SIGNAL_MS) process.exit(FAILED);
        return;
      }
      stoppingSinceMs = systemClock.now();
      stop();
    });
  }
  const server = await startServer(config, { onProgress: (doing) => console.log(`${doing} …`) });
  process.stdout.write(banner(server, { workingDir, isTerminal: process.stdout.isTTY }));
  stop = () => {
    console.log('\nStopping: ending every session. Ctrl-C again stops at once.');
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(FAILED);
      },
    );
  };
}
