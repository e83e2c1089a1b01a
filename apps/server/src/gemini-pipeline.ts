import { GeminiLiveEngine } from '@antiphon/pipelines';
import type { GeminiSettings } from '@antiphon/pipelines';
import type { AgentDefinition, GeminiUpstream, VoiceEngine } from '@antiphon/session';
import type { EmbeddedVoice } from './embedded-voice.ts';
import { exactVoice, openModelHelpers, rehearseExactTexts } from './model-helpers.ts';
import { modelKey } from './model-key.ts';
import type { AgentVoice, PipelineOptions } from './pipeline-options.ts';

/** Gemini Live models behind a number of agents, and what speaks and aligns beside them. */
export interface GeminiPipeline {
  engineOf(agent: AgentDefinition): VoiceEngine;
  /** Its voice without a conversation: that of its exact texts. */
  voiceOf(agent: AgentDefinition): AgentVoice;
  close(): Promise<void>;
}

/**
 * Opens an engine per agent, with one synthesizer and one aligner for all of them. No model is called
 * yet, so a wrong key shows in the first session. Rejects with a ServerError for an agent whose key
 * is missing.
 */
export async function openGeminiPipeline(
  agents: readonly AgentDefinition[],
  options: PipelineOptions,
  voice: EmbeddedVoice,
): Promise<GeminiPipeline> {
  const { clock, log, variables } = options;
  const modelled = agents.map((agent) => {
    const upstream = upstreamOf(agent);
    return { agent, upstream, settings: settingsOf(agent.name, upstream, variables) };
  });
  const alignment = modelled.some(({ upstream }) => upstream.wordTimes === 'aligned');
  const helpers = await openModelHelpers({ alignment }, options, voice);
  const { textToSpeech } = helpers;
  try {
    const engines = new Map<string, VoiceEngine>();
    for (const { agent, upstream, settings } of modelled) {
      const defaultVoice = exactVoice(agent, textToSpeech.voices);
      const aligner = upstream.wordTimes === 'aligned' ? helpers.aligner : null;
      engines.set(
        agent.name,
        new GeminiLiveEngine({
          settings,
          clock,
          config: agent.config,
          speech: { textToSpeech, defaultVoice },
          ...(aligner && { aligner }),
          onFault: (sessionId, { code }) => log.warn({ sessionId, code }, 'upstream failed'),
          onCost: (sessionId, { usage, dollars }) =>
            log.info({ sessionId, ...usage, dollars }, 'upstream answered'),
        }),
      );
      await rehearseExactTexts(textToSpeech, agent, defaultVoice);
    }
    return {
      engineOf: (agent) => {
        const engine = engines.get(agent.name);
        if (!engine) throw new TypeError(`No model was opened for ${agent.name}.`);
        return engine;
      },
      voiceOf: (agent) => ({ textToSpeech, voice: exactVoice(agent, textToSpeech.voices) }),
      close: () => helpers.close(),
    };
  } catch (error) {
    await helpers.close();
    throw error;
  }
}

function upstreamOf({ name, geminiLive }: AgentDefinition): GeminiUpstream {
  if (geminiLive) return geminiLive;
  throw new TypeError(`The agent ${name} says nothing of its model.`);
}

function settingsOf(
  agentName: string,
  { apiKeyVariable, model, url, voice, language, prices }: GeminiUpstream,
  variables: PipelineOptions['variables'],
): GeminiSettings {
  const apiKey = modelKey(agentName, apiKeyVariable, variables);
  return { apiKey, model, url, voice, language, prices };
}
