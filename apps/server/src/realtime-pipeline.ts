import { FliteTextToSpeech, ForcedAligner, OpenaiRealtimeEngine } from '@antiphon/pipelines';
import type { RealtimeSettings } from '@antiphon/pipelines';
import type { AgentDefinition, RealtimeUpstream, VoiceEngine } from '@antiphon/session';
import { fixedTexts } from './known-texts.ts';
import type { AgentVoice, PipelineOptions } from './pipeline-options.ts';
import { rehearse } from './rehearse.ts';
import { ServerError } from './server-error.ts';

/** Says exact texts where the agent's voice is one of the model's. */
const USUAL_VOICE = 'slt';

/** Speech-to-speech models behind a number of agents, and what speaks and aligns beside them. */
export interface RealtimePipeline {
  engineOf(agent: AgentDefinition): VoiceEngine;
  /** Its voice without a conversation; null where it has none of its own. */
  voiceOf(agent: AgentDefinition): AgentVoice | null;
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
      const defaultVoice = speech ? ownVoice(agent, speech) : USUAL_VOICE;
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
      voiceOf: (agent) => {
        const { exactTexts } = upstreamOf(agent);
        if (exactTexts !== 'embedded' || !textToSpeech) return null;
        return { textToSpeech, voice: ownVoice(agent, textToSpeech) };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The voice of an agent among those of the synthesizer. */
function ownVoice({ config: { voice } }: AgentDefinition, { voices }: FliteTextToSpeech): string {
  return voices.includes(voice) ? voice : USUAL_VOICE;
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
  const apiKey = variables(apiKeyVariable) ?? '';
  // A key pasted with its line's end is no header.
  if (/^[\x21-\x7e]+$/u.test(apiKey))
    return { ...others, apiKey, ...(url !== undefined && { url }) };
  throw new ServerError(
    'agents_unusable',
    `The agent ${agent.name} needs a key in ${apiKeyVariable}, which ` +
      `${apiKey === '' ? 'is not set' : 'holds more than visible ASCII characters'}.`,
  );
}
