import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CascadeEngine, FallbackLanguageModel } from '@antiphon/pipelines';
import {
  FakeLanguageModel,
  fakeText,
  FakeSpeechToText,
  FakeTextToSpeech,
} from '@antiphon/pipelines/testing';
import { systemClock as clock } from '@antiphon/session';
import { FakeDetectors } from '@antiphon/session/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPrometheusText } from './testing/prometheus-text.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY, writeAgent } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

let folder: string;
let server: TestServer;

/** The first model never writes; the next takes its time. */
const models = () => [
  new FakeLanguageModel(clock, [[{ type: 'hang' }]]),
  new FakeLanguageModel(clock, [[{ type: 'wait', ms: 400 }, ...fakeText('It has shipped.')]]),
];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-cover-'));
  await writeAgent(folder, 'waiter', null);
  const more = 'covers: [One moment.]\nanswerCoverAfterMs: 200\n';
  await appendFile(path.join(folder, 'waiter', 'agent.yaml'), more);
  const engine = new CascadeEngine({
    name: 'stub',
    speechToText: new FakeSpeechToText(clock, [{ text: 'where is it' }]),
    languageModel: new FallbackLanguageModel({ providers: models(), budgetMs: 300, clock }),
    textToSpeech: new FakeTextToSpeech(clock),
    defaultVoice: 'fake-voice',
    clock,
  });
  const detectors = new FakeDetectors();
  const openPipelines = () =>
    Promise.resolve({
      engineOf: () => engine,
      detectorsOf: () => detectors,
      voiceOf: () => null,
      close: () => Promise.resolve(),
    });
  server = await startTestServer({ agentsDir: folder }, { openPipelines });
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

async function counted(name: string): Promise<number> {
  const headers = { authorization: `Bearer ${TEST_KEY}` };
  const response = await fetch(`${server.url}/metrics`, { headers });
  const { samples } = readPrometheusText(await response.text());
  return samples
    .filter((sample) => sample.name === name)
    .reduce((sum, { value }) => sum + value, 0);
}

describe('a caller whose answer comes from a model that had to take over', () => {
  it('hears a cover, and then the answer', async () => {
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime?agent=waiter`, {
      key: TEST_KEY,
    });
    await client.message('session.created');
    client.send({ type: 'response.create' });
    await client.message('response.output_audio.delta');
    const sounded = client.messages.findIndex(({ type }) => type === 'response.output_audio.delta');
    const before = client.messages.slice(0, sounded);
    const deltas = before.filter(({ type }) => type === 'response.output_audio_transcript.delta');
    expect(deltas.map((message) => message['delta']).join('')).toBe('One moment.');
    const done = await client.message('response.output_audio_transcript.done');
    expect(done['transcript']).toBe('One moment. It has shipped.');
    expect(await counted('antiphon_answer_covers_total')).toBe(1);
    expect(await counted('antiphon_provider_failovers_total')).toBe(1);
    expect(await counted('antiphon_turn_hop_duration_count')).toBeGreaterThan(0);
    expect(await counted('antiphon_invariant_violations_total')).toBe(0);
    await client.close();
  });
});
