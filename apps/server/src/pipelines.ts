import { EnergyTurnDetectors, NeuralTurnDetectors, StubEngine } from '@antiphon/pipelines';
import type { AgentDefinition, TurnDetectors, VoiceEngine } from '@antiphon/session';
import { openCascadePipeline, speaksEmbedded } from './cascade-pipeline.ts';
import { EmbeddedVoice } from './embedded-voice.ts';
import { openGeminiPipeline } from './gemini-pipeline.ts';
import type { AgentVoice, PipelineOptions } from './pipeline-options.ts';
import { openRealtimePipeline } from './realtime-pipeline.ts';
import { ServerError } from './server-error.ts';
import { threadsOf } from './threads-of.ts';

/** Speaking takes a tenth of what recognising does. */
const SPEECH_SHARE = 1 / 4;

/** What an agent may name as its pipeline. */
export const PIPELINES = ['embedded', 'cascade', 'gemini-live', 'openai-realtime', 'stub'] as const;

/** The engines and detectors that the agents need, shared by all sessions. */
export interface Pipelines {
  engineOf(agent: AgentDefinition): VoiceEngine;
  detectorsOf(agent: AgentDefinition): TurnDetectors;
  /** Its voice without a conversation; null where it has none of its own. */
  voiceOf(agent: AgentDefinition): AgentVoice | null;
  /** Frees models and threads; sessions must have ended. */
  close(): Promise<void>;
}

/**
 * Loads what the agents name and nothing else. Rejects with a ServerError, `models_unusable`, when
 * a model does not load; then nothing is left behind.
 */
export async function openPipelines(options: PipelineOptions): Promise<Pipelines> {
  const { agents, clock, maxSessions, onProgress, onFailure } = options;
  const definitions = [...agents.values()];
  const engines = new Map<string, VoiceEngine>();
  const detectors = new Map<string, TurnDetectors>();
  const voices = new Map<string, AgentVoice | null>();
  const closings: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closing of closings.splice(0).toReversed()) await closing();
  };
  try {
    const stub = new StubEngine({ clock });
    const cascades = definitions.filter(
      ({ pipeline }) => pipeline === 'embedded' || pipeline === 'cascade',
    );
    for (const agent of definitions) {
      if (agent.pipeline === 'stub') engines.set(agent.name, stub);
    }
    const threads = cascades.some(speaksEmbedded) ? threadsOf(SPEECH_SHARE) : 1;
    const voice = new EmbeddedVoice(threads, onProgress);
    closings.push(() => voice.close());
    if (cascades.length > 0) {
      const pipeline = await openCascadePipeline(cascades, options, voice);
      closings.push(() => pipeline.close());
      for (const agent of cascades) {
        engines.set(agent.name, pipeline.engineOf(agent));
        voices.set(agent.name, pipeline.voiceOf(agent));
      }
    }
    const realtime = definitions.filter(({ pipeline }) => pipeline === 'openai-realtime');
    if (realtime.length > 0) {
      const pipeline = await openRealtimePipeline(realtime, options, voice);
      closings.push(() => pipeline.close());
      for (const agent of realtime) {
        engines.set(agent.name, pipeline.engineOf(agent));
        voices.set(agent.name, pipeline.voiceOf(agent));
        const own = pipeline.detectorsOf(agent);
        if (own) detectors.set(agent.name, own);
      }
    }
    const gemini = definitions.filter(({ pipeline }) => pipeline === 'gemini-live');
    if (gemini.length > 0) {
      const pipeline = await openGeminiPipeline(gemini, options, voice);
      closings.push(() => pipeline.close());
      for (const agent of gemini) {
        engines.set(agent.name, pipeline.engineOf(agent));
        voices.set(agent.name, pipeline.voiceOf(agent));
      }
    }
    const energy = new EnergyTurnDetectors();
    let neural: NeuralTurnDetectors | null = null;
    if (definitions.some(({ detector, name }) => detector === 'neural' && !detectors.has(name))) {
      onProgress('Loading the turn detector');
      const started = await NeuralTurnDetectors.start({
        maxSessions,
        onFailure: (error) => onFailure('turn detector', error),
      });
      closings.push(() => started.close());
      neural = started;
    }
    return {
      engineOf: (agent) => engines.get(agent.name) ?? unknownAgent(agent),
      detectorsOf: ({ detector, name }) =>
        detectors.get(name) ?? (detector === 'neural' && neural ? neural : energy),
      voiceOf: ({ name }) => voices.get(name) ?? null,
      close,
    };
  } catch (cause) {
    await close();
    if (cause instanceof ServerError) throw cause;
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new ServerError('models_unusable', `The voice pipelines did not start: ${problem}`, {
      cause,
    });
  }
}

function unknownAgent(agent: AgentDefinition): never {
  throw new TypeError(`No pipeline was opened for the agent ${agent.name}.`);
}
