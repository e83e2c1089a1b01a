import type { ModalityTokenCount, UsageMetadata } from '@google/genai';
import type { TokenCounts } from '../upstream/token-costs.ts';
import type { OnWire } from './wire-types.ts';

type Modal = OnWire<ModalityTokenCount>;

/** Tokens of a message; what is not told by its kind is text. Thoughts are paid for as text. */
export function usageOf(wire: OnWire<UsageMetadata>): TokenCounts {
  const input = split(wire.promptTokensDetails, wire.promptTokenCount);
  const tools = split(wire.toolUsePromptTokensDetails, wire.toolUsePromptTokenCount);
  const output = split(wire.responseTokensDetails, wire.responseTokenCount);
  const cached = split(wire.cacheTokensDetails, wire.cachedContentTokenCount);
  return {
    usage: {
      inputTextTokens: input.text + tools.text,
      inputAudioTokens: input.audio + tools.audio,
      outputTextTokens: output.text + count(wire.thoughtsTokenCount),
      outputAudioTokens: output.audio,
    },
    cachedTextTokens: Math.min(cached.text, input.text + tools.text),
    cachedAudioTokens: Math.min(cached.audio, input.audio + tools.audio),
  };
}

function split(
  details: readonly Modal[] | undefined,
  total: number | undefined,
): { text: number; audio: number } {
  if (!Array.isArray(details)) return { text: count(total), audio: 0 };
  let text = 0;
  let audio = 0;
  for (const detail of details as readonly (Modal | null)[]) {
    if (detail?.modality === 'AUDIO') audio += count(detail?.tokenCount);
    else text += count(detail?.tokenCount);
  }
  return { text, audio };
}

function count(tokens: unknown): number {
  return typeof tokens === 'number' && tokens > 0 ? tokens : 0;
}
