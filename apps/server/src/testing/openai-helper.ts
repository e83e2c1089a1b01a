import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';
import { OpenAIRealtimeWS as BetaOpenAIRealtimeWS } from 'openai/beta/realtime/ws';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { StockServer } from './stock-server.ts';
import { ToldEvents } from './told-events.ts';
import type { ToldEvent } from './told-events.ts';

type Dialect = 'ga' | 'beta';

/** What an error event of the server becomes in the hands of a helper's user. */
export interface HelperError {
  readonly message: string;
  readonly code: string | null | undefined;
  readonly eventId: string | null | undefined;
}

/** A Realtime helper of the `openai` package that is connected. */
export interface OpenAIHelper {
  readonly told: ToldEvents;
  readonly errors: HelperError[];
  /** Resolves when its first connection is closed, by whomever. */
  readonly closed: Promise<void>;
  send(event: Record<string, unknown>): void;
  close(): Promise<void>;
}

/** What a helper is opened with. */
export interface HelperOptions {
  /** Instead of the server's. */
  readonly apiKey?: string;
  /** The address of a relay to the server. */
  readonly url?: string;
  /** Comes for transcripts alone; of the GA dialect only. */
  readonly transcribes?: boolean;
  /** Connects again by itself when the connection is cut; of the GA dialect only. */
  readonly reconnects?: boolean;
}

type Sender = { send(event: never): void };

/** The certificate that a client of the server must be told to trust, PEM. */
export async function certificateOf({ selfSignedCertFile }: StockServer): Promise<string> {
  return readFile(selfSignedCertFile ?? '', 'utf8');
}

const MODEL = 'acme-support';

/** What a helper of the GA dialect is made with. */
function gaProps({ transcribes = false, reconnects = false }: HelperOptions) {
  if (transcribes) return { intent: 'transcription' } as const;
  return { model: MODEL, ...(reconnects && { reconnect: true, reconnectInitialDelay: 10 }) };
}

/** Connects `openai/realtime/ws`, or `openai/beta/realtime/ws`, which use the `ws` package. */
async function openWsHelper(
  dialect: Dialect,
  server: StockServer,
  { apiKey = server.key, url = server.url, ...more }: HelperOptions = {},
): Promise<OpenAIHelper> {
  const client = new OpenAI({ apiKey, baseURL: `${url}/v1` });
  const options = { ca: await certificateOf(server) };
  const told = new ToldEvents();
  const errors: HelperError[] = [];
  const helper =
    dialect === 'ga'
      ? new OpenAIRealtimeWS({ options, ...gaProps(more) }, client)
      : new BetaOpenAIRealtimeWS({ options, model: MODEL }, client);
  const onEvent = (event: unknown): void => told.push(event as ToldEvent);
  const onError = ({ message, error }: { message: string; error?: unknown }): void => {
    const { code, event_id: eventId } = (error ?? {}) as Record<string, string | undefined>;
    errors.push({ message, code, eventId });
  };
  if (helper instanceof OpenAIRealtimeWS) helper.on('event', onEvent).on('error', onError);
  else helper.on('event', onEvent).on('error', onError);
  const closed = new Promise<void>((resolve) => helper.socket.once('close', () => resolve()));
  await once(helper.socket, 'open');
  return {
    told,
    errors,
    closed,
    send: (event) => (helper as Sender).send(event as never),
    close: async () => {
      helper.close();
      await closed;
    },
  };
}

const NATIVE_CLIENT = fileURLToPath(new URL('native-websocket-client.mjs', import.meta.url));

/**
 * Connects `openai/realtime/websocket`, or the one of `openai/beta`, which use the WebSocket of the
 * runtime: in a process of its own, for that trusts a certificate only from its start.
 */
async function openNativeHelper(
  dialect: Dialect,
  server: StockServer,
  { apiKey = server.key, url = server.url, ...more }: HelperOptions = {},
): Promise<OpenAIHelper> {
  const props = dialect === 'ga' ? gaProps(more) : { model: MODEL };
  const child = fork(NATIVE_CLIENT, [dialect, `${url}/v1`, JSON.stringify(props)], {
    // Node 20 has the WebSocket of later versions behind this flag, which those still take.
    execArgv: ['--experimental-websocket'],
    env: {
      ...process.env,
      OPENAI_API_KEY: apiKey,
      NODE_EXTRA_CA_CERTS: server.selfSignedCertFile ?? '',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const told = new ToldEvents();
  const errors: HelperError[] = [];
  const exited = once(child, 'exit');
  const closed = new Promise<void>((resolve) => {
    child.on('message', (message: { event?: ToldEvent; error?: HelperError; isClosed?: true }) => {
      if (message.event) told.push(message.event);
      if (message.error) errors.push(message.error);
      if (message.isClosed) resolve();
    });
  });
  await once(child, 'message');
  return {
    told,
    errors,
    closed,
    send: (event) => void child.send(event),
    close: async () => {
      child.disconnect();
      await exited;
    },
  };
}

/** The four helpers. */
export const OPENAI_HELPERS = [
  { module: 'openai/realtime/ws', dialect: 'ga', open: openWsHelper },
  { module: 'openai/realtime/websocket', dialect: 'ga', open: openNativeHelper },
  { module: 'openai/beta/realtime/ws', dialect: 'beta', open: openWsHelper },
  { module: 'openai/beta/realtime/websocket', dialect: 'beta', open: openNativeHelper },
] as const satisfies readonly {
  module: string;
  dialect: Dialect;
  open: (dialect: Dialect, server: StockServer, options?: HelperOptions) => Promise<OpenAIHelper>;
}[];
