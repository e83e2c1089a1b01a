import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
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
  const settings = {
    ANTIPHON_RECORDINGS: recordings,
    ANTIPHON_CONNECTIONS_PER_MINUTE: MOST_CONNECTIONS_PER_MINUTE,
    ANTIPHON_MAX_SESSIONS: `${sessions + SPARE_SESSIONS}`,
  };
  if (engine === 'openai-realtime') return startRelayServer(main, settings);
  return startServerProcess({
    command: [main],
    settings: (dataDirectory) => ({
      ...settings,
      ...(engine === 'stub' && { ANTIPHON_AGENTS_DIR: stubAgents(dataDirectory) }),
    }),
  });
}

/** A server whose agent's model is another server, of which only the first is measured. */
async function startRelayServer(
  main: string,
  settings: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const model = await startServerProcess({
    command: [main],
    settings: (dataDirectory) => ({
      ...settings,
      ANTIPHON_RECORDINGS: 'off',
      ANTIPHON_AGENTS_DIR: stubAgents(dataDirectory),
    }),
  });
  try {
    const server = await startServerProcess({
      command: [main],
      settings: (dataDirectory) => ({
        ...settings,
        OPENAI_API_KEY: model.key,
        ANTIPHON_AGENTS_DIR: relayAgents(dataDirectory, model.url),
      }),
    });
    const stop = async (): Promise<void> => {
      await server.stop();
      await model.stop();
    };
    return { ...server, stop };
  } catch (error) {
    await model.stop();
    throw error;
  }
}

/** The same agent with another server's for its model, and nothing else that would have to be loaded. */
function relayAgents(dataDirectory: string, modelUrl: string): string {
  const agents = stubAgents(dataDirectory);
  const file = path.join(agents, STUB_AGENT, 'agent.yaml');
  const upstream = [
    'openaiRealtime:',
    `  url: ${modelUrl.replace('http', 'ws')}/v1/realtime`,
    `  model: ${STUB_AGENT}`,
    '  exactTexts: model',
    '  wordTimes: none',
  ];
  const agent = readFileSync(file, 'utf8').replace('pipeline: stub', 'pipeline: openai-realtime');
  writeFileSync(file, `${agent}${upstream.join('\n')}\n`);
  return agents;
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
