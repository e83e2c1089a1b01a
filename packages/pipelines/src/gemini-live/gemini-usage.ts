import type { ModalityTokenCount, UsageMetadata } from '@google/genai';
import type { TokenCounts } from '../upstream/token-costs.ts';
import type { OnWire } from './wire-types.ts';

type Modal = OnWire<ModalityTokenCount>;

/** Tokens of a message. Thoughts are paid for as text. */
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

/** The service counts more than it tells by its kind; the rest is text. */
function split(
  details: readonly Modal[] | undefined,
  total: number | undefined,
): { text: number; audio: number } {
  const told: readonly (Modal | null)[] = Array.isArray(details) ? details : [];
  const audio = told
    .filter((detail) => detail?.modality === 'AUDIO')
    .reduce((sum, detail) => sum + count(detail?.tokenCount), 0);
  const all = told.reduce((sum, detail) => sum + count(detail?.tokenCount), 0);
  return { text: Math.max(all, count(total)) - audio, audio };
}

function count(tokens: unknown): number {
  return typeof tokens === 'number' && tokens > 0 ? tokens : 0;
}
