import { ATTRIBUTE } from '@antiphon/observability';
import { SpanStatusCode } from '@opentelemetry/api';
import type { TurnAllowance, TurnRank } from './turn-allowance.ts';
import type { WrittenSpan } from './written-span.ts';

/** Slower turns are always kept. */
const SLOW_MS = 1_500;

/** Spans of one turn; those that end later are dropped. */
const MOST_SPANS = 512;

/** Turns of all sessions that have spans waiting for their end; the oldest is dropped first. */
const MOST_TURNS = 8_192;

/** Turns that are certain to be kept and have not ended; the oldest is forgotten first. */
const MOST_CERTAIN = 8_192;

/** Takes spans that are over. */
export interface SpanTaker {
  onEnd(span: WrittenSpan): void;
  shutdown(): Promise<void>;
}

/** Which turns are passed on, and with what. */
export interface WholeTurnsOptions {
  /** What takes the spans that are kept. */
  readonly next: SpanTaker;
  /** The share of turns that are kept without a reason of their own, 0 to 1. */
  readonly ratio: number;
  /** How many turns there is room for; without it, for all. */
  readonly allowance?: TurnAllowance | null;
  /** A turn would have been kept, and there was no room for it. */
  readonly onLeftOut?: (rank: TurnRank) => void;
}

/**
 * Holds the spans of a trace until its root ends, and passes on all of them or none. Turns with an
 * error or a logged fault, interrupted, escalated, slow, with a queued tool or a webhook are kept, of
 * others the ratio, and all that is no turn. Where there is not room for all of them, those with a
 * queued tool or a webhook are kept all the same, and the other remarkable ones go first.
 */
export class WholeTurns {
  readonly #options: WholeTurnsOptions;
  readonly #waiting = new Map<string, WrittenSpan[]>();
  /** Traces somebody was told are kept. */
  readonly #certain = new Set<string>();
  #lastKept: string | null = null;

  constructor(options: WholeTurnsOptions) {
    this.#options = options;
  }

  /** Whether the root that ended last was this trace's, and it was passed on. */
  wasKept(traceId: string): boolean {
    return this.#lastKept === traceId;
  }

  /** Keeps a turn whatever else comes, since another process is told to follow. */
  promise(traceId: string): void {
    if (this.#certain.has(traceId)) return;
    this.#options.allowance?.take('told');
    this.#remember(traceId);
  }

  /** Whether a turn that has not ended is certain to be kept; from then on it is. */
  isCertain(traceId: string, isNotable: boolean): boolean {
    if (this.#certain.has(traceId)) return true;
    const { ratio, allowance } = this.#options;
    if (!isNotable && !isInRatio(traceId, ratio)) return false;
    if (!allowance) return true;
    if (!allowance.take(isNotable ? 'first' : 'rest')) return false;
    this.#remember(traceId);
    return true;
  }

  onEnd(span: WrittenSpan): void {
    const { traceId, parent } = span;
    if (parent) {
      this.#hold(traceId, span);
      return;
    }
    const children = this.#waiting.get(traceId) ?? [];
    this.#waiting.delete(traceId);
    const isKept = this.#keeps(span, traceId);
    this.#lastKept = isKept ? traceId : null;
    if (!isKept) return;
    const { next } = this.#options;
    for (const each of children) next.onEnd(each);
    next.onEnd(span);
  }

  shutdown(): Promise<void> {
    this.#waiting.clear();
    return this.#options.next.shutdown();
  }

  #keeps(span: WrittenSpan, traceId: string): boolean {
    if (this.#certain.delete(traceId)) return true;
    const { ratio, allowance, onLeftOut } = this.#options;
    // The beginning and the end of a session are linked to by each of its turns.
    if (!isTurn(span)) return true;
    if (!isWorthKeeping(span) && !isInRatio(traceId, ratio)) return false;
    const rank = rankOf(span);
    if (!allowance || allowance.take(rank)) return true;
    onLeftOut?.(rank);
    return false;
  }

  #remember(traceId: string): void {
    this.#certain.add(traceId);
    const [oldest] = this.#certain;
    if (this.#certain.size > MOST_CERTAIN && oldest !== undefined) this.#certain.delete(oldest);
  }

  #hold(traceId: string, span: WrittenSpan): void {
    const held = this.#waiting.get(traceId);
    if (held) {
      if (held.length < MOST_SPANS) held.push(span);
      return;
    }
    this.#waiting.set(traceId, [span]);
    if (this.#waiting.size <= MOST_TURNS) return;
    const [oldest] = this.#waiting.keys();
    if (oldest !== undefined) this.#waiting.delete(oldest);
  }
}

/** The same answer for a trace wherever it is asked. */
function isInRatio(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-8), 16) < ratio * 2 ** 32;
}

function isTurn({ attributes }: WrittenSpan): boolean {
  return attributes[ATTRIBUTE.turnInterrupted] !== undefined;
}

function rankOf(turn: WrittenSpan): TurnRank {
  const { attributes } = turn;
  const isFollowed = [ATTRIBUTE.turnQueuedTool, ATTRIBUTE.turnFollowed].some(
    (name) => attributes[name] === true,
  );
  if (isFollowed) return 'told';
  const isOverBudget = attributes[ATTRIBUTE.turnBudgetsExceeded] !== undefined;
  return isOverBudget || isWorthKeeping(turn) ? 'first' : 'rest';
}

function isWorthKeeping({ attributes, status }: WrittenSpan): boolean {
  return (
    status.code === SpanStatusCode.ERROR ||
    attributes[ATTRIBUTE.turnInterrupted] === true ||
    attributes[ATTRIBUTE.turnEscalated] === true ||
    attributes[ATTRIBUTE.turnQueuedTool] === true ||
    attributes[ATTRIBUTE.turnFaulted] === true ||
    attributes[ATTRIBUTE.turnFollowed] === true ||
    attributes[ATTRIBUTE.turnFailedOver] === true ||
    // A turn whose first sound is a cover, or follows a tool, is not measured from the last voice.
    Number(attributes[ATTRIBUTE.turnLatencyMs] ?? attributes[ATTRIBUTE.turnPostEndpointMs] ?? 0) >
      SLOW_MS
  );
}
