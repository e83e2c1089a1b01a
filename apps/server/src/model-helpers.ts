import { ForcedAligner } from '@antiphon/pipelines';
import type { FliteTextToSpeech } from '@antiphon/pipelines';
import type { AgentDefinition } from '@antiphon/session';
import { USUAL_VOICE } from './embedded-voice.ts';
import type { EmbeddedVoice } from './embedded-voice.ts';
import { fixedTexts } from './known-texts.ts';
import type { PipelineOptions } from './pipeline-options.ts';
import { rehearse } from './rehearse.ts';

/** What speaks and aligns beside speech-to-speech models; shared by all of them. */
export interface ModelHelpers {
  readonly textToSpeech: FliteTextToSpeech;
  readonly aligner: ForcedAligner | null;
  /** The voice is closed by others. */
  close(): Promise<void>;
}

/** Loads what is wanted. Rejects with the error of what does not load; then nothing is left behind. */
export async function openModelHelpers(
  wanted: { readonly alignment: boolean },
  { onProgress }: PipelineOptions,
  voice: EmbeddedVoice,
): Promise<ModelHelpers> {
  const textToSpeech = await voice.load();
  if (wanted.alignment) onProgress('Loading the aligner');
  const aligner = wanted.alignment ? await ForcedAligner.start({ workers: 1 }) : null;
  return { textToSpeech, aligner, close: async () => await aligner?.close() };
}

/** The voice that says an agent's exact texts. */
export function exactVoice({ config }: AgentDefinition, voices: readonly string[]): string {
  return voices.includes(config.voice) ? config.voice : USUAL_VOICE;
}

/** Speaks what an agent says again and again, so that it is there at once. */
export async function rehearseExactTexts(
  textToSpeech: FliteTextToSpeech,
  { config }: AgentDefinition,
  voice: string,
): Promise<void> {
  await rehearse(textToSpeech, { ...config, voice }, fixedTexts(config));
}
