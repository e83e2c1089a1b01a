import { WebSocket } from 'ws';
import { CliError } from './cli-error.ts';

/** A server on this network answers within milliseconds; ten seconds is a server that does not. */
const OPEN_TIMEOUT_MS = 10_000;

/** Who hears what comes over a socket; a server may speak before the opening is noticed. */
export interface SocketListener {
  readonly onMessage: (data: Buffer) => void;
  /** Not called for a socket that never opened. */
  readonly onClosed: (code: number, reason: string) => void;
}

/** Where to connect. */
export interface SocketAddress {
  readonly address: URL;
  /** Sent as a bearer token. */
  readonly key: string;
}

/**
 * Opens a WebSocket. Rejects with `server_unreachable` when nothing answers and `server_refused`
 * when the answer is no.
 */
export function openSocket(
  { address, key }: SocketAddress,
  listener: SocketListener,
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, {
      headers: { authorization: `Bearer ${key}` },
      handshakeTimeout: OPEN_TIMEOUT_MS,
      perMessageDeflate: false,
    });
    socket.on('message', (data) => listener.onMessage(data as Buffer));
    socket.once('open', () => {
      socket.removeAllListeners('error');
      socket.once('close', (code, reason) => listener.onClosed(code, reason.toString()));
      // An error of an open socket is followed by its close, which is what is waited for.
      socket.on('error', () => {});
      resolve(socket);
    });
    socket.once('error', (cause) => reject(connectionError(address, cause)));
  });
}

/** One line about why nothing came of a connection, and what to do about it. */
function connectionError(address: URL, cause: Error): CliError {
  const status = /Unexpected server response: (\d+)/u.exec(cause.message)?.[1];
  if (status !== undefined) {
    return new CliError(
      'server_refused',
      `${address.host} answered ${status} to ${address.pathname}: ${adviceFor(status)}`,
      { cause },
    );
  }
  const reason = (cause as NodeJS.ErrnoException).code ?? cause.message;
  return new CliError(
    'server_unreachable',
    `No server answers at ${address.host} (${reason}): start it with "npm start", or say with ` +
      `--url where it runs.`,
    { cause },
  );
}

function adviceFor(status: string): string {
  if (status === '401' || status === '403')
    return 'the key is wrong; give the right one with --key.';
  if (status === '404') return 'it is another service, or an older one; check --url.';
  return 'look at the log of the server.';
}
