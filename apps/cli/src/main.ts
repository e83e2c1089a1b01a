import { CliError } from './cli-error.ts';
import { antiphonProgram } from './program.ts';

const interruption = new AbortController();
const { stdout, stderr, env } = process;

// The first Ctrl-C hangs up, cleans up and reports; the second ends the process as usual.
process.once('SIGINT', () => interruption.abort());
process.once('SIGTERM', () => interruption.abort());
// A reader that has seen enough (`| head`) is no error.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await antiphonProgram({
    terminal: { stdout, stderr, environment: env, directory: process.cwd() },
    signal: interruption.signal,
    onResult: (succeeded) => {
      process.exitCode = succeeded ? 0 : 1;
    },
  }).parseAsync();
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  stderr.write(`antiphon: ${error.message}\n`);
  process.exitCode = 1;
}
