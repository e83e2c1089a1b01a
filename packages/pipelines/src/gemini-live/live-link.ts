import type { TimerHandle } from '@antiphon/session';
import type { PipelineError } from '../pipeline-error.ts';
import { isLasting } from '../upstream/provider-fault.ts';
import { geminiFault } from './gemini-fault.ts';
import type { GeminiUse } from './gemini-settings.ts';
import { LiveSocket } from './live-socket.ts';
import type { ServerMessage } from './server-message.ts';
import type { WireClientMessage, WireSetup } from './wire-types.ts';

/** Before the first, second … attempt after a loss; the last one again and again. */
const RETRY_MS = [0, 250, 500, 1_000, 2_000, 5_000] as const;

/** A wrong key is not tried for every answer. */
const LASTING_RETRY_MS = 10_000;

/** Whom a link tells. */
export interface LinkEvents {
  /** What the next connection is set up with, and the handle of what it takes up. */
  setup(): { readonly setup: WireSetup; readonly handle: string | null };
  /** There is a connection; `isResumed` where it took up what the last one knew. */
  ready(isResumed: boolean): void;
  message(message: ServerMessage): void;
  /** The connection is gone, and with it all it knew. */
  lost(fault: PipelineError): void;
  /** The connection ends in this time, in milliseconds. */
  leaving(leftMs: number): void;
}

interface Connection {
  readonly socket: LiveSocket;
  readonly setup: WireSetup;
  readonly handle: string | null;
  isReady: boolean;
  readonly greetTimer: TimerHandle;
}

/** Keeps a connection open for as long as our session lasts: opens it beforehand, and again. */
export class LiveLink {
  readonly #use: GeminiUse;
  readonly #events: LinkEvents;
  #current: Connection | null = null;
  #retry: TimerHandle | null = null;
  #rotation: TimerHandle | null = null;
  #failures = 0;
  #fault: PipelineError | null = null;
  #triedAtMs = -Infinity;
  #isClosed = false;

  constructor(use: GeminiUse, events: LinkEvents) {
    this.#use = use;
    this.#events = events;
  }

  get isReady(): boolean {
    return this.#current?.isReady ?? false;
  }

  /** What the connection, or the one under way, was set up with. */
  get setup(): WireSetup | null {
    return this.#current?.setup ?? null;
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
    const sinceMs = this.#use.clock.now() - this.#triedAtMs;
    if (this.#fault && isLasting(this.#fault) && sinceMs < LASTING_RETRY_MS) return;
    this.#retry = this.#stop(this.#retry);
    this.#triedAtMs = this.#use.clock.now();
    this.#fault = null;
    this.#current = this.#connect();
  }

  /** Leaves the connection and opens another, which knows nothing that it is not told. */
  renew(): void {
    if (this.#isClosed) return;
    this.#end();
    this.wake();
  }

  /** Without a connection it is not sent. */
  send(message: WireClientMessage): void {
    if (this.isReady) this.#current?.socket.send(message);
  }

  /** Caller audio in base64. */
  audio(base64: string): void {
    if (this.isReady) this.#current?.socket.audio(base64);
  }

  /** The connection cannot be used any more; another one is opened. */
  fail(fault: PipelineError): void {
    this.#current?.socket.fail(fault);
  }

  close(): void {
    this.#isClosed = true;
    this.#retry = this.#stop(this.#retry);
    this.#end();
  }

  #connect(): Connection {
    const { clock, timeouts } = this.#use;
    const { setup, handle } = this.#events.setup();
    const sessionResumption = handle === null ? {} : { handle };
    const connection: Connection = {
      setup,
      handle,
      isReady: false,
      greetTimer: clock.setTimeout(() => {
        const note = `no session in ${timeouts.greetMs} ms`;
        connection.socket.fail(geminiFault('provider_timeout', note));
      }, timeouts.greetMs),
      socket: new LiveSocket(this.#use, {
        opened: () => connection.socket.send({ setup: { ...setup, sessionResumption } }),
        message: (message) => this.#hear(connection, message),
        lost: (fault) => this.#lost(connection, fault),
      }),
    };
    return connection;
  }

  #hear(connection: Connection, message: ServerMessage): void {
    if (connection !== this.#current) return;
    if (message.isSetupComplete && !connection.isReady) {
      const { clock, timeouts } = this.#use;
      connection.isReady = true;
      clock.clearTimeout(connection.greetTimer);
      this.#failures = 0;
      this.#rotation = clock.setTimeout(() => {
        this.#rotation = null;
        this.#events.leaving(timeouts.greetMs);
      }, timeouts.rotateMs);
      this.#events.ready(connection.handle !== null);
    }
    if (connection !== this.#current) return;
    if (message.goAwayMs !== null) this.#events.leaving(message.goAwayMs);
    if (connection === this.#current) this.#events.message(message);
  }

  #end(): void {
    this.#rotation = this.#stop(this.#rotation);
    if (!this.#current) return;
    this.#use.clock.clearTimeout(this.#current.greetTimer);
    this.#current.socket.close();
    this.#current = null;
  }

  #lost(connection: Connection, fault: PipelineError): void {
    this.#use.clock.clearTimeout(connection.greetTimer);
    if (connection !== this.#current) return;
    this.#rotation = this.#stop(this.#rotation);
    this.#current = null;
    this.#fault = fault;
    this.#events.lost(fault);
    // Whoever was told may have closed it, or asked for another connection.
    if (this.#isClosed || this.#current || isLasting(fault)) return;
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
