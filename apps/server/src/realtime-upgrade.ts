import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  acceptedSubprotocol,
  credentialsFrom,
  encodeServerEvent,
  errorEvent,
  negotiateDialect,
  newId,
  offeredSubprotocols,
  protocolErrors,
} from '@antiphon/protocol';
import type { ProtocolFault } from '@antiphon/protocol';
import { RealtimeConnection } from '@antiphon/realtime';
import type { Clock } from '@antiphon/session';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { chooseAgent } from './agent-choice.ts';
import type { AgentShelf } from './agent-choice.ts';
import type { ApiKeys } from './api-key.ts';
import type { Heartbeat } from './heartbeat.ts';
import { apiKeyHeader } from './request-key.ts';
import type { SessionRegistry } from './session-registry.ts';

/** A legal append of 15 MiB of audio is a text frame of 20 MiB; nothing legal is larger. */
const MAX_PAYLOAD_BYTES = 22 * 1024 * 1024;

/** Close codes: 3000 is what the Realtime API uses, 1013 is "try again later". */
const INVALID_KEY = { code: 3000, reason: 'invalid_request_error.invalid_api_key' };
const UNKNOWN_AGENT = { code: 4004, reason: 'invalid_request_error.invalid_value' };
const TRY_AGAIN_LATER = 1013;
const INTERNAL_ERROR = 1011;

/** What the Realtime endpoint needs. */
export interface RealtimeUpgradeOptions {
  readonly keys: ApiKeys;
  readonly shelf: AgentShelf;
  readonly registry: SessionRegistry;
  readonly heartbeat: Heartbeat;
  readonly clock: Clock;
  readonly log: Logger;
  /** Why no session can start now, for people; `null` when one can. */
  readonly unreadyReason: () => string | null;
}

/**
 * The Realtime endpoint: turns an upgrade request into a session. A client that is turned away is
 * let in first and told why by an error event, because stock clients crash on a refused upgrade.
 */
export class RealtimeUpgrade {
  readonly #options: RealtimeUpgradeOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    // Base64 audio hardly shrinks, and compressing it costs time and memory per connection.
    perMessageDeflate: false,
    maxPayload: MAX_PAYLOAD_BYTES,
    handleProtocols: (offered) => acceptedSubprotocol(offered) ?? false,
  });

  constructor(options: RealtimeUpgradeOptions) {
    this.#options = options;
  }

  handle(request: IncomingMessage, url: URL, connection: { socket: Duplex; head: Buffer }): void {
    this.#server.handleUpgrade(request, connection.socket, connection.head, (socket) => {
      // A failed connection closes after its error; there is nothing else to do about it.
      socket.on('error', () => {});
      this.#options.heartbeat.add(socket);
      this.#open(socket, request, url);
    });
  }

  /** Resolves when every client has gone; their sessions have ended. */
  async drain(): Promise<void> {
    const closings = [...this.#server.clients].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    );
    await Promise.all(closings);
  }

  /** Drops the connections that are still open. */
  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #open(socket: WebSocket, { headers }: IncomingMessage, url: URL): void {
    const { keys, shelf, registry, clock, log, unreadyReason } = this.#options;
    const protocolHeader = headers['sec-websocket-protocol'];
    const dialect = negotiateDialect({
      betaHeader: headers['openai-beta'],
      subprotocols: offeredSubprotocols(protocolHeader),
    });
    const credentials = credentialsFrom({
      authorization: headers.authorization,
      apiKeyHeader: apiKeyHeader(headers),
      protocolHeader,
    });
    if (!keys.accepts(credentials?.key)) {
      log.info({ reason: 'invalid key' }, 'connection refused');
      refuse(socket, protocolErrors.invalidApiKey(), INVALID_KEY);
      return;
    }
    const reason = unreadyReason();
    if (reason !== null) {
      log.info({ reason }, 'connection refused');
      refuse(socket, busy(reason, registry.isFull), { code: TRY_AGAIN_LATER, reason });
      return;
    }
    const choice = chooseAgent(url.searchParams, shelf);
    if ('type' in choice) {
      log.info({ reason: 'unknown agent' }, 'connection refused');
      refuse(socket, choice, UNKNOWN_AGENT);
      return;
    }
    const sessionId = newId('sess');
    try {
      const connection = new RealtimeConnection({
        socket: {
          send: (text) => socket.send(text),
          close: (code, why) => socket.close(code, why),
          get bufferedBytes() {
            return socket.bufferedAmount;
          },
        },
        dialect,
        sessionId,
        ...choice,
        clock,
        start: (leg, channel, agent) => registry.start({ sessionId, agent, leg, channel }),
      });
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) connection.receiveBinary();
        else connection.receive(data.toString('utf8'));
      });
      socket.once('close', () => connection.socketClosed());
    } catch (error) {
      log.error({ sessionId, err: error }, 'session could not start');
      refuse(socket, protocolErrors.serverError(), {
        code: INTERNAL_ERROR,
        reason: 'server_error',
      });
    }
  }
}

function busy(reason: string, isFull: boolean): ProtocolFault {
  if (isFull) return protocolErrors.rateLimitExceeded(reason);
  const message = `The server cannot take a session now: ${reason}. Try again later.`;
  return { ...protocolErrors.serverError(), message };
}

function refuse(
  socket: WebSocket,
  fault: ProtocolFault,
  closing: { readonly code: number; readonly reason: string },
): void {
  // Error events are the same in both dialects.
  socket.send(encodeServerEvent(errorEvent({ ...fault, eventId: null }), 'ga') ?? '');
  socket.close(closing.code, closing.reason);
}
