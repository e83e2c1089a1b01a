import { banner } from './banner.ts';
import { HELP, readCommandLine } from './command-line.ts';
import { readConfig } from './config.ts';
import { ServerError } from './server-error.ts';
import { startServer } from './server.ts';

/** Exit codes: 2 is for what the person who started it can mend in the command or environment. */
const BAD_SETTINGS = 2;
const FAILED = 1;

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
  let isStopping = false;
  let stop = (): void => process.exit(0);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait.
      if (isStopping) process.exit(FAILED);
      isStopping = true;
      stop();
    });
  }
  const server = await startServer(config, { onProgress: (doing) => console.log(`${doing} …`) });
  process.stdout.write(banner(server, workingDir));
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
