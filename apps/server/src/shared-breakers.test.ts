import { CHAT_KEY, LocalChatServer } from '@antiphon/pipelines/testing';
import type { AgentDefinition, CascadeServices, EngineEvent, VoiceEngine } from '@antiphon/session';
import { systemClock } from '@antiphon/session';
import { TEST_CONFIG } from '@antiphon/session/testing';
import { pino } from 'pino';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCascadePipeline } from './cascade-pipeline.ts';
import type { CascadePipeline } from './cascade-pipeline.ts';
import { EmbeddedVoice } from './embedded-voice.ts';
import { openBreakers } from './provider-breakers.ts';

/** Nobody listens there, and nobody is asked. */
const NOBODY = 'ws://127.0.0.1:9';

const voice = new EmbeddedVoice(1, () => {});

let down: LocalChatServer;
let well: LocalChatServer;
let pipeline: CascadePipeline;
let breakers: ReturnType<typeof openBreakers>;
let logged: string[];

beforeEach(async () => {
  down = await LocalChatServer.start({ refuses: () => ({ status: 503 }) });
  well = await LocalChatServer.start();
  logged = [];
});

afterEach(async () => {
  await pipeline.close();
  await down.close();
  await well.close();
});

afterAll(() => voice.close());

const at = ({ url }: LocalChatServer) => ({
  provider: 'openai',
  url,
  model: 'local-chat',
  apiKeyVariable: 'CHAT_KEY',
});

/** An agent that asks the one that is down first. */
function agentOf(
  name: string,
  languageModel: Partial<CascadeServices['languageModel']> = {},
): AgentDefinition {
  return {
    name,
    description: 'Says hello.',
    pipeline: 'cascade',
    detector: 'energy',
    config: { ...TEST_CONFIG, voice: 'a-voice', modality: 'text', tools: [] },
    dialogue: null,
    cascade: {
      speechToText: { provider: 'deepgram', url: NOBODY },
      languageModel: { ...at(down), fallback: [at(well)], ...languageModel },
      textToSpeech: { provider: 'elevenlabs', url: NOBODY, voice: 'a-voice' },
    },
  };
}

/** Of the models. */
const standings = () => breakers.standings().filter(({ service }) => service === 'languageModel');

async function open(...agents: readonly AgentDefinition[]): Promise<void> {
  const write = (line: string) => {
    const { msg, provider } = JSON.parse(line) as Record<string, unknown>;
    if (msg !== 'provider replaced') logged.push(`${String(msg)}: ${String(provider)}`);
  };
  const log = pino({ level: 'info' }, { write });
  breakers = openBreakers({ clock: systemClock, log });
  const options = {
    agents: new Map(agents.map((agent) => [agent.name, agent])),
    clock: systemClock,
    log,
    breakers,
    variables: () => CHAT_KEY,
    maxSessions: 10,
    onProgress: () => {},
    onFailure: () => {},
  };
  pipeline = await openCascadePipeline(agents, options, voice);
}

/** What a session of its own is answered. */
async function answerOf(engine: VoiceEngine, agent: AgentDefinition): Promise<string> {
  const told: EngineEvent[] = [];
  const message = { speaker: 'caller', medium: 'text', status: 'completed', text: 'Hi.' } as const;
  const session = engine.open({
    sessionId: 'session-a',
    history: () => [{ kind: 'message', id: 'item_1', audioMs: 0, ...message }],
    onEvent: (event) => told.push(event),
  });
  session.generate({ kind: 'answer', generationId: 'gen_1', config: agent.config, options: {} });
  await expect.poll(() => told.some(({ type }) => type === 'generation.ended')).toBe(true);
  session.close();
  return told.map((event) => (event.type === 'generation.text' ? event.delta : '')).join('');
}

const ask = (agent: AgentDefinition) => answerOf(pipeline.engineOf(agent), agent);

describe('a provider that fails', () => {
  it('is not asked by any session of the process, of whichever agent, once it failed thrice', async () => {
    const [first, second] = [agentOf('first'), agentOf('second')];
    await open(first, second);
    for (let sessions = 0; sessions < 3; sessions += 1) {
      expect(await ask(first)).toBe('It has shipped.');
    }
    expect(down.exchanges).toHaveLength(3);
    expect(await ask(second)).toBe('It has shipped.');
    expect(await ask(first)).toBe('It has shipped.');
    expect(down.exchanges).toHaveLength(3);
    expect(well.exchanges).toHaveLength(5);
    const [port] = [new URL(down.url).host, new URL(well.url).host];
    expect(standings().map(({ state }) => state)).toEqual(['open', 'closed']);
    expect(logged).toEqual([`provider not asked for now: openai local-chat at ${port}`]);
  });

  it('is asked again by the first who comes after a while, and by all where that goes well', async () => {
    const agent = agentOf('first', { breaker: { failures: 1, coolDownMs: 50 } });
    await open(agent);
    await ask(agent);
    down.script = {};
    await expect.poll(() => standings()[0]?.state).toBe('halfOpen');
    await ask(agent);
    await ask(agent);
    expect(standings()[0]?.state).toBe('closed');
    expect([down.exchanges.length, well.exchanges.length]).toEqual([3, 1]);
    expect(logged.map((line) => line.split(':')[0])).toEqual([
      'provider not asked for now',
      'provider asked again',
    ]);
  });

  it('is asked a second time, beside the first, where it stands in for itself and is hedged', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    well.script = {
      step: (chunk, exchange) =>
        chunk === 0 && exchange === well.exchanges[0] ? released : Promise.resolve(),
    };
    const hedged = { ...at(well), fallback: [at(well)], hedges: true, budgetMs: 100 };
    const agent = agentOf('first', hedged);
    await open(agent);
    expect(await ask(agent)).toBe('It has shipped.');
    expect(well.exchanges).toHaveLength(2);
    expect(standings().map(({ state }) => state)).toEqual(['closed']);
    release();
  });

  it('is still asked by agents that use another model of it', async () => {
    const first = agentOf('first', { breaker: { failures: 1 } });
    const second = agentOf('second', { model: 'azure-deployment' });
    await open(first, second);
    await ask(first);
    await ask(second);
    expect(down.exchanges.map(({ body }) => body.model)).toEqual([
      'local-chat',
      'azure-deployment',
    ]);
  });
});
