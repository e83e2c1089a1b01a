import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import type { ServerConfig } from '../config.ts';
import type { RunningServer, ServerDeps } from '../server.ts';
import { startServer } from '../server.ts';

/** The key of a test server. */
export const TEST_KEY = 'sk-antiphon-test';
/** Keys of two tenants, `acme` and `globex`. */
export const TENANT_KEY = 'sk-antiphon-acme';
export const OTHER_TENANT_KEY = 'sk-antiphon-globex';

/** A server on a free port with agents of the stub pipeline, in a folder of its own. */
export interface TestServer extends RunningServer {
  /** The same address for WebSockets. */
  readonly wsUrl: string;
  readonly dataDir: string;
  /** What was logged so far, one parsed line each, and as text. */
  readonly logged: { readonly lines: readonly Record<string, unknown>[]; readonly text: string };
}

/**
 * Starts one; `close` also removes its folder, and throws when what holds in every session was
 * broken in one, such as hops that add up.
 */
export async function startTestServer(
  overrides: Partial<ServerConfig> = {},
  deps: ServerDeps = {},
): Promise<TestServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-server-'));
  const agentsDir = path.join(folder, 'agents');
  await writeAgent(agentsDir, 'greeter', 'Hello there.');
  await writeAgent(agentsDir, 'waiter', null);
  let text = '';
  const log = pino({ level: 'info' }, { write: (line: string) => void (text += line) });
  const config: ServerConfig = {
    host: '127.0.0.1',
    port: 0,
    apiKeys: [
      { key: TEST_KEY, tenant: null },
      { key: 'sk-other', tenant: null },
      { key: TENANT_KEY, tenant: 'acme' },
      { key: OTHER_TENANT_KEY, tenant: 'globex' },
    ],
    dataDir: path.join(folder, 'data'),
    agentsDir,
    defaultAgent: 'waiter',
    recordings: true,
    recordingsDays: 30,
    analyze: false,
    logLevel: 'info',
    maxSessions: 10,
    maxSessionMs: 3_600_000,
    connectionsPerMinute: 6_000,
    redisUrl: null,
    webhookAllow: [],
    variables: () => undefined,
    tls: null,
    smtpUrl: null,
    smtpFrom: null,
    smtpCaFile: null,
    mailDays: 30,
    mailDir: path.join(folder, 'mail'),
    otlpMetricsUrl: null,
    tracing: null,
    traceUrl: null,
    ...overrides,
  };
  const server = await startServer(config, { log, ...deps });
  return {
    ...server,
    wsUrl: server.url.replace('http', 'ws'),
    dataDir: config.dataDir,
    get logged() {
      const lines = text.trim().split('\n');
      return { text, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
    },
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true });
      // Of every session: hops that add up, history that was heard, nothing left behind.
      const broken = text.split('\n').find((line) => line.includes('"invariant violated"'));
      if (broken) throw new Error(`A session broke what holds always: ${broken}`);
    },
  };
}

/** Writes an agent folder that needs no model. */
export async function writeAgent(
  agentsDir: string,
  name: string,
  greeting: string | null,
): Promise<void> {
  const folder = path.join(agentsDir, name);
  await mkdir(folder, { recursive: true });
  const lines = [
    `description: Says the same every time, as ${name}.`,
    'pipeline: stub',
    'voice: stub',
    'detector: energy',
    'backchannel: ignore',
    `greeting: ${JSON.stringify(greeting)}`,
  ];
  await writeFile(path.join(folder, 'agent.yaml'), `${lines.join('\n')}\n`);
  await writeFile(path.join(folder, 'instructions.md'), 'Say the same every time.\n');
}
