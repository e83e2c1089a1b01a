import { fileURLToPath } from 'node:url';
import { startServerProcess } from '../load/server-process.ts';
import type { ServerProcess } from '../load/server-process.ts';

const SERVER = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url));

/** Starts the server from its sources, with the agents that come with it. */
export function startSourceServer(): Promise<ServerProcess> {
  return startServerProcess({
    command: ['--import', import.meta.resolve('tsx'), '--conditions=antiphon-source', SERVER],
    settings: () => ({ ANTIPHON_RECORDINGS: 'off' }),
  });
}
