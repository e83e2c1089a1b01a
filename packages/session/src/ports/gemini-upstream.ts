import type { UpstreamPrices } from './realtime-upstream.ts';

/** The Gemini Live model of an agent, and how it is used. Plain JSON, without the key. */
export interface GeminiUpstream {
  /** The WebSocket address; Google's unless given. */
  readonly url?: string | undefined;
  readonly model: string;
  /** The variable of the environment that holds the key. */
  readonly apiKeyVariable: string;
  /** The model's voice; that of the agent where the models have it, unless given. */
  readonly voice?: string | undefined;
  /** BCP-47, of what callers say. */
  readonly language?: string | undefined;
  /** Whether the model's words are found in its audio. */
  readonly wordTimes: 'aligned' | 'none';
  readonly prices?: UpstreamPrices | undefined;
}
