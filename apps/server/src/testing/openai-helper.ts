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
  send(event: Record<string, unknown>): void;
  close(): Promise<void>;
}

type Sender = { send(event: never): void };

/** The certificate that a client of the server must be told to trust, PEM. */
export async function certificateOf({ selfSignedCertFile }: StockServer): Promise<string> {
  return readFile(selfSignedCertFile ?? '', 'utf8');
}

/** Connects `openai/realtime/ws`, or `openai/beta/realtime/ws`, which use the `ws` package. */
export async function openWsHelper(
  dialect: 'ga' | 'beta',
  server: StockServer,
): Promise<OpenAIHelper> {
  const client = new OpenAI({ apiKey: server.key, baseURL: `${server.url}/v1` });
  const props = { model: 'acme-support', options: { ca: await certificateOf(server) } };
  const told = new ToldEvents();
  const errors: HelperError[] = [];
  const helper =
    dialect === 'ga'
      ? new OpenAIRealtimeWS(props, client)
      : new BetaOpenAIRealtimeWS(props, client);
  const onEvent = (event: unknown): void => told.push(event as ToldEvent);
  const onError = ({ message, error }: { message: string; error?: unknown }): void => {
    const { code, event_id: eventId } = (error ?? {}) as Record<string, string | undefined>;
    errors.push({ message, code, eventId });
  };
  if (helper instanceof OpenAIRealtimeWS) helper.on('event', onEvent).on('error', onError);
  else helper.on('event', onEvent).on('error', onError);
  await once(helper.socket, 'open');
  return {
    told,
    errors,
    send: (event) => (helper as Sender).send(event as never),
    close: async () => {
      helper.close();
      await once(helper.socket, 'close');
    },
  };
}

const NATIVE_CLIENT = fileURLToPath(new URL('native-websocket-client.mjs', import.meta.url));

/**
 * Connects `openai/realtime/websocket`, or the one of `openai/beta`, which use the WebSocket of the
 * runtime: in a process of its own, for that trusts a certificate only from its start.
 */
export async function openNativeHelper(
  dialect: 'ga' | 'beta',
  server: StockServer,
): Promise<OpenAIHelper> {
  const child = fork(NATIVE_CLIENT, [dialect, `${server.url}/v1`], {
    // Node 20 has the WebSocket of later versions behind this flag, which those still take.
    execArgv: ['--experimental-websocket'],
    env: {
      ...process.env,
      OPENAI_API_KEY: server.key,
      NODE_EXTRA_CA_CERTS: server.selfSignedCertFile ?? '',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const told = new ToldEvents();
  const errors: HelperError[] = [];
  child.on('message', (message: { event?: ToldEvent; error?: HelperError }) => {
    if (message.event) told.push(message.event);
    if (message.error) errors.push(message.error);
  });
  await once(child, 'message');
  return {
    told,
    errors,
    send: (event) => void child.send(event),
    close: async () => {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
