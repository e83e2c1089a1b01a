import { OpenaiRealtimeEngine } from '@antiphon/pipelines';
import type { RealtimeSettings } from '@antiphon/pipelines';
import type {
  AgentDefinition,
  RealtimeUpstream,
  TurnDetectors,
  VoiceEngine,
} from '@antiphon/session';
import type { EmbeddedVoice } from './embedded-voice.ts';
import { exactVoice, openModelHelpers, rehearseExactTexts } from './model-helpers.ts';
import { modelKey } from './model-key.ts';
import type { AgentVoice, PipelineOptions } from './pipeline-options.ts';

/** Speech-to-speech models behind a number of agents, and what speaks and aligns beside them. */
export interface RealtimePipeline {
  engineOf(agent: AgentDefinition): VoiceEngine;
  /** What finds its turns; null where that is not its provider. */
  detectorsOf(agent: AgentDefinition): TurnDetectors | null;
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
  voice: EmbeddedVoice,
): Promise<RealtimePipeline> {
  const { clock, log, variables } = options;
  const modelled = agents.map((agent) => ({ agent, upstream: upstreamOf(agent) }));
  const settings = modelled.map((one) => settingsOf(one, variables));
  const helpers = await openModelHelpers(
    { alignment: modelled.some(({ upstream }) => upstream.wordTimes === 'aligned') },
    options,
    voice,
  );
  try {
    const engines = new Map<string, OpenaiRealtimeEngine>();
    for (const [index, { agent, upstream }] of modelled.entries()) {
      const { textToSpeech } = helpers;
      const defaultVoice = exactVoice(agent, textToSpeech.voices);
      const speech = { textToSpeech, defaultVoice };
      const isExact = upstream.exactTexts === 'embedded';
      const aligner = upstream.wordTimes === 'aligned' ? helpers.aligner : null;
      engines.set(
        agent.name,
        new OpenaiRealtimeEngine({
          settings: settings[index]!,
          clock,
          config: agent.config,
          ...(isExact ? { speech } : { lastResort: speech }),
          ...(aligner && { aligner }),
          onFault: (sessionId, { code }) => log.warn({ sessionId, code }, 'upstream failed'),
          onCost: (sessionId, { usage, dollars }, of) =>
            log.info(
              { sessionId, ...usage, dollars },
              of === 'answer' ? 'upstream answered' : 'upstream wrote a turn down',
            ),
        }),
      );
      if (isExact) await rehearseExactTexts(textToSpeech, agent, defaultVoice);
    }
    const engineOf = ({ name }: AgentDefinition): OpenaiRealtimeEngine => {
      const engine = engines.get(name);
      if (!engine) throw new TypeError(`No model was opened for ${name}.`);
      return engine;
    };
    return {
      engineOf,
      detectorsOf: (agent) => engineOf(agent).turnDetectors,
      voiceOf: (agent) => {
        const { textToSpeech } = helpers;
        if (upstreamOf(agent).exactTexts !== 'embedded') return null;
        return { textToSpeech, voice: exactVoice(agent, textToSpeech.voices) };
      },
      close: () => helpers.close(),
    };
  } catch (error) {
    await helpers.close();
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
