import type { Link, Tracer } from '@opentelemetry/api';
import type { TurnReport } from '../turn-report.ts';

/** What a turn's trace begins with. */
export interface TurnBegin {
  readonly tracer: Tracer;
  readonly agent: string;
  readonly pipeline: string;
  readonly sessionId: string;
  /** The caller's item; null for a turn nobody spoke. */
  readonly itemId: string | null;
  /** When the caller's speech was noticed, or, without any, the turn began. */
  readonly startAtMs: number;
  readonly committedAtMs: number;
  readonly links: readonly Link[];
}

/** A generation as it ended. Instants are epoch milliseconds. */
export interface GenerationEnd {
  readonly generationId: string;
  readonly outcome: 'completed' | 'cancelled' | 'incomplete' | 'failed';
  readonly errorCode: string | null;
  readonly audioMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly atMs: number;
}

/** A tool call as it began. */
export interface ToolBegin {
  readonly callId: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  readonly confirm: string;
  /** Whether a worker runs it. */
  readonly isQueued: boolean;
  readonly atMs: number;
}

/** A tool call as it ended. */
export interface ToolEnd {
  readonly callId: string;
  readonly outcome: string;
  readonly output: string | null;
  readonly atMs: number;
}

/** Why a turn's trace ended, where it was neither interrupted nor failed. */
export type TurnEnd = 'completed' | 'superseded' | 'sessionEnded';

/** A played item, or what was played of it. */
export interface ItemPlayed {
  readonly itemId: string;
  /** Null for all of it. */
  readonly playedMs: number | null;
  readonly isInterrupted: boolean;
  readonly atMs: number;
}

/** A generation of a turn, as far as it is known. */
export interface Generation {
  readonly id: string;
  readonly kind: string;
  readonly startedAtMs: number;
  itemId: string | null;
  end: GenerationEnd | null;
  report: TurnReport | null;
  played: ItemPlayed | null;
}
