import { UNKNOWN_MODELS } from '@antiphon/observability';
import type { SessionModels } from '@antiphon/observability';
import type { AgentDefinition, CascadeService } from '@antiphon/session';

/** What the embedded pipeline consists of. */
const EMBEDDED: SessionModels = {
  operation: 'chat',
  inference: 'scripted',
  recognition: 'soundswallower',
  synthesis: 'flite',
};

/** The models behind an agent, as far as its folder names them. */
export function modelsOf(agent: AgentDefinition): SessionModels {
  const { pipeline, openaiRealtime, geminiLive, cascade } = agent;
  if (openaiRealtime) {
    const { model, transcriptionModel } = openaiRealtime;
    return upstream(model, transcriptionModel ?? null);
  }
  if (geminiLive) return upstream(geminiLive.model, null);
  if (cascade) {
    return {
      operation: 'chat',
      inference: modelOf(cascade.languageModel, EMBEDDED.inference),
      recognition: modelOf(cascade.speechToText, EMBEDDED.recognition),
      synthesis: modelOf(cascade.textToSpeech, EMBEDDED.synthesis),
    };
  }
  return pipeline === 'embedded' ? EMBEDDED : UNKNOWN_MODELS;
}

function upstream(inference: string, recognition: string | null): SessionModels {
  return { operation: 'realtime_inference', inference, recognition, synthesis: null };
}

function modelOf({ provider, model }: CascadeService, embedded: string | null): string | null {
  return provider === 'embedded' ? embedded : (model ?? null);
}
