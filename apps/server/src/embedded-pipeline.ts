import { availableParallelism } from 'node:os';
import {
  CascadeEngine,
  FliteTextToSpeech,
  ScriptedLanguageModel,
  SoundSwallowerSpeechToText,
} from '@antiphon/pipelines';
import type { AgentDefinition, Dialogue, VoiceEngine } from '@antiphon/session';
import { fixedTexts, scriptedTexts } from './known-texts.ts';
import type { AgentVoice, PipelineOptions } from './pipeline-options.ts';
import { rehearse } from './rehearse.ts';
import { ServerError } from './server-error.ts';

/**
 * Recognising takes ten times what speaking does, and callers talk at the same time: a thread per
 * core, which the scheduler shares with the rest.
 */
const RECOGNISER_SHARE = 1;
const SPEECH_SHARE = 1 / 4;

/** Speech to text, script and synthesizer that run inside the process, for a number of agents. */
export interface EmbeddedPipeline {
  engineOf(agent: AgentDefinition): VoiceEngine;
  /** Its voice without a conversation; null where it has none of its own. */
  voiceOf(agent: AgentDefinition): AgentVoice | null;
  close(): Promise<void>;
}

/**
 * Opens a recogniser and a script per agent, and one synthesizer for all, which has spoken what is
 * always the same before it resolves. Rejects with a ServerError for an agent it cannot serve.
 */
export async function openEmbeddedPipeline(
  agents: readonly AgentDefinition[],
  options: PipelineOptions,
): Promise<EmbeddedPipeline> {
  const { clock, log, onProgress } = options;
  const engines = new Map<string, VoiceEngine>();
  const closings: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closing of closings.splice(0).toReversed()) await closing();
  };
  try {
    const scripts = agents.map((agent) => ({ agent, dialogue: dialogueOf(agent) }));
    onProgress('Loading the voice');
    const textToSpeech = await FliteTextToSpeech.start({ workers: threads(SPEECH_SHARE) });
    closings.push(() => textToSpeech.close());
    for (const { agent, dialogue } of scripts) {
      requireVoice(agent, textToSpeech.voices);
      onProgress(`Teaching the recogniser what callers say to ${agent.name}`);
      const workers = threads(RECOGNISER_SHARE / scripts.length);
      const speechToText = await SoundSwallowerSpeechToText.start({ dialogue, workers });
      closings.push(() => speechToText.close());
      engines.set(
        agent.name,
        new CascadeEngine({
          name: 'embedded',
          speechToText,
          languageModel: new ScriptedLanguageModel(dialogue),
          textToSpeech,
          defaultVoice: agent.config.voice,
          clock,
          onFault: (sessionId, { code }) => log.warn({ sessionId, code }, 'recognition failed'),
        }),
      );
    }
    onProgress('Rehearsing');
    for (const { agent } of scripts) {
      await rehearse(textToSpeech, agent.config, fixedTexts(agent.config));
    }
    // The answers are learnt while callers are served already: there may be hundreds.
    void rehearseScripts(textToSpeech, scripts).catch((err: unknown) => {
      log.warn({ err }, 'answers could not be rehearsed');
    });
    return {
      engineOf: (agent) => {
        const engine = engines.get(agent.name);
        if (!engine) throw new TypeError(`No embedded pipeline was opened for ${agent.name}.`);
        return engine;
      },
      voiceOf: ({ config: { voice } }) => ({ textToSpeech, voice }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function rehearseScripts(
  textToSpeech: FliteTextToSpeech,
  scripts: readonly { readonly agent: AgentDefinition; readonly dialogue: Dialogue }[],
): Promise<void> {
  for (const { agent, dialogue } of scripts) {
    await rehearse(textToSpeech, agent.config, scriptedTexts(dialogue));
  }
}

function threads(share: number): number {
  return Math.max(1, Math.floor(availableParallelism() * share));
}

function dialogueOf({ name, dialogue }: AgentDefinition): Dialogue {
  if (dialogue) return dialogue;
  throw new ServerError(
    'agents_unusable',
    `The agent ${name} has the pipeline "embedded", which follows a script. ` +
      'Write its dialogue.yaml, or choose another pipeline.',
  );
}

function requireVoice({ name, config }: AgentDefinition, voices: readonly string[]): void {
  if (voices.includes(config.voice)) return;
  throw new ServerError(
    'agents_unusable',
    `The agent ${name} has the voice "${config.voice}"; the pipeline "embedded" has ${voices.join(', ')}.`,
  );
}
