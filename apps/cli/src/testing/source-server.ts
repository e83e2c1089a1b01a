import { serverCommand } from '../load/built-programs.ts';
import { startServerProcess } from '../load/server-process.ts';
import type { ServerProcess } from '../load/server-process.ts';

/** Starts the server from its sources, with the agents that come with it. */
export function startSourceServer(): Promise<ServerProcess> {
  return startServerProcess({
    command: serverCommand(),
    settings: () => ({ ANTIPHON_RECORDINGS: 'off' }),
  });
}
