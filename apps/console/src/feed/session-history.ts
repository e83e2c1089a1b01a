import type { FeedEvent, SessionDetail, SessionRow } from '@antiphon/observability';
import { budgetMsOf } from '../turn/budget.ts';

/** The most events that a page holds of one session; older ones are let go. */
export const MAX_EVENTS = 20_000;

/** What a page knows of one session. */
export interface KnownSession {
  readonly row: SessionRow;
  /** Oldest first, `seq` rising. */
  readonly events: readonly FeedEvent[];
  /** Events before the first of these are forgotten. */
  readonly isPartial: boolean;
  /** Length of the recording in milliseconds; null when there is none, or not yet. */
  readonly recordingMs: number | null;
}

/** A session as it was loaded, carried on with what the feed tells. */
export class SessionHistory {
  readonly #recordingMs: number | null;
  #row: SessionRow;
  #events: FeedEvent[];
  #isPartial: boolean;
  #known: KnownSession | null = null;

  constructor(detail: SessionDetail) {
    this.#row = detail.row;
    this.#events = [...detail.events];
    this.#isPartial = detail.isPartial;
    this.#recordingMs = detail.recordingMs;
  }

  /** `seq` of the newest event; undefined before the first. */
  get lastSeq(): number | undefined {
    return this.#events.at(-1)?.seq;
  }

  /** Events known already are passed over. */
  hear(event: FeedEvent): void {
    if (event.seq <= (this.lastSeq ?? 0)) return;
    this.#events.push(event);
    if (this.#events.length > MAX_EVENTS) {
      this.#events = this.#events.slice(-MAX_EVENTS / 2);
      this.#isPartial = true;
    }
    this.#row = rowAfter(this.#row, event);
    this.#known = null;
  }

  /** The same object until something new is heard. */
  known(): KnownSession {
    this.#known ??= {
      row: this.#row,
      events: [...this.#events],
      isPartial: this.#isPartial,
      recordingMs: this.#recordingMs,
    };
    return this.#known;
  }
}

function rowAfter(row: SessionRow, event: FeedEvent): SessionRow {
  switch (event.type) {
    case 'state':
      return { ...row, state: { ...row.state, [event.region]: event.to } };
    case 'turn': {
      const { turn, itemId, voiceToVoiceMs, postEndpointMs } = event.report;
      // What is said after the first sound of an answer has no latency that a caller feels.
      if (itemId === null && row.lastTurn) return { ...row, turns: turn };
      const budgetMs = budgetMsOf(event.report);
      return { ...row, turns: turn, lastTurn: { turn, voiceToVoiceMs, postEndpointMs, budgetMs } };
    }
    case 'recording':
      return { ...row, recordingFault: event.fault };
    case 'bargeIn':
      return event.verdict === 'cut' ? { ...row, bargeIns: row.bargeIns + 1 } : row;
    case 'tool.started':
      return { ...row, openTools: [...row.openTools, event.name] };
    case 'tool.settled':
      return { ...row, openTools: without(row.openTools, event.name) };
    case 'session.ended':
      return { ...row, endedAtMs: event.atMs, endReason: event.reason };
    default:
      return row;
  }
}

function without(names: readonly string[], name: string): readonly string[] {
  const at = names.indexOf(name);
  return at < 0 ? names : names.toSpliced(at, 1);
}
