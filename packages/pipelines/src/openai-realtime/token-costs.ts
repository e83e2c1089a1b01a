import type { ResponseObject, ServerEvent } from '@antiphon/protocol';
import { NO_USAGE } from '@antiphon/session';
import type { RealtimePrices, Usage } from '@antiphon/session';
import { pricedAt } from '../upstream/token-costs.ts';
import type { AnswerCost, TokenCounts, TokenPrices } from '../upstream/token-costs.ts';

type WireUsage = NonNullable<ResponseObject['usage']>;

type WireTranscriptUsage = Extract<
  ServerEvent,
  { type: 'conversation.item.input_audio_transcription.completed' }
>['usage'];

/** What a transcript cost, and the audio it was paid for by, where it was. */
export interface TranscriptCost extends AnswerCost {
  readonly audioMs: number;
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
  prices: TokenPrices | undefined,
): AnswerCost {
  const cached = wire?.input_token_details?.cached_tokens_details;
  const cachedTextTokens = cached?.text_tokens ?? 0;
  const cachedAudioTokens = cached?.audio_tokens ?? 0;
  return pricedAt({ usage: usageOf(wire), cachedTextTokens, cachedAudioTokens }, prices);
}

/** What a transcript used, of a model of its own; null where that is not counted in tokens. */
export function transcriptTokensOf(wire: unknown): TokenCounts | null {
  const usage = fieldsOf(wire);
  if (usage['type'] !== 'tokens') return null;
  const input = fieldsOf(usage['input_token_details']);
  return {
    usage: {
      inputTextTokens: countOf(input['text_tokens']),
      inputAudioTokens: countOf(input['audio_tokens']),
      outputTextTokens: countOf(usage['output_tokens']),
      outputAudioTokens: 0,
    },
    cachedTextTokens: 0,
    cachedAudioTokens: 0,
  };
}

/** The same with its cost; one that is paid by time uses no tokens. */
export function transcriptCostOf(
  wire: Partial<WireTranscriptUsage> | null | undefined,
  prices: RealtimePrices | undefined,
): TranscriptCost {
  const seconds = wire?.type === 'duration' ? countOf(wire.seconds) : 0;
  const { transcriptInput, transcriptOutput, transcriptMinute = 0 } = prices ?? {};
  const none = { usage: NO_USAGE, cachedTextTokens: 0, cachedAudioTokens: 0 };
  const priced = pricedAt(
    transcriptTokensOf(wire) ?? none,
    prices && {
      textInput: transcriptInput,
      audioInput: transcriptInput,
      textOutput: transcriptOutput,
    },
  );
  const { dollars } = priced;
  return {
    ...priced,
    audioMs: seconds * 1000,
    dollars: dollars === null ? null : dollars + (seconds / 60) * transcriptMinute,
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function countOf(value: unknown): number {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : 0;
}
