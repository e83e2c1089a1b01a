import type { ConsoleMessage, ConsoleRequest, FeedEvent } from '@antiphon/observability';
import { reconnectDelayMs } from './reconnect-delay.ts';

/** How the page's feed stands. `idle` when nobody watches anything. */
export type FeedStatus = 'idle' | 'connecting' | 'open' | 'waiting';

/** What the feed needs of a WebSocket. */
export interface FeedSocket {
  readonly send: (text: string) => void;
  readonly close: () => void;
}

/** What a socket tells the feed. */
export interface SocketListener {
  readonly opened: () => void;
  readonly told: (text: string) => void;
  /** Called once, also when it never opened. */
  readonly closed: () => void;
}

/** What the feed takes from its surroundings. */
export interface FeedSurroundings {
  readonly connect: (listener: SocketListener) => FeedSocket;
  /** Calls once after a time; the answer takes it back. */
  readonly later: (call: () => void, delayMs: number) => () => void;
  readonly random: () => number;
  /** The feed could not be opened: the login may be over. */
  readonly refused: () => void;
}

export type SessionsMessage = Extract<ConsoleMessage, { type: 'sessions' }>;

/** Who watches one session. */
export interface SessionListener {
  readonly event: (event: FeedEvent) => void;
  /** Events are missing: what is known must be loaded anew. */
  readonly gap: () => void;
  readonly ended: () => void;
  readonly failed: (message: string) => void;
}

interface SessionWatch {
  readonly listeners: Set<SessionListener>;
  after: number | undefined;
}

/**
 * The page's one WebSocket to `/console/feed`. It is open while anything is watched, comes back by
 * itself, and then asks for each session from the last event it was told.
 */
export class FeedClient {
  readonly #surroundings: FeedSurroundings;
  readonly #tables = new Set<(message: SessionsMessage) => void>();
  readonly #sessions = new Map<string, SessionWatch>();
  readonly #statusListeners = new Set<() => void>();
  #status: FeedStatus = 'idle';
  #socket: FeedSocket | null = null;
  #failures = 0;
  #takeBack: (() => void) | null = null;

  constructor(surroundings: FeedSurroundings) {
    this.#surroundings = surroundings;
  }

  readonly status = (): FeedStatus => this.#status;

  readonly subscribeStatus = (listener: () => void): (() => void) => {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  };

  /** Watches the table of sessions. The answer ends the watch. */
  watchSessions(listener: (message: SessionsMessage) => void): () => void {
    this.#tables.add(listener);
    // A table that is watched already is told whole only when it is asked for again.
    this.#ask({ type: 'watch.sessions' });
    return () => {
      if (!this.#tables.delete(listener) || this.#tables.size > 0) return;
      this.#ask({ type: 'unwatch.sessions' });
      this.#rest();
    };
  }

  /**
   * Watches one session after the event `after`, or from the oldest event kept. All who watch the
   * same session are told the same events. The answer ends the watch.
   */
  watchSession(sessionId: string, listener: SessionListener, after?: number): () => void {
    const known = this.#sessions.get(sessionId);
    const watch = known ?? { listeners: new Set(), after };
    if (known !== undefined) known.after = after;
    watch.listeners.add(listener);
    this.#sessions.set(sessionId, watch);
    this.#ask(requestFor(sessionId, after));
    return () => {
      if (!watch.listeners.delete(listener) || watch.listeners.size > 0) return;
      this.#sessions.delete(sessionId);
      this.#ask({ type: 'unwatch.session', sessionId });
      this.#rest();
    };
  }

  /** Tries at once instead of after the wait. */
  readonly retry = (): void => {
    if (this.#status !== 'waiting') return;
    this.#takeBack?.();
    this.#open();
  };

  get #isWatched(): boolean {
    return this.#tables.size > 0 || this.#sessions.size > 0;
  }

  /** Sent now when open; otherwise everything watched is asked for once it opens. */
  #ask(request: ConsoleRequest): void {
    if (this.#status === 'open') this.#socket?.send(JSON.stringify(request));
    else if (this.#status === 'idle' && this.#isWatched) this.#open();
  }

  #open(): void {
    this.#takeBack = null;
    this.#become('connecting');
    let isOpen = false;
    const isCurrent = () => this.#socket === socket;
    const socket: FeedSocket = this.#surroundings.connect({
      opened: () => {
        if (!isCurrent()) return;
        isOpen = true;
        this.#failures = 0;
        this.#become('open');
        if (this.#tables.size > 0) this.#ask({ type: 'watch.sessions' });
        for (const [id, { after }] of this.#sessions) this.#ask(requestFor(id, after));
      },
      told: (text) => {
        if (isCurrent()) this.#hear(JSON.parse(text) as ConsoleMessage);
      },
      closed: () => {
        if (!isCurrent()) return;
        this.#socket = null;
        if (!isOpen) this.#surroundings.refused();
        this.#wait();
      },
    });
    this.#socket = socket;
  }

  #wait(): void {
    this.#failures += 1;
    const delayMs = reconnectDelayMs(this.#failures, this.#surroundings.random());
    this.#takeBack = this.#surroundings.later(() => this.#open(), delayMs);
    this.#become('waiting');
  }

  /** Closes the socket when nothing is watched any more. */
  #rest(): void {
    if (this.#isWatched) return;
    this.#takeBack?.();
    this.#takeBack = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#become('idle');
  }

  #hear(message: ConsoleMessage): void {
    switch (message.type) {
      case 'sessions':
        for (const listener of this.#tables) listener(message);
        return;
      case 'session':
        this.#hearEvent(message.event);
        return;
      case 'session.gap':
        this.#tell(message.sessionId, (listener) => listener.gap());
        return;
      case 'session.ended':
        this.#tell(message.sessionId, (listener) => listener.ended());
        return;
      case 'error':
        if (message.sessionId === null) return;
        this.#tell(message.sessionId, (listener) => listener.failed(message.message));
        return;
    }
  }

  #hearEvent(event: FeedEvent): void {
    const watch = this.#sessions.get(event.sessionId);
    if (watch === undefined) return;
    watch.after = event.seq;
    for (const listener of watch.listeners) listener.event(event);
  }

  #tell(sessionId: string, call: (listener: SessionListener) => void): void {
    for (const listener of this.#sessions.get(sessionId)?.listeners ?? []) call(listener);
  }

  #become(status: FeedStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    for (const listener of this.#statusListeners) listener();
  }
}

function requestFor(sessionId: string, after: number | undefined): ConsoleRequest {
  return { type: 'watch.session', sessionId, ...(after === undefined ? {} : { after }) };
}
