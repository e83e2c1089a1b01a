import type { ProviderOperation, ProviderUsage, Usage } from '@antiphon/session';

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

/** The same as an engine tells its session; null where nothing was counted. */
export function providerUsage(
  use: UpstreamUse,
  { usage, dollars, cachedTextTokens, cachedAudioTokens }: AnswerCost,
  audioMs = 0,
): ProviderUsage | null {
  const isNothing = audioMs === 0 && Object.values(usage).every((tokens) => tokens === 0);
  if (isNothing) return null;
  return { ...use, ...usage, cachedTextTokens, cachedAudioTokens, audioMs, characters: 0, dollars };
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
