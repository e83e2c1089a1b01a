import { ScenarioLibrary, SCENARIOS } from '../scenario-library.ts';
import { burstUtterance, clipUtterance } from './utterance.ts';
import type { Utterance } from './utterance.ts';

/**
 * What answers: nothing but the service, the models that need no network, or an engine whose models
 * are local servers of their protocols.
 */
export const LOAD_ENGINES = [
  'stub',
  'embedded',
  'openai-realtime',
  'gemini-live',
  'cascade',
] as const;

/** An entry of {@link LOAD_ENGINES}. */
export type LoadEngine = (typeof LOAD_ENGINES)[number];

/** Answers at once with a sound, and has a silence window of 500 ms. */
export const STUB_AGENT = 'stub-bench';

const EMBEDDED_AGENT = 'acme-support';

/** Who is called to reach an engine. */
export const LOAD_AGENTS: Readonly<Record<LoadEngine, string>> = {
  stub: STUB_AGENT,
  embedded: EMBEDDED_AGENT,
  'openai-realtime': STUB_AGENT,
  'gemini-live': STUB_AGENT,
  cascade: STUB_AGENT,
};

/** Whether an engine's models are local servers, which are started beside the one that is measured. */
export function isProvided(engine: LoadEngine): boolean {
  return engine !== 'stub' && engine !== 'embedded';
}

/** Whether an engine's models can find turns. */
export function findsTurns(engine: LoadEngine): boolean {
  return engine === 'openai-realtime';
}

/** Said in turn they keep the conversation going round: a question, its number, another wish. */
const EMBEDDED_CLIPS = ['check-on-an-order', 'four-four-seven-one', 'cancel-and-reorder'];

/** Who is called, and what callers say to them. */
export interface LoadScript {
  readonly agent: string;
  /** The utterances of one caller after the other, again and again. */
  readonly utteranceSets: readonly (readonly Utterance[])[];
}

/** What callers do with an engine; callers of a model take turns with the voices. */
export function loadScript(engine: LoadEngine, voiceSet: string): LoadScript {
  if (engine !== 'embedded') return { agent: STUB_AGENT, utteranceSets: [[burstUtterance()]] };
  const library = new ScenarioLibrary(SCENARIOS);
  const utteranceSets = library
    .voices(EMBEDDED_AGENT, voiceSet)
    .map((voice) =>
      EMBEDDED_CLIPS.map((clip) => clipUtterance(library.clip(EMBEDDED_AGENT, voice, clip))),
    );
  return { agent: EMBEDDED_AGENT, utteranceSets };
}
