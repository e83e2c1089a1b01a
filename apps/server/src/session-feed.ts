import type { FeedBody, FeedEvent, TranscriptRef } from '@antiphon/observability';
import type { ControlChannel, SessionEvent } from '@antiphon/session';
import { FeedMapping } from './feed-mapping.ts';

/**
 * The latest events kept for those who come later or come back: a turn makes about 40, so these
 * are a dozen turns, or a minute and more of talk, in some 100 KiB. Older ones are forgotten.
 */
export const KEPT_EVENTS = 512;

/** Of what is told beside the session: two a turn in an hour of quick turns. */
const MOST_BESIDE = 1_000;

/** Something that a feed told. */
export interface ToldBody {
  readonly atMs: number;
  readonly body: FeedBody;
}

/** Who follows a feed. Neither call may throw. */
export interface FeedWatcher {
  take(event: FeedEvent): void;
  /** Nothing follows: the session has ended. */
  end(): void;
}

/** How the three regions of a session stand. */
export interface SessionState {
  readonly caller: string;
  readonly turn: string;
  readonly agentAudio: string;
}

/**
 * What one session tells, numbered from 1 without gaps, for any number of watchers. It listens to
 * the session as a channel that never asks for anything.
 */
export class SessionFeed implements ControlChannel {
  readonly sessionId: string;
  readonly #mapping: FeedMapping;
  readonly #watchers = new Set<FeedWatcher>();
  /** The event with number n lies at (n - 1) modulo the length. */
  readonly #kept: FeedEvent[] = [];
  readonly #beside: ToldBody[] = [];
  #lastSeq = 0;
  #isEnded = false;
  #state: SessionState = { caller: 'silent', turn: 'listening', agentAudio: 'idle' };

  constructor(transcriptRef: TranscriptRef) {
    this.sessionId = transcriptRef.sessionId;
    this.#mapping = new FeedMapping(transcriptRef);
  }

  get state(): SessionState {
    return this.#state;
  }

  attach(): void {
    // A feed asks nothing of the session.
  }

  notify(event: SessionEvent): void {
    if (event.type === 'state.changed') this.#state = { ...this.#state, [event.region]: event.to };
    for (const body of this.#mapping.bodies(event)) this.#tell(body, event.atMs);
    if (event.type === 'session.ended') this.#end();
  }

  /** Adds what the session itself does not tell. */
  tell(body: FeedBody, atMs: number): void {
    if (this.#beside.length < MOST_BESIDE) this.#beside.push({ atMs, body });
    this.#tell(body, atMs);
  }

  /** What was told beside the session, and so is not recorded with it; oldest first. */
  beside(): readonly ToldBody[] {
    return [...this.#beside];
  }

  #tell(body: FeedBody, atMs: number): void {
    const seq = ++this.#lastSeq;
    const message: FeedEvent = { seq, sessionId: this.sessionId, atMs, ...body };
    this.#kept[(seq - 1) % KEPT_EVENTS] = message;
    for (const watcher of this.#watchers) watcher.take(message);
  }

  /** The events kept, oldest first, and whether there were others before. */
  kept(): { readonly events: readonly FeedEvent[]; readonly isPartial: boolean } {
    const first = Math.max(1, this.#lastSeq - KEPT_EVENTS + 1);
    const seqs = Array.from({ length: this.#lastSeq - first + 1 }, (_, index) => first + index);
    const events = seqs.map((seq) => this.#kept[(seq - 1) % KEPT_EVENTS]!);
    return { events, isPartial: first > 1 };
  }

  /**
   * Tells a watcher everything after the event `after`, then everything as it happens, until the
   * returned function is called. Without `after` it starts with the oldest event kept. `null`,
   * when events after `after` are forgotten: there would be a gap.
   */
  watch(watcher: FeedWatcher, after: number | null): (() => void) | null {
    const oldestSeq = Math.max(1, this.#lastSeq - KEPT_EVENTS + 1);
    const fromSeq = after === null ? oldestSeq : after + 1;
    if (fromSeq < oldestSeq) return null;
    for (let seq = fromSeq; seq <= this.#lastSeq; seq++) {
      watcher.take(this.#kept[(seq - 1) % KEPT_EVENTS]!);
    }
    if (this.#isEnded) {
      watcher.end();
      return () => {};
    }
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #end(): void {
    this.#isEnded = true;
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const watcher of watchers) watcher.end();
  }
}
