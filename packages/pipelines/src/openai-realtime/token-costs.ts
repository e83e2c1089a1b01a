import type { ResponseObject, ServerEvent } from '@antiphon/protocol';
import { NO_USAGE } from '@antiphon/session';
import type { RealtimePrices, Usage } from '@antiphon/session';
import { pricedAt } from '../upstream/token-costs.ts';
import type { AnswerCost, TokenPrices } from '../upstream/token-costs.ts';

type WireUsage = NonNullable<ResponseObject['usage']>;

type WireTranscriptUsage = Extract<
  ServerEvent,
  { type: 'conversation.item.input_audio_transcription.completed' }
>['usage'];

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

/** What a transcript used, of a model of its own; one that is paid by time uses no tokens. */
export function transcriptCostOf(
  wire: Partial<WireTranscriptUsage> | null | undefined,
  prices: RealtimePrices | undefined,
): AnswerCost {
  const tokens = wire?.type === 'tokens' ? wire : null;
  const seconds = wire?.type === 'duration' ? (wire.seconds ?? 0) : 0;
  const { transcriptInput, transcriptOutput, transcriptMinute = 0 } = prices ?? {};
  const usage = {
    inputTextTokens: tokens?.input_token_details?.text_tokens ?? 0,
    inputAudioTokens: tokens?.input_token_details?.audio_tokens ?? 0,
    outputTextTokens: tokens?.output_tokens ?? 0,
    outputAudioTokens: 0,
  };
  const priced = pricedAt(
    { usage, cachedTextTokens: 0, cachedAudioTokens: 0 },
    prices && {
      textInput: transcriptInput,
      audioInput: transcriptInput,
      textOutput: transcriptOutput,
    },
  );
  const { dollars } = priced;
  return {
    ...priced,
    dollars: dollars === null ? null : dollars + (seconds / 60) * transcriptMinute,
  };
}
