import { FliteTextToSpeech, ForcedAligner, OpenaiRealtimeEngine } from '@antiphon/pipelines';
import type { RealtimeSettings } from '@antiphon/pipelines';
import type { AgentDefinition, RealtimeUpstream, VoiceEngine } from '@antiphon/session';
import { fixedTexts } from './known-texts.ts';
import { modelKey } from './model-key.ts';
import type { PipelineOptions } from './pipeline-options.ts';
import { rehearse } from './rehearse.ts';

/** Says exact texts where the agent's voice is one of the model's. */
const USUAL_VOICE = 'slt';

/** Speech-to-speech models behind a number of agents, and what speaks and aligns beside them. */
export interface RealtimePipeline {
  engineOf(agent: AgentDefinition): VoiceEngine;
  close(): Promise<void>;
}

/** An agent and its model. */
interface ModelledAgent {
  readonly agent: AgentDefinition;
  readonly upstream: RealtimeUpstream;
}

/**
 * Opens an engine per agent, with one synthesizer and one aligner for all of them where they are
 * wanted. No model is called yet, so a wrong key shows in the first session. Rejects with a
 * ServerError for an agent whose key is missing.
 */
export async function openRealtimePipeline(
  agents: readonly AgentDefinition[],
  options: PipelineOptions,
): Promise<RealtimePipeline> {
  const { clock, log, onProgress, variables } = options;
  const modelled = agents.map((agent) => ({ agent, upstream: upstreamOf(agent) }));
  const settings = modelled.map((one) => settingsOf(one, variables));
  const closings: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closing of closings.splice(0).toReversed()) await closing();
  };
  try {
    let textToSpeech: FliteTextToSpeech | null = null;
    if (modelled.some(({ upstream }) => upstream.exactTexts === 'embedded')) {
      onProgress('Loading the voice for exact texts');
      const started = await FliteTextToSpeech.start({ workers: 1 });
      closings.push(() => started.close());
      textToSpeech = started;
    }
    let aligner: ForcedAligner | null = null;
    if (modelled.some(({ upstream }) => upstream.wordTimes === 'aligned')) {
      onProgress('Loading the aligner');
      const started = await ForcedAligner.start({ workers: 1 });
      closings.push(() => started.close());
      aligner = started;
    }
    const engines = new Map<string, VoiceEngine>();
    for (const [index, { agent, upstream }] of modelled.entries()) {
      const speech = upstream.exactTexts === 'embedded' ? textToSpeech : null;
      const { voices = [] } = speech ?? {};
      const defaultVoice = voices.includes(agent.config.voice) ? agent.config.voice : USUAL_VOICE;
      engines.set(
        agent.name,
        new OpenaiRealtimeEngine({
          settings: settings[index]!,
          clock,
          config: agent.config,
          ...(speech && { speech: { textToSpeech: speech, defaultVoice } }),
          ...(aligner && upstream.wordTimes === 'aligned' && { aligner }),
          onFault: (sessionId, { code }) => log.warn({ sessionId, code }, 'upstream failed'),
          onCost: (sessionId, { usage, dollars }) =>
            log.info({ sessionId, ...usage, dollars }, 'upstream answered'),
        }),
      );
      const { config } = agent;
      if (speech) await rehearse(speech, { ...config, voice: defaultVoice }, fixedTexts(config));
    }
    return {
      engineOf: (agent) => {
        const engine = engines.get(agent.name);
        if (!engine) throw new TypeError(`No model was opened for ${agent.name}.`);
        return engine;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function upstreamOf({ name, openaiRealtime }: AgentDefinition): RealtimeUpstream {
  if (openaiRealtime) return openaiRealtime;
  throw new TypeError(`The agent ${name} says nothing of its model.`);
}

function settingsOf(
  { agent, upstream }: ModelledAgent,
  variables: PipelineOptions['variables'],
): RealtimeSettings {
  const { apiKeyVariable, url, ...others } = upstream;
  const apiKey = modelKey(agent.name, apiKeyVariable, variables);
  return { ...others, apiKey, ...(url !== undefined && { url }) };
}
