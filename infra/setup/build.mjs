import { endProcess, runNodeModule } from './run-command.mjs';

/** Builds every package that changed since its last build. Ends the process when one fails. */
export async function buildPackages() {
  const { code, output } = await runNodeModule(
    'turbo/bin/turbo',
    ['run', 'build', '--ui=stream', '--output-logs=errors-only'],
    { env: { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }, captured: true },
  );
  if (code === 0) return;
  console.error(output);
  console.error('The build failed: see the errors above.');
  await endProcess(1);
}
