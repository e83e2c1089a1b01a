import type { ResponseObject } from '@antiphon/protocol';
import { NO_USAGE } from '@antiphon/session';
import type { Usage } from '@antiphon/session';
import { pricedAt } from '../upstream/token-costs.ts';
import type { AnswerCost, TokenPrices } from '../upstream/token-costs.ts';

type WireUsage = NonNullable<ResponseObject['usage']>;

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
  prices: TokenPrices | undefined,
): AnswerCost {
  const cached = wire?.input_token_details?.cached_tokens_details;
  const cachedTextTokens = cached?.text_tokens ?? 0;
  const cachedAudioTokens = cached?.audio_tokens ?? 0;
  return pricedAt({ usage: usageOf(wire), cachedTextTokens, cachedAudioTokens }, prices);
}
