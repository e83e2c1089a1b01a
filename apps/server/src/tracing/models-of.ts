import { UNKNOWN_MODELS } from '@antiphon/observability';
import type { SessionModels } from '@antiphon/observability';
import type { AgentDefinition } from '@antiphon/session';

/** What the embedded pipeline consists of. */
const EMBEDDED: SessionModels = {
  operation: 'chat',
  inference: 'scripted',
  recognition: 'soundswallower',
  synthesis: 'flite',
};

/** The models behind an agent, as far as its folder names them. */
export function modelsOf({ pipeline, openaiRealtime }: AgentDefinition): SessionModels {
  if (openaiRealtime) {
    return {
      operation: 'realtime_inference',
      inference: openaiRealtime.model,
      recognition: openaiRealtime.transcriptionModel ?? null,
      synthesis: null,
    };
  }
  return pipeline === 'embedded' ? EMBEDDED : UNKNOWN_MODELS;
}
