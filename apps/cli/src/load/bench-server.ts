import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CliError } from '../cli-error.ts';
import { startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

/** The built server beside this package; the same place seen from `src` and from `dist`. */
const SERVER = fileURLToPath(new URL('../../../server/dist/main.js', import.meta.url));

/** So that a session that is slow to end keeps nobody out. */
const SPARE_SESSIONS = 8;

/**
 * Starts the built server to be measured: recordings off, room for `sessions`. Rejects with
 * `server_not_started`.
 */
export async function startBenchServer(sessions: number): Promise<ServerProcess> {
  if (!existsSync(SERVER)) {
    throw new CliError('server_not_started', 'The server is not built: run "npm run build" first.');
  }
  return startServerProcess({
    command: [SERVER],
    settings: {
      ANTIPHON_RECORDINGS: 'off',
      ANTIPHON_MAX_SESSIONS: `${sessions + SPARE_SESSIONS}`,
    },
  });
}
