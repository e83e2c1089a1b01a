import type { ResponseObject } from '@antiphon/protocol';
import { NO_USAGE } from '@antiphon/session';
import type { Usage } from '@antiphon/session';
import type { RealtimePrices } from './realtime-settings.ts';

type WireUsage = NonNullable<ResponseObject['usage']>;

/** What one response used, and what it cost. */
export interface ResponseCost {
  readonly usage: Usage;
  /** Of the input, what was cached. */
  readonly cachedTextTokens: number;
  readonly cachedAudioTokens: number;
  /** By the prices of the settings; null without them. */
  readonly dollars: number | null;
}

/** Tokens of a response; an upstream that does not count them counts zero. */
export function usageOf(wire: Partial<WireUsage> | null | undefined): Usage {
  if (!wire) return NO_USAGE;
  const { input_token_details: input, output_token_details: output } = wire;
  return {
    inputTextTokens: input?.text_tokens ?? 0,
    inputAudioTokens: input?.audio_tokens ?? 0,
    outputTextTokens: output?.text_tokens ?? 0,
    outputAudioTokens: output?.audio_tokens ?? 0,
  };
}

/** The same with its cost. */
export function costOf(
  wire: Partial<WireUsage> | null | undefined,
  prices: RealtimePrices | undefined,
): ResponseCost {
  const usage = usageOf(wire);
  const cached = wire?.input_token_details?.cached_tokens_details;
  const cachedTextTokens = cached?.text_tokens ?? 0;
  const cachedAudioTokens = cached?.audio_tokens ?? 0;
  const counts = { usage, cachedTextTokens, cachedAudioTokens };
  if (!prices) return { ...counts, dollars: null };
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
