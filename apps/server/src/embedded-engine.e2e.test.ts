import { fileURLToPath } from 'node:url';
import { loadAgents } from '@antiphon/agents';
import { embeddedVoice } from '@antiphon/pipelines/testing';
import type { AgentDefinition, AudioFrame, ConversationItem, VoiceEngine } from '@antiphon/session';
import { describeTruncation, describeVoiceEngine, DrivenClock } from '@antiphon/session/testing';
import { afterAll, beforeAll } from 'vitest';
import { openCascade } from './testing/opened-cascade.ts';
import type { OpenedCascade } from './testing/opened-cascade.ts';

const AGENTS = fileURLToPath(new URL('../agents', import.meta.url));
const LINE_RATE = 8_000;
const FRAME_SAMPLES = 160;

/** A thing to say that the agent's script has an answer to without a tool. */
const QUESTION = "I can't find the number.";

/** Short, since it is recognised some hundred times. */
const SAID = 'hello';

const clock = new DrivenClock();
let agent: AgentDefinition;
let cascade: OpenedCascade;
let speech: readonly AudioFrame[];

beforeAll(async () => {
  agent = (await loadAgents(AGENTS)).get('acme-support')!.definition;
  cascade = await openCascade(agent, clock);
  const { textToSpeech, voice } = cascade.pipeline.voiceOf(agent);
  const { pcm } = await embeddedVoice(textToSpeech, voice)({ text: SAID, speed: 1 }, LINE_RATE);
  speech = Array.from({ length: Math.floor(pcm.length / FRAME_SAMPLES) }, (_, frame) => ({
    pcm: pcm.slice(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES),
    sampleRate: LINE_RATE,
    atMs: 0,
  }));
});

afterAll(() => cascade.close());

/** The engine in conversations that begin with a question: a script says nothing unasked. */
function asked(engine: VoiceEngine): VoiceEngine {
  const spoken = { speaker: 'caller', medium: 'text', status: 'completed', audioMs: 0 } as const;
  const question: ConversationItem = { kind: 'message', id: 'asked', text: QUESTION, ...spoken };
  return {
    name: engine.name,
    open: (context) => engine.open({ ...context, history: () => [question, ...context.history()] }),
  };
}

describeVoiceEngine(
  'the embedded engine',
  () => ({
    engine: asked(cascade.pipeline.engineOf(agent)),
    speech,
    config: agent.config,
  }),
  { callsTools: false },
);

describeTruncation('the embedded engine', () => {
  const engine = cascade.pipeline.engineOf(agent);
  return { engine, clock, config: agent.config, question: QUESTION, dialogue: agent.dialogue };
});
