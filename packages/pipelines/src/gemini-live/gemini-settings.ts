import type { Clock } from '@antiphon/session';
import type { TokenPrices } from '../upstream/token-costs.ts';

/** Where the Live models of Google answer. */
const GEMINI_URL =
  'wss://generativelanguage.googleapis.com/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent';

/** How long an upstream may take, in milliseconds of the Clock. */
export interface GeminiTimeouts {
  /** From an answer that finds no connection to one that is ready. */
  readonly connectMs: number;
  /** From the opening of a connection to its `setupComplete`. */
  readonly greetMs: number;
  /** From the end of a turn to its final transcript. */
  readonly transcriptMs: number;
  /** A transcript is final when it has not grown for so long while the model answers. */
  readonly transcriptRestMs: number;
  /** From the first of an answer to its turn's transcript. */
  readonly transcriptLateMs: number;
  /** From an answer that is asked for to the first of it. */
  readonly firstOutputMs: number;
  /** From one output to the next. */
  readonly outputGapMs: number;
  /** From the last of an answer to its `turnComplete`, which may wait for the playing. */
  readonly outputRestMs: number;
  /** From a call to another one of the same answer. */
  readonly callRestMs: number;
  /** Between two pings, and from one to the next thing heard. */
  readonly pingMs: number;
  /** How long one connection is used before another takes its place, unless a `goAway` comes. */
  readonly rotateMs: number;
}

/**
 * The apology is spoken within two seconds of a request that finds no upstream. Pongs were seen to
 * take half a minute on a healthy connection; connections to end at 58 minutes without a `goAway`.
 */
export const DEFAULT_GEMINI_TIMEOUTS: GeminiTimeouts = {
  connectMs: 1_800,
  greetMs: 3_000,
  transcriptMs: 2_000,
  transcriptRestMs: 120,
  transcriptLateMs: 800,
  firstOutputMs: 3_500,
  outputGapMs: 3_000,
  outputRestMs: 300,
  callRestMs: 60,
  pingMs: 60_000,
  rotateMs: 50 * 60_000,
};

/** What an upstream is and how it is used; all but the key may stand in an agent's folder. */
export interface GeminiSettings {
  /** The WebSocket address; Google's unless given. */
  readonly url?: string | undefined;
  /** With or without `models/` before it. */
  readonly model: string;
  /** A secret: it goes into a header and nowhere else. */
  readonly apiKey: string;
  /** The voice of the model; that of the session's configuration unless given. */
  readonly voice?: string | undefined;
  /** BCP-47, where callers speak one language: a hint to who writes it down. */
  readonly language?: string | undefined;
  readonly prices?: TokenPrices | undefined;
}

/** The address of an upstream. */
export function liveUrl({ url = GEMINI_URL }: GeminiSettings): URL {
  return new URL(url);
}

/** What all parts of a session share. */
export interface GeminiUse {
  readonly settings: GeminiSettings;
  readonly timeouts: GeminiTimeouts;
  readonly clock: Clock;
}
