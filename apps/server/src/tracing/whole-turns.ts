import { ATTRIBUTE } from '@antiphon/observability';
import { SpanStatusCode } from '@opentelemetry/api';
import type { WrittenSpan } from './written-span.ts';

/** Slower turns are always kept. */
const SLOW_MS = 1_500;

/** Spans of one turn; those that end later are dropped. */
const MOST_SPANS = 512;

/** Turns of all sessions that have spans waiting for their end; the oldest is dropped first. */
const MOST_TURNS = 8_192;

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
}

/**
 * Holds the spans of a trace until its root ends, and passes on all of them or none. Turns with an
 * error or a logged fault, interrupted, escalated, slow, with a queued tool or a webhook are kept, of
 * others the ratio, and all
 * that is no turn.
 */
export class WholeTurns {
  readonly #options: WholeTurnsOptions;
  readonly #waiting = new Map<string, WrittenSpan[]>();
  #lastKept: string | null = null;

  constructor(options: WholeTurnsOptions) {
    this.#options = options;
  }

  /** Whether the root that ended last was this trace's, and it was passed on. */
  wasKept(traceId: string): boolean {
    return this.#lastKept === traceId;
  }

  onEnd(span: WrittenSpan): void {
    const { traceId, parent } = span;
    if (parent) {
      this.#hold(traceId, span);
      return;
    }
    const children = this.#waiting.get(traceId) ?? [];
    this.#waiting.delete(traceId);
    const isKept = isWorthKeeping(span) || isInRatio(traceId, this.#options.ratio);
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
export function isInRatio(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-8), 16) < ratio * 2 ** 32;
}

function isWorthKeeping({ attributes, status }: WrittenSpan): boolean {
  // The beginning and the end of a session are linked to by each of its turns.
  if (attributes[ATTRIBUTE.turnInterrupted] === undefined) return true;
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
