import { CascadeEngine, withStandIns } from '@antiphon/pipelines';
import type { FliteTextToSpeech, GuardPhrases } from '@antiphon/pipelines';
import type {
  AgentDefinition,
  CascadeService,
  CascadeServices,
  SessionConfig,
  VoiceEngine,
} from '@antiphon/session';
import { CascadeParts, standInTime } from './cascade-parts.ts';
import { USUAL_VOICE } from './embedded-voice.ts';
import type { EmbeddedVoice } from './embedded-voice.ts';
import { fixedTexts, scriptedTexts } from './known-texts.ts';
import type { AgentVoice, PipelineOptions } from './pipeline-options.ts';
import { rehearse } from './rehearse.ts';
import { ServerError } from './server-error.ts';
import { threadsOf } from './threads-of.ts';

/**
 * Recognising takes ten times what speaking does, and callers talk at the same time: a thread per
 * core, which the scheduler shares with the rest.
 */
const RECOGNISER_SHARE = 1;

/** What the pipeline `embedded` consists of. */
const EMBEDDED: CascadeServices = {
  speechToText: { provider: 'embedded' },
  languageModel: { provider: 'embedded' },
  textToSpeech: { provider: 'embedded' },
  speechGuard: 'off',
};

/** Cascades behind a number of agents, and what runs of them in the process. */
export interface CascadePipeline {
  engineOf(agent: AgentDefinition): VoiceEngine;
  /** Its voice without a conversation. */
  voiceOf(agent: AgentDefinition): AgentVoice;
  close(): Promise<void>;
}

/** Whether an agent's own voice is the embedded one. */
export function speaksEmbedded(agent: AgentDefinition): boolean {
  return isEmbedded(servicesOf(agent).textToSpeech);
}

/** An agent, and who serves it. */
interface ServedAgent {
  readonly agent: AgentDefinition;
  readonly services: CascadeServices;
}

/**
 * Opens the providers of each agent of the pipelines `cascade` and `embedded`, shared by its
 * sessions. The synthesizer in the process is one for all agents, which others close; it has spoken
 * what is always the same, for those whose voice it is, before this resolves. Rejects with a
 * ServerError for an agent that cannot be served.
 */
export async function openCascadePipeline(
  agents: readonly AgentDefinition[],
  options: PipelineOptions,
  voice: EmbeddedVoice,
): Promise<CascadePipeline> {
  const served = agents.map((agent) => ({ agent, services: servicesOf(agent) }));
  const recognisers = served.filter(({ services }) => isEmbedded(services.speechToText));
  const share = RECOGNISER_SHARE / Math.max(1, recognisers.length);
  const parts = new CascadeParts(options, voice, threadsOf(share));
  try {
    const opened = new Map<string, { engine: VoiceEngine; voice: AgentVoice }>();
    for (const one of served) opened.set(one.agent.name, await openEngine(one, parts, options));
    await learnToSpeak(served, await voice.load(), options);
    return {
      engineOf: (agent) => openedOf(opened, agent).engine,
      voiceOf: (agent) => openedOf(opened, agent).voice,
      close: () => parts.close(),
    };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

async function openEngine(
  { agent, services }: ServedAgent,
  parts: CascadeParts,
  { clock, log }: PipelineOptions,
): Promise<{ readonly engine: CascadeEngine; readonly voice: AgentVoice }> {
  const languageModel = await parts.languageModel({ agent, service: services.languageModel });
  const speech = await parts.textToSpeech({ agent, service: services.textToSpeech });
  const defaultVoice = services.textToSpeech.voice ?? agent.config.voice;
  requireVoice(agent, defaultVoice, speech.alone.voices);
  const isScripted = isEmbedded(services.languageModel);
  const engine = new CascadeEngine({
    name: agent.pipeline,
    speechToText: await parts.speechToText({ agent, service: services.speechToText }),
    languageModel,
    textToSpeech: speech.inConversation,
    defaultVoice,
    clock,
    timeouts: withStandIns({
      speechToText: standInTime('speechToText', services.speechToText),
      languageModel: standInTime('languageModel', services.languageModel),
      textToSpeech: speech.standInMs,
    }),
    onFault: (sessionId, { code }) => log.warn({ sessionId, code }, 'recognition failed'),
    // A script is written for the ear.
    ...(!isScripted && services.speechGuard !== 'off' && { guard: guardPhrases }),
  });
  return { engine, voice: { textToSpeech: speech.alone, voice: defaultVoice } };
}

/** Has the synthesizer in the process say beforehand what it will say, or may have to. */
async function learnToSpeak(
  agents: readonly ServedAgent[],
  voice: FliteTextToSpeech,
  { log, onProgress }: PipelineOptions,
): Promise<void> {
  const isSpeaking = ({ services }: ServedAgent): boolean => isEmbedded(services.textToSpeech);
  const speaking = agents.filter(isSpeaking);
  if (speaking.length > 0) onProgress('Rehearsing');
  for (const { agent } of speaking) await rehearse(voice, agent.config, fixedTexts(agent.config));
  const learnTheRest = async (): Promise<void> => {
    for (const { agent, services } of speaking) {
      const dialogue = isEmbedded(services.languageModel) ? agent.dialogue : null;
      if (dialogue) await rehearse(voice, agent.config, scriptedTexts(dialogue));
    }
    for (const { agent } of agents.filter((one) => !isSpeaking(one))) {
      const { apology, covers } = agent.config;
      await rehearse(voice, { ...agent.config, voice: USUAL_VOICE }, [apology, ...covers]);
    }
  };
  // The answers are learnt while callers are served already: there may be hundreds.
  void learnTheRest().catch((err: unknown) => {
    log.warn({ err }, 'answers could not be rehearsed');
  });
}

/** What is said where a model wrote too much; an e-mail is offered only where one can be sent. */
function guardPhrases({ tools }: SessionConfig): GuardPhrases {
  const canEmail = tools.some(({ followUp }) => followUp !== undefined);
  const offer = canEmail ? 'Shall I e-mail you the list?' : 'Shall I read them to you?';
  return { more: 'Want the rest?', list: `There are {count}. ${offer}` };
}

function openedOf<Opened>(opened: ReadonlyMap<string, Opened>, { name }: AgentDefinition): Opened {
  const found = opened.get(name);
  if (!found) throw new TypeError(`No cascade was opened for ${name}.`);
  return found;
}

function servicesOf({ name, pipeline, cascade }: AgentDefinition): CascadeServices {
  if (pipeline === 'embedded') return EMBEDDED;
  if (cascade) return cascade;
  throw new TypeError(`The agent ${name} says nothing of its services.`);
}

function isEmbedded({ provider }: CascadeService): boolean {
  return provider === 'embedded';
}

function requireVoice(
  { name, pipeline }: AgentDefinition,
  voice: string,
  voices: readonly string[],
): void {
  if (voices.includes(voice)) return;
  throw new ServerError(
    'agents_unusable',
    `The agent ${name} has the voice "${voice}"; the pipeline "${pipeline}" has ${voices.join(', ')}.`,
  );
}
