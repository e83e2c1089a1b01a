import { FliteTextToSpeech, ForcedAligner } from '@antiphon/pipelines';
import type { AgentDefinition } from '@antiphon/session';
import { fixedTexts } from './known-texts.ts';
import type { PipelineOptions } from './pipeline-options.ts';
import { rehearse } from './rehearse.ts';

/** Says exact texts where the agent's voice is one of the model's. */
const USUAL_VOICE = 'slt';

/** What speaks and aligns beside speech-to-speech models; shared by all of them. */
export interface ModelHelpers {
  readonly textToSpeech: FliteTextToSpeech | null;
  readonly aligner: ForcedAligner | null;
  close(): Promise<void>;
}

/** Loads what is wanted. Rejects with the error of what does not load; then nothing is left behind. */
export async function openModelHelpers(
  wanted: { readonly speech: boolean; readonly alignment: boolean },
  { onProgress }: PipelineOptions,
): Promise<ModelHelpers> {
  let textToSpeech: FliteTextToSpeech | null = null;
  if (wanted.speech) {
    onProgress('Loading the voice for exact texts');
    textToSpeech = await FliteTextToSpeech.start({ workers: 1 });
  }
  let aligner: ForcedAligner | null = null;
  try {
    if (wanted.alignment) {
      onProgress('Loading the aligner');
      aligner = await ForcedAligner.start({ workers: 1 });
    }
  } catch (error) {
    await textToSpeech?.close();
    throw error;
  }
  const started = { textToSpeech, aligner };
  return {
    ...started,
    close: async () => {
      await started.aligner?.close();
      await started.textToSpeech?.close();
    },
  };
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
