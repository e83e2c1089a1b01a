import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CascadeEngine, EnergyTurnDetectors } from '@antiphon/pipelines';
import {
  FakeLanguageModel,
  fakeText,
  FakeSpeechToText,
  FakeTextToSpeech,
  GEMINI_KEY,
  LocalGemini,
} from '@antiphon/pipelines/testing';
import { systemClock as clock } from '@antiphon/session';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPrometheusText } from './testing/prometheus-text.ts';
import type { Sample } from './testing/prometheus-text.ts';
import { speakTurn } from './testing/spoken-turn.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

const ANSWER = 'It has shipped.';

/** Later than the patience of the agent, and within that of the server that is a model. */
const LATE_MS = 800;

interface Model {
  /** What stands in `agent.yaml` for it. */
  readonly section: string;
  readonly key: string;
  readonly close: () => Promise<void>;
}

const MODELS = {
  'gemini-live': async (): Promise<Model> => {
    const upstream = await LocalGemini.start({
      answer: () => wait(LATE_MS, { text: ANSWER }),
      countsTokens: true,
    });
    const { url = '' } = upstream.settings;
    const section = [`geminiLive:`, `  url: ${url}`, `  wordTimes: none`];
    const prices = '  prices: { textInput: 1, audioInput: 1, textOutput: 1, audioOutput: 1 }';
    return {
      section: [...section, prices].join('\n'),
      key: GEMINI_KEY,
      close: () => upstream.close(),
    };
  },
  // Another server of ours is its model.
  'openai-realtime': async (): Promise<Model> => {
    const usage = {
      inputTextTokens: 300,
      inputAudioTokens: 0,
      outputTextTokens: 100,
      outputAudioTokens: 0,
    };
    const answer = [
      ...fakeText(ANSWER).slice(0, -1),
      { type: 'end', finish: 'stop', usage },
    ] as const;
    const engine = new CascadeEngine({
      name: 'stub',
      speechToText: new FakeSpeechToText(clock, [{ text: 'where is it' }]),
      languageModel: new FakeLanguageModel(clock, [[{ type: 'wait', ms: LATE_MS }, ...answer]]),
      textToSpeech: new FakeTextToSpeech(clock, { msPerCharacter: 50 }),
      defaultVoice: 'fake-voice',
      clock,
    });
    const detectors = new EnergyTurnDetectors();
    const upstream = await startTestServer(
      {},
      {
        openPipelines: () =>
          Promise.resolve({
            engineOf: () => engine,
            detectorsOf: () => detectors,
            voiceOf: () => null,
            close: () => Promise.resolve(),
          }),
      },
    );
    const section = [`openaiRealtime:`, `  url: ${upstream.wsUrl}/v1/realtime`, `  model: waiter`];
    const prices = '  prices: { textInput: 1, audioInput: 1, textOutput: 1, audioOutput: 1 }';
    return {
      section: [...section, `  wordTimes: none`, prices].join('\n'),
      key: TEST_KEY,
      close: () => upstream.close(),
    };
  },
};

let folder: string;
let model: Model;
let server: TestServer;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-late-'));
});

afterEach(async () => {
  await server.close();
  await model.close();
  await rm(folder, { recursive: true });
});

async function start(pipeline: keyof typeof MODELS): Promise<void> {
  model = await MODELS[pipeline]();
  const agent = path.join(folder, 'waiter');
  await mkdir(agent);
  const yaml = [
    'description: Answers late.',
    `pipeline: ${pipeline}`,
    'voice: slt',
    'detector: energy',
    'backchannel: ignore',
    'greeting: null',
    'covers: [One moment.]',
    'answerCoverAfterMs: 500',
    model.section,
  ];
  await writeFile(path.join(agent, 'agent.yaml'), `${yaml.join('\n')}\n`);
  await writeFile(path.join(agent, 'instructions.md'), 'Be brief.\n');
  server = await startTestServer({ agentsDir: folder, variables: () => model.key });
}

async function samples(): Promise<readonly Sample[]> {
  const headers = { authorization: `Bearer ${TEST_KEY}` };
  const response = await fetch(`${server.url}/metrics`, { headers });
  return readPrometheusText(await response.text()).samples;
}

it.each(['gemini-live', 'openai-realtime'] as const)(
  'a caller whose model %s is late hears a cover, then the answer, and what that took is counted',
  async (pipeline) => {
    await start(pipeline);
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime?agent=waiter`, {
      key: TEST_KEY,
    });
    await client.message('session.created');
    speakTurn(client);
    const done = await client.message('response.output_audio_transcript.done');
    expect(done['transcript']).toBe(`One moment. ${ANSWER}`);
    const said = client.messages.filter(
      ({ type }) => type === 'response.output_audio_transcript.delta',
    );
    expect(said[0]?.['delta']).toBe('One moment.');
    const sounded = client.messages.findIndex(({ type }) => type === 'response.output_audio.delta');
    const answered = client.messages.indexOf(said[1]!);
    expect(sounded).toBeGreaterThan(0);
    expect(sounded).toBeLessThan(answered);
    await client.message('response.done');
    await client.close();
    const all = await samples();
    const sumOf = (name: string) =>
      all.filter((sample) => sample.name === name).reduce((sum, { value }) => sum + value, 0);
    expect(sumOf('antiphon_answer_covers_total')).toBe(1);
    expect(sumOf('antiphon_engine_failures_total')).toBe(0);
    expect(sumOf('antiphon_invariant_violations_total')).toBe(0);
    expect(sumOf('gen_ai_client_token_usage_sum')).toBe(400);
    expect(sumOf('antiphon_usage_cost_total')).toBeCloseTo(400 / 1e6, 9);
  },
);
