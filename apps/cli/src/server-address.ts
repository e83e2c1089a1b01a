import { CliError } from './cli-error.ts';

/** Where `npm start` listens unless told otherwise. */
export const DEFAULT_SERVER_URL = 'http://127.0.0.1:8787';

const WEB_SOCKET_PROTOCOLS: Readonly<Record<string, string>> = {
  'http:': 'ws:',
  'https:': 'wss:',
  'ws:': 'ws:',
  'wss:': 'wss:',
};

/** The WebSocket address of a server's Realtime endpoint for one agent. Throws `invalid_option`. */
export function realtimeAddress(server: string, agent: string): URL {
  const address = webSocketAddress(server, '/v1/realtime');
  address.searchParams.set('agent', agent);
  return address;
}

/** The WebSocket address of a session's feed, from its first message. Throws `invalid_option`. */
export function feedAddress(server: string, sessionId: string): URL {
  const address = webSocketAddress(server, `/sessions/${encodeURIComponent(sessionId)}/feed`);
  address.searchParams.set('after', '0');
  return address;
}

function webSocketAddress(server: string, path: string): URL {
  const address = URL.canParse(server) ? new URL(server) : undefined;
  const protocol = address && WEB_SOCKET_PROTOCOLS[address.protocol];
  if (address === undefined || protocol === undefined) {
    throw new CliError(
      'invalid_option',
      `--url ${server} is no address of a server; write it like ${DEFAULT_SERVER_URL}.`,
    );
  }
  return new URL(`${protocol}//${address.host}${address.pathname.replace(/\/$/u, '')}${path}`);
}
