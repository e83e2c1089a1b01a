import { cpSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError } from '../cli-error.ts';
import type { LoadEngine } from './load-engine.ts';
import { STUB_AGENT } from './load-engine.ts';
import { startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

/** The server beside this package; the same place seen from `src` and from `dist`. */
const SERVER = fileURLToPath(new URL('../../../server', import.meta.url));

/** As many as a server can be told. */
const MOST_CONNECTIONS_PER_MINUTE = '1000000';

/** So that a session that is slow to end keeps nobody out. */
const SPARE_SESSIONS = 8;

/** What a server is started for. */
export interface BenchServerOptions {
  readonly engine: LoadEngine;
  /** At once. */
  readonly sessions: number;
  readonly recordings: 'on' | 'off';
}

/**
 * Starts the built server to be measured, with room for the sessions and no limit to how often a
 * client connects. Behind the stub it serves nothing else and so loads no model, whose memory would
 * hide that of the sessions. Rejects with `server_not_started`.
 */
export async function startBenchServer({
  engine,
  sessions,
  recordings,
}: BenchServerOptions): Promise<ServerProcess> {
  const main = path.join(SERVER, 'dist', 'main.js');
  if (!existsSync(main)) {
    throw new CliError('server_not_started', 'The server is not built: run "npm run build" first.');
  }
  return startServerProcess({
    command: [main],
    settings: (dataDirectory) => ({
      ANTIPHON_RECORDINGS: recordings,
      ANTIPHON_CONNECTIONS_PER_MINUTE: MOST_CONNECTIONS_PER_MINUTE,
      ANTIPHON_MAX_SESSIONS: `${sessions + SPARE_SESSIONS}`,
      ...(engine === 'stub' && { ANTIPHON_AGENTS_DIR: stubAgents(dataDirectory) }),
    }),
  });
}

/** A folder with the stub agent alone. */
function stubAgents(dataDirectory: string): string {
  const agents = path.join(dataDirectory, 'agents');
  const from = path.join(SERVER, 'agents', STUB_AGENT);
  cpSync(from, path.join(agents, STUB_AGENT), { recursive: true });
  // Its tools are ES modules wherever they lie.
  writeFileSync(path.join(dataDirectory, 'package.json'), '{"type":"module"}');
  return agents;
}
