import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  acceptedSubprotocol,
  credentialsFrom,
  negotiateDialect,
  newId,
  offeredSubprotocols,
  protocolErrors,
} from '@antiphon/protocol';
import type { ProtocolFault, SessionPatch } from '@antiphon/protocol';
import type { Rejected } from '@antiphon/observability';
import { RealtimeConnection } from '@antiphon/realtime';
import type { Clock } from '@antiphon/session';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { chooseAgent } from './agent-choice.ts';
import type { AgentChoice, AgentShelf } from './agent-choice.ts';
import type { ApiKeys } from './api-key.ts';
import { BatchedWrites } from './batched-writes.ts';
import { passMessages } from './client-messages.ts';
import { ClientPace } from './client-pace.ts';
import type { ClientSecrets } from './client-secrets.ts';
import type { ConnectionRate } from './connection-rate.ts';
import { errorFrame } from './error-frame.ts';
import type { Heartbeat } from './heartbeat.ts';
import { apiKeyHeader } from './request-key.ts';
import type { SessionRegistry } from './session-registry.ts';
import { AZURE_BETA_PATH, SOCKET_OPTIONS } from './upgrades.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** A legal append of 15 MiB of audio is a text frame of 20 MiB; nothing legal is larger. */
const MAX_PAYLOAD_BYTES = 22 * 1024 * 1024;

/** Close codes: 3000 is what the Realtime API uses, 1013 is "try again later". */
const INVALID_KEY = { code: 3000, reason: 'invalid_request_error.invalid_api_key' };
const INVALID_VALUE = { code: 4004, reason: 'invalid_request_error.invalid_value' };
const TRY_AGAIN_LATER = 1013;
const INTERNAL_ERROR = 1011;

/** What `?events=` says when a client wants the events that are our own. */
const OWN_EVENTS = 'antiphon';

const CONNECTING_TOO_OFTEN = 'this key opens connections too often';

/** What the Realtime endpoint needs. */
export interface RealtimeUpgradeOptions {
  readonly keys: ApiKeys;
  readonly secrets: ClientSecrets;
  readonly connectionRate: ConnectionRate;
  readonly shelf: AgentShelf;
  readonly registry: SessionRegistry;
  readonly heartbeat: Heartbeat;
  readonly waitingRoom: WaitingRoom;
  readonly clock: Clock;
  /** After which a session expires. */
  readonly maxSessionMs: number;
  readonly log: Logger;
  /** Why no session can start now, for people; `null` when one can. */
  readonly unreadyReason: () => string | null;
  /** Told of each client that is turned away. */
  readonly onRejected: (reason: Rejected) => void;
  /** Told how long a client took to answer a ping. */
  readonly onRoundTrip?: (rttMs: number) => void;
}

interface ClientConnection {
  readonly url: URL;
  readonly writes: BatchedWrites;
  readonly rttMs: () => number | null;
}

/**
 * The Realtime endpoint: turns an upgrade request into a session. A client that is turned away is
 * let in first and told why by an error event, because stock clients crash on a refused upgrade.
 */
export class RealtimeUpgrade {
  readonly #options: RealtimeUpgradeOptions;
  readonly #server = new WebSocketServer({
    ...SOCKET_OPTIONS,
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
      let lastRttMs: number | null = null;
      this.#options.heartbeat.add(socket, (rttMs) => {
        lastRttMs = rttMs;
        this.#options.onRoundTrip?.(rttMs);
      });
      const writes = new BatchedWrites(connection.socket);
      this.#open(socket, request, { url, writes, rttMs: () => lastRttMs });
    });
  }

  /** What waits to be sent to all clients together. */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const { bufferedAmount } of this.#server.clients) bytes += bufferedAmount;
    return bytes;
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

  #open(
    socket: WebSocket,
    request: IncomingMessage,
    { url, writes, rttMs }: ClientConnection,
  ): void {
    const { clock, log, registry } = this.#options;
    const admission = this.#admit(request, url);
    if ('fault' in admission) {
      const { fault, closing, why, rejected } = admission;
      this.#options.onRejected(rejected);
      log.info({ reason: why }, 'connection refused');
      refuse(socket, fault, closing);
      return;
    }
    this.#options.waitingRoom.letIn(request);
    const { tenant, ...choice } = admission;
    const sessionId = newId('sess');
    const named = request.headers['traceparent'];
    let traceparent = typeof named === 'string' ? named : null;
    try {
      const connection = new RealtimeConnection({
        socket: {
          send: (text) => {
            writes.next();
            socket.send(text);
          },
          flush: () => writes.flush(),
          close: (code, why) => socket.close(code, why),
          get bufferedBytes() {
            return socket.bufferedAmount;
          },
        },
        dialect: dialectOf(request, url),
        sessionId,
        ...choice,
        clock,
        maxSessionMs: this.#options.maxSessionMs,
        ...(url.searchParams.has('events') && {
          ownEvents: { transcriptRef: registry.transcriptRef(sessionId) },
        }),
        onTraceparent: (ofSession) => (traceparent = ofSession),
        start: (leg, channel, agent) =>
          registry.start({
            sessionId,
            tenant,
            agent,
            leg,
            channel,
            traceparent: () => traceparent,
            rttMs,
          }),
      });
      passMessages(socket, {
        connection,
        pace: new ClientPace(clock),
        onTooFast: () => log.info({ sessionId }, 'client closed: it sends too fast'),
      });
    } catch (error) {
      log.error({ sessionId, err: error }, 'session could not start');
      this.#options.onRejected('internal_error');
      refuse(socket, protocolErrors.serverError(), {
        code: INTERNAL_ERROR,
        reason: 'server_error',
      });
    }
  }

  #admit({ headers }: IncomingMessage, url: URL): Admission | Refusal {
    const { keys, secrets, connectionRate, shelf, registry, unreadyReason } = this.#options;
    const candidate = credentialsFrom({
      authorization: headers.authorization,
      apiKeyHeader: apiKeyHeader(headers),
      protocolHeader: headers['sec-websocket-protocol'],
    })?.key;
    const access = keys.accessOf(candidate);
    const grant =
      candidate !== undefined && access
        ? { key: candidate, tenant: access.tenant, session: {} }
        : secrets.grantOf(candidate);
    if (!grant) {
      const fault = protocolErrors.invalidApiKey();
      return { rejected: 'invalid_key', why: 'invalid key', fault, closing: INVALID_KEY };
    }
    if (!connectionRate.admits(grant.key)) {
      const fault = protocolErrors.rateLimitExceeded(CONNECTING_TOO_OFTEN);
      const closing = { code: TRY_AGAIN_LATER, reason: CONNECTING_TOO_OFTEN };
      return { rejected: 'connection_rate', why: CONNECTING_TOO_OFTEN, fault, closing };
    }
    const reason = unreadyReason();
    if (reason !== null) {
      const { isFull } = registry;
      const closing = { code: TRY_AGAIN_LATER, reason };
      const rejected = isFull ? 'full' : 'not_ready';
      return { rejected, why: reason, fault: busy(reason, isFull), closing };
    }
    const choice = chooseAgent(queryFor(url, grant.session), shelf);
    if ('type' in choice) {
      const why = 'unknown agent';
      return { rejected: 'unknown_agent', why, fault: choice, closing: INVALID_VALUE };
    }
    const events = url.searchParams.get('events');
    if (events !== null && events !== OWN_EVENTS) {
      const supported = [OWN_EVENTS];
      const fault = protocolErrors.unsupportedValue({ param: 'events', value: events, supported });
      const why = 'unknown events';
      return { rejected: 'unknown_events', why, fault, closing: INVALID_VALUE };
    }
    return { ...choice, initialSession: grant.session, tenant: grant.tenant };
  }
}

/** Who answers a client that was let in, and how its session starts. */
interface Admission extends AgentChoice {
  readonly initialSession: SessionPatch;
  /** Whose session it is; null where it is no tenant's. */
  readonly tenant: string | null;
}

/** Why a client is turned away: for itself, in a few words for the log, and for the metrics. */
interface Refusal {
  readonly rejected: Rejected;
  readonly fault: ProtocolFault;
  readonly closing: Closing;
  readonly why: string;
}

interface Closing {
  readonly code: number;
  readonly reason: string;
}

function dialectOf({ headers }: IncomingMessage, url: URL) {
  if (url.pathname === AZURE_BETA_PATH) return 'beta';
  return negotiateDialect({
    betaHeader: headers['openai-beta'],
    subprotocols: offeredSubprotocols(headers['sec-websocket-protocol']),
  });
}

/** A client that names nobody gets the model that its secret was made for. */
function queryFor(url: URL, { model }: SessionPatch): URLSearchParams {
  const query = new URLSearchParams(url.searchParams);
  const isNamed = ['agent', 'model', 'deployment'].some((name) => query.has(name));
  if (!isNamed && typeof model === 'string') query.set('model', model);
  return query;
}

function busy(reason: string, isFull: boolean): ProtocolFault {
  if (isFull) return protocolErrors.rateLimitExceeded(reason);
  const message = `The server cannot take a session now: ${reason}. Try again later.`;
  return { ...protocolErrors.serverError(), message };
}

function refuse(socket: WebSocket, fault: ProtocolFault, { code, reason }: Closing): void {
  socket.send(errorFrame(fault));
  socket.close(code, reason);
}
