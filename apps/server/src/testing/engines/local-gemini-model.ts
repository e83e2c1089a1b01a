import { engineModel, GEMINI_KEY, LocalGemini } from '@antiphon/pipelines/testing';
import type { LocalModel } from './local-models.ts';
import type { LocalParts } from './local-parts.ts';

/** A model behind the Gemini Live protocol. */
export interface LocalGeminiModel extends LocalModel {
  readonly upstream: LocalGemini;
}

export async function startGeminiModel(parts: LocalParts): Promise<LocalGeminiModel> {
  const upstream = await LocalGemini.start(engineModel(parts.engine(), parts.agent.config));
  return {
    section: `geminiLive:\n  url: ${upstream.settings.url}\n`,
    settings: { GEMINI_API_KEY: GEMINI_KEY },
    upstream,
    inUse: () => Promise.resolve(upstream.open),
    connections: () => Promise.resolve(upstream.open),
    close: () => upstream.close(),
  };
}
