import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SERVER_AGENTS, serverCommand } from './built-programs.ts';
import type { LoadEngine } from './load-engine.ts';
import { isProvided, STUB_AGENT } from './load-engine.ts';
import { startLocalProviders } from './local-providers.ts';
import type { LocalProviders } from './local-providers.ts';
import { delaysOf } from './provider-delays.ts';
import type { DelaysName } from './provider-delays.ts';
import { startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

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
  /** Of a cascade's providers; none unless given. */
  readonly providerDelays?: DelaysName | undefined;
  /** Whether the model finds the turns; it does not unless given. */
  readonly findsTurns?: boolean | undefined;
  /** Whether a cascade's recogniser is asked for final words in pauses; it is not unless given. */
  readonly finalizesPauses?: boolean | undefined;
}

/** A server of one's own, and what its agent has behind it. */
export interface BenchServer extends ServerProcess {
  /** Null where all is in the server. */
  readonly providers: LocalProviders | null;
}

/**
 * Starts the server to be measured, with room for the sessions and no limit to how often a client
 * connects, and beside it, in another process, the providers that its agent needs. Unless the engine
 * is embedded it serves the bench agent alone and so loads no model, whose memory would hide that of
 * the sessions. Rejects with `server_not_started`.
 */
export async function startBenchServer({
  engine,
  sessions,
  recordings,
  providerDelays = 'none',
  findsTurns = false,
  finalizesPauses = false,
}: BenchServerOptions): Promise<BenchServer> {
  const command = serverCommand();
  const providers = isProvided(engine)
    ? await startLocalProviders(engine, {
        delays: delaysOf(providerDelays),
        settings: {
          ...(findsTurns && { turnDetection: 'provider' }),
          ...(finalizesPauses && { speechToText: { finalizesPauses } }),
        },
      })
    : null;
  try {
    const server = await startServerProcess({
      command,
      settings: (dataDirectory) => ({
        ANTIPHON_RECORDINGS: recordings,
        ANTIPHON_CONNECTIONS_PER_MINUTE: MOST_CONNECTIONS_PER_MINUTE,
        ANTIPHON_MAX_SESSIONS: `${sessions + SPARE_SESSIONS}`,
        ...(engine !== 'embedded' && {
          ANTIPHON_AGENTS_DIR: benchAgents(dataDirectory, engine, providers),
        }),
        ...providers?.variables,
      }),
    });
    const stop = async (): Promise<void> => {
      await server.stop();
      await providers?.stop();
    };
    return { ...server, providers, stop };
  } catch (error) {
    await providers?.stop();
    throw error;
  }
}

/** A folder with the bench agent alone, and an engine behind it. */
function benchAgents(
  dataDirectory: string,
  engine: LoadEngine,
  providers: LocalProviders | null,
): string {
  const agents = path.join(dataDirectory, 'agents');
  cpSync(path.join(SERVER_AGENTS, STUB_AGENT), path.join(agents, STUB_AGENT), { recursive: true });
  // Its tools are ES modules wherever they lie.
  writeFileSync(path.join(dataDirectory, 'package.json'), '{"type":"module"}');
  if (!providers) return agents;
  const file = path.join(agents, STUB_AGENT, 'agent.yaml');
  const agent = readFileSync(file, 'utf8').replace('pipeline: stub', `pipeline: ${engine}`);
  writeFileSync(file, `${agent}${providers.agentLine}\n`);
  return agents;
}
