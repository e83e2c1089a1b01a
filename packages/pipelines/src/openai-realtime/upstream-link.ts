import type { ServerEvent, SessionObject, WireClientEvent } from '@antiphon/protocol';
import type { TimerHandle } from '@antiphon/session';
import type { PipelineError } from '../pipeline-error.ts';
import { isLasting } from '../upstream/provider-fault.ts';
import type { RealtimeUse } from './realtime-settings.ts';
import { EventSocket } from './event-socket.ts';
import { upstreamFault, wireFault } from './upstream-fault.ts';

/** Before the first, second … attempt after a loss; the last one again and again. */
const RETRY_MS = [0, 250, 500, 1_000, 2_000, 5_000] as const;

/** A wrong key is not tried for every answer. */
const LASTING_RETRY_MS = 10_000;

/** A session that ends soon is left this long before its end, or at half of what is left. */
const LEAVE_BEFORE_MS = 5 * 60_000;

/** Whom a link tells. */
export interface LinkEvents {
  /** There is an upstream session in which nothing was said yet. */
  ready(session: SessionObject): void;
  event(event: ServerEvent): void;
  /** The upstream session is gone, and with it all it knew. */
  lost(fault: PipelineError): void;
  /** Whether the upstream session is in use, so that another may not take its place now. */
  isBusy(): boolean;
}

interface Connection {
  readonly socket: EventSocket;
  /** Once the upstream has told of it. */
  session: SessionObject | null;
  readonly greetTimer: TimerHandle;
}

/**
 * Keeps an upstream session open for as long as ours lasts: opens it beforehand, again when it is
 * lost, and another one in its place before its hour is over.
 */
export class UpstreamLink {
  readonly #use: RealtimeUse;
  readonly #events: LinkEvents;
  #current: Connection | null = null;
  /** To take the place of the current one. */
  #next: Connection | null = null;
  #retry: TimerHandle | null = null;
  #rotation: TimerHandle | null = null;
  #failures = 0;
  #fault: PipelineError | null = null;
  #triedAtMs = -Infinity;
  #isClosed = false;
  /** Of the caller's audio, in this upstream session. */
  #appendedBytes = 0;

  constructor(use: RealtimeUse, events: LinkEvents) {
    this.#use = use;
    this.#events = events;
  }

  get isReady(): boolean {
    return (this.#current?.session ?? null) !== null;
  }

  /** Bytes of the caller's audio that this upstream session was sent. */
  get appendedBytes(): number {
    return this.#appendedBytes;
  }

  /** Why there is no connection and will be none soon. */
  get lastingFault(): PipelineError | null {
    return this.#current === null && this.#fault && isLasting(this.#fault) ? this.#fault : null;
  }

  /** Why the last connection was lost, while there is none. */
  get fault(): PipelineError | null {
    return this.isReady ? null : this.#fault;
  }

  /** Connects now, where there is no connection and none is under way. */
  wake(): void {
    if (this.#isClosed || this.#current) return;
    if (this.#fault && isLasting(this.#fault) && this.#sinceTryMs < LASTING_RETRY_MS) return;
    this.#retry = this.#stop(this.#retry);
    this.#triedAtMs = this.#use.clock.now();
    this.#fault = null;
    this.#current = this.#connect();
  }

  /** To the upstream session; without one it is not sent. */
  send(event: WireClientEvent): void {
    if (this.isReady) this.#current?.socket.send(event);
  }

  /** Caller audio in base64. */
  append(base64: string): void {
    if (!this.isReady) return;
    this.#appendedBytes += Buffer.byteLength(base64, 'base64');
    this.#current?.socket.append(base64);
  }

  /** Something is to come of the upstream: a connection that is dead is found out now. */
  probe(): void {
    if (this.isReady) this.#current?.socket.probe(this.#use.timeouts.probeMs);
  }

  /** The upstream session cannot be used any more; another one is opened. */
  fail(fault: PipelineError): void {
    this.#current?.socket.fail(fault);
  }

  /** Opens another upstream session in place of this one, now. */
  restart(): void {
    this.#end(this.#current);
    this.#current = null;
    this.wake();
  }

  /** Opens another upstream session, which takes the place of this one as soon as it is not busy. */
  rotate(): void {
    this.#rotation = this.#stop(this.#rotation);
    if (!this.#isClosed) this.#next ??= this.#connect();
  }

  /** The upstream session may have come to rest. */
  rested(): void {
    if (this.#next?.session && !this.#events.isBusy())
      this.#promote(this.#next, this.#next.session);
  }

  close(): void {
    this.#isClosed = true;
    this.#retry = this.#stop(this.#retry);
    this.#rotation = this.#stop(this.#rotation);
    this.#end(this.#current);
    this.#end(this.#next);
    this.#current = null;
    this.#next = null;
  }

  get #sinceTryMs(): number {
    return this.#use.clock.now() - this.#triedAtMs;
  }

  #connect(): Connection {
    const { clock, timeouts } = this.#use;
    const connection: Connection = {
      session: null,
      greetTimer: clock.setTimeout(() => {
        const note = `no session in ${timeouts.greetMs} ms`;
        connection.socket.fail(upstreamFault('provider_timeout', note));
      }, timeouts.greetMs),
      socket: new EventSocket(this.#use, {
        event: (event) => this.#hear(connection, event),
        lost: (fault) => this.#lost(connection, fault),
      }),
    };
    return connection;
  }

  #hear(connection: Connection, event: ServerEvent): void {
    const { clock } = this.#use;
    if (event.type === 'error') {
      const fault = wireFault(event.error);
      const isEnd = isLasting(fault) && fault.code !== 'unknown_voice';
      if (connection.session === null || isEnd) {
        connection.socket.fail(fault);
        return;
      }
    }
    if (event.type === 'session.created' && connection.session === null) {
      connection.session = event.session;
      clock.clearTimeout(connection.greetTimer);
      if (connection === this.#current) this.#begin(event.session);
      else this.rested();
    } else if (connection === this.#current) this.#events.event(event);
  }

  #begin(session: SessionObject): void {
    this.#failures = 0;
    this.#fault = null;
    this.#appendedBytes = 0;
    this.#rotation = this.#stop(this.#rotation);
    this.#rotation = this.#use.clock.setTimeout(() => this.rotate(), this.#leaveInMs(session));
    this.#events.ready(session);
  }

  #leaveInMs({ expires_at: expiresAt }: SessionObject): number {
    const { clock, timeouts } = this.#use;
    const leftMs = (expiresAt ?? 0) * 1000 - clock.now();
    if (!(leftMs > 0)) return timeouts.rotateMs;
    return Math.min(timeouts.rotateMs, Math.max(leftMs - LEAVE_BEFORE_MS, leftMs / 2));
  }

  #promote(next: Connection, session: SessionObject): void {
    this.#next = null;
    this.#end(this.#current);
    this.#current = next;
    this.#begin(session);
  }

  #end(connection: Connection | null): void {
    if (!connection) return;
    this.#use.clock.clearTimeout(connection.greetTimer);
    connection.socket.close();
  }

  #lost(connection: Connection, fault: PipelineError): void {
    this.#use.clock.clearTimeout(connection.greetTimer);
    if (connection === this.#next) {
      this.#next = null;
      this.#rotation = this.#stop(this.#rotation);
      this.#rotation = this.#use.clock.setTimeout(() => this.rotate(), RETRY_MS.at(-1)!);
      return;
    }
    if (connection !== this.#current) return;
    this.#rotation = this.#stop(this.#rotation);
    this.#current = null;
    this.#fault = fault;
    this.#events.lost(fault);
    // Whoever was told may have closed it, or asked for another connection.
    if (this.#isClosed || this.#current) return;
    if (this.#next) {
      this.#current = this.#next;
      this.#next = null;
      if (this.#current.session) this.#begin(this.#current.session);
    } else if (!isLasting(fault)) this.#retryLater();
  }

  #retryLater(): void {
    const delayMs = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)]!;
    this.#failures += 1;
    this.#retry = this.#stop(this.#retry);
    this.#retry = this.#use.clock.setTimeout(() => this.wake(), delayMs);
  }

  #stop(timer: TimerHandle | null): null {
    if (timer !== null) this.#use.clock.clearTimeout(timer);
    return null;
  }
}
