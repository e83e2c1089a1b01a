import type { ProviderOperation, ProviderUsage, RequestTime, Usage } from '@antiphon/session';
import { NO_USAGE } from '@antiphon/session';

/** Dollars for a million tokens; what is left out is not charged. */
export interface TokenPrices {
  readonly textInput?: number | undefined;
  /** Of what was read before and is cached; that of other input unless given. */
  readonly cachedTextInput?: number | undefined;
  readonly audioInput?: number | undefined;
  readonly cachedAudioInput?: number | undefined;
  readonly textOutput?: number | undefined;
  readonly audioOutput?: number | undefined;
}

/** What one answer used. */
export interface TokenCounts {
  readonly usage: Usage;
  /** Of the input, what was cached. */
  readonly cachedTextTokens: number;
  readonly cachedAudioTokens: number;
}

/** The same with what it cost. */
export interface AnswerCost extends TokenCounts {
  /** By the prices of the settings; null without them. */
  readonly dollars: number | null;
}

/** Adds the cost to counts. */
export function pricedAt(counts: TokenCounts, prices: TokenPrices | undefined): AnswerCost {
  if (!prices) return { ...counts, dollars: null };
  const { usage, cachedTextTokens, cachedAudioTokens } = counts;
  const { textInput = 0, audioInput = 0, textOutput = 0, audioOutput = 0 } = prices;
  const { cachedTextInput = textInput, cachedAudioInput = audioInput } = prices;
  const millionths =
    (usage.inputTextTokens - cachedTextTokens) * textInput +
    cachedTextTokens * cachedTextInput +
    (usage.inputAudioTokens - cachedAudioTokens) * audioInput +
    cachedAudioTokens * cachedAudioInput +
    usage.outputTextTokens * textOutput +
    usage.outputAudioTokens * audioOutput;
  return { ...counts, dollars: millionths / 1_000_000 };
}

/** Whose tokens they are. */
export interface UpstreamUse {
  readonly operation: ProviderOperation;
  readonly provider: string;
  readonly model: string | null;
}

/** What it took, beside tokens. */
export interface UpstreamMeasures extends Partial<RequestTime> {
  readonly audioMs?: number;
}

/** A cost of nothing, which nobody has told. */
export const NO_COST: AnswerCost = {
  usage: NO_USAGE,
  cachedTextTokens: 0,
  cachedAudioTokens: 0,
  dollars: null,
};

/** The same as an engine tells its session; null where nothing was counted and nothing measured. */
export function providerUsage(
  use: UpstreamUse,
  cost: AnswerCost,
  { audioMs = 0, durationMs = null, errorCode = null }: UpstreamMeasures = {},
): ProviderUsage | null {
  const isNothing = audioMs === 0 && Object.values(cost.usage).every((tokens) => tokens === 0);
  if (isNothing && durationMs === null) return null;
  const { usage, dollars, cachedTextTokens, cachedAudioTokens } = isNothing ? NO_COST : cost;
  const counts = { ...usage, cachedTextTokens, cachedAudioTokens, audioMs, characters: 0 };
  return { ...use, ...counts, dollars, durationMs, errorCode };
}

/** Both together. */
export function sumOfUsage(one: Usage, other: Usage): Usage {
  return {
    inputTextTokens: one.inputTextTokens + other.inputTextTokens,
    inputAudioTokens: one.inputAudioTokens + other.inputAudioTokens,
    outputTextTokens: one.outputTextTokens + other.outputTextTokens,
    outputAudioTokens: one.outputAudioTokens + other.outputAudioTokens,
  };
}
