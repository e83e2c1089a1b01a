import type { Link } from '@opentelemetry/api';
import type { TurnReport } from '../turn-report.ts';
import type { SpanMaker } from './span-maker.ts';

/** The models of a session by what they do, as far as they are known. */
export interface SessionModels {
  /** A `realtime_inference` hears and speaks itself. */
  readonly operation: 'chat' | 'realtime_inference';
  readonly inference: string | null;
  readonly recognition: string | null;
  readonly synthesis: string | null;
}

/** Of no model anything is known. */
export const UNKNOWN_MODELS: SessionModels = {
  operation: 'chat',
  inference: null,
  recognition: null,
  synthesis: null,
};

/** What a session's spans say of how it was set up. */
export interface SessionSetup {
  readonly models: SessionModels;
  /** How the caller is connected. */
  readonly leg?: string;
  /** In which format the caller's audio comes by now. */
  readonly codec?: () => string | null;
  /** How long the caller's connection took to answer the last ping, in milliseconds. */
  readonly rttMs?: () => number | null;
  /** Who knows what was heard of the agent: `marks`, `client` or `estimate`. */
  readonly playoutSource: string | null;
}

/** How the end of the caller's turn came in, and was found. */
export interface TurnEvidence {
  /** The caller's last sound. */
  readonly voiceEndAtMs?: number | undefined;
  readonly arrival?: { readonly handedAtMs: number; readonly jitterMs: number } | undefined;
  readonly prediction?:
    | {
        readonly probability: number;
        readonly threshold: number;
        readonly windowMs: number;
        readonly atMs: number;
      }
    | undefined;
}

/** A piece of a generation, counted from 0, from the synthesizer's start to its first byte. */
export interface SpokenPiece {
  readonly generationId: string;
  readonly piece: number;
  readonly startedAtMs: number;
  readonly firstByteAtMs: number;
}

/** What a turn's trace begins with. */
export interface TurnBegin {
  readonly tracer: SpanMaker;
  readonly agent: string;
  readonly pipeline: string;
  readonly sessionId: string;
  /** The caller's item; null for a turn nobody spoke. */
  readonly itemId: string | null;
  /** When the caller's speech was noticed, or, without any, the turn began. */
  readonly startAtMs: number;
  /** When silence was noticed; null where nothing listened for it. */
  readonly stoppedAtMs: number | null;
  readonly committedAtMs: number;
  readonly evidence: TurnEvidence;
  /** Who ends turns: `server_vad`, `semantic_vad` or `manual`; null where it is not known. */
  readonly endpointing: string | null;
  readonly setup: SessionSetup;
  readonly links: Link[];
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
  /** Whether another process is told to keep what it does for it. */
  readonly isFollowed: boolean;
  readonly atMs: number;
}

/** A tool call as it ended. */
export interface ToolEnd {
  readonly callId: string;
  readonly outcome: string;
  readonly output: string | null;
  readonly atMs: number;
}

/** A state of one of the session's regions was left for another. */
export interface StateChange {
  readonly region: string;
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  readonly atMs: number;
}

/** Another provider took over a request. */
export interface FailedOver {
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
  /** The code of what failed. */
  readonly code: string | null;
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
  /** The first of these is a hop already. */
  readonly pieces: SpokenPiece[];
  /** When its first words came. */
  firstTextAtMs: number | null;
  itemId: string | null;
  end: GenerationEnd | null;
  report: TurnReport | null;
  played: ItemPlayed | null;
}
