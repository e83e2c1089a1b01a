import { readWav } from '@antiphon/audio';
import { CountedTextToSpeech } from '@antiphon/pipelines';
import type { TextToSpeech } from '@antiphon/pipelines';
import { FakeTextToSpeech } from '@antiphon/pipelines/testing';
import { systemClock } from '@antiphon/session';
import { FakeDetectors, FakeEngine } from '@antiphon/session/testing';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPrometheusText } from './testing/prometheus-text.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

let server: TestServer;
let client: OpenAI;
let textToSpeech: FakeTextToSpeech;

async function start(
  options: ConstructorParameters<typeof FakeTextToSpeech>[1] = {},
  counted: (voice: FakeTextToSpeech) => TextToSpeech = (voice) => voice,
) {
  textToSpeech = new FakeTextToSpeech(systemClock, { sampleRate: 16_000, ...options });
  const spoken = counted(textToSpeech);
  const engine = new FakeEngine();
  const detectors = new FakeDetectors();
  server = await startTestServer(
    {},
    {
      openPipelines: () =>
        Promise.resolve({
          engineOf: () => engine,
          detectorsOf: () => detectors,
          voiceOf: ({ name }) =>
            name === 'waiter' ? null : { textToSpeech: spoken, voice: 'fake-voice' },
          close: async () => {},
        }),
    },
  );
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: TEST_KEY, maxRetries: 0 });
}

beforeEach(() => start());
afterEach(() => server.close());

const said = () => textToSpeech.syntheses.map(({ request }) => request);

function ask(body: object): Promise<Response> {
  return fetch(`${server.url}/v1/audio/speech`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'greeter', input: 'One here.', response_format: 'pcm', ...body }),
  });
}

async function problemOf(
  body: object,
): Promise<{ status: number; message: string; param: string }> {
  const response = await ask(body);
  const { error } = (await response.json()) as { error: { message: string; param: string } };
  return { status: response.status, message: error.message, param: error.param };
}

describe('a text that is read aloud', () => {
  it('comes to the stock client as a WAV file of 24 kHz', async () => {
    const response = await client.audio.speech.create({
      model: 'greeter',
      voice: 'other-voice',
      input: 'One here. **Two** here.',
      response_format: 'wav',
      speed: 1.25,
    });
    expect(response.headers.get('content-type')).toBe('audio/wav');
    const wav = readWav(new Uint8Array(await response.arrayBuffer()));
    expect(wav).toMatchObject({ sampleRate: 24_000, channels: 1 });
    expect(said().map(({ text }) => text)).toEqual(['One here.', 'Two here.']);
    expect(said()[0]).toMatchObject({ voice: 'other-voice', speed: 1.25 });
  });

  it('is counted where its provider is', async () => {
    await server.close();
    await start(
      {},
      (voice) =>
        new CountedTextToSpeech(voice, {
          provider: 'cartesia',
          model: 'sonic',
          prices: { characters: 50 },
        }),
    );
    await (await ask({ input: 'One here. Two here.' })).arrayBuffer();
    const headers = { authorization: `Bearer ${TEST_KEY}` };
    const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
    const valueOf = (metric: string) =>
      readPrometheusText(text).samples.find(({ name }) => name === metric);
    expect(valueOf('antiphon_usage_characters_total')).toMatchObject({
      labels: { gen_ai_provider_name: 'cartesia', gen_ai_agent_name: 'greeter' },
      value: 18,
    });
    expect(valueOf('antiphon_usage_cost_total')?.value).toBeCloseTo((18 * 50) / 1e6, 9);
  });

  it('is raw PCM where that is asked for, in the agent’s own voice', async () => {
    const response = await ask({});
    expect(response.headers.get('content-type')).toBe('audio/pcm');
    // 10 ms a character.
    expect((await response.arrayBuffer()).byteLength).toBe(9 * 240 * 2);
    expect(said()[0]?.voice).toBe('fake-voice');
  });

  it('comes as it is made', async () => {
    await server.close();
    await start({ delayMs: 20, isStuckOn: (text) => text.startsWith('Two') });
    const gone = new AbortController();
    const response = await fetch(`${server.url}/v1/audio/speech`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
      body: '{"model":"greeter","input":"One here. Two here.","response_format":"pcm"}',
      signal: gone.signal,
    });
    const { value } = await response.body!.getReader().read();
    expect(value?.length).toBeGreaterThan(0);
    await expect.poll(() => said().length).toBe(2);
    gone.abort();
    await expect.poll(() => textToSpeech.syntheses[1]?.isCancelled).toBe(true);
  });

  it('is refused by name where it makes no sense', async () => {
    expect(await problemOf({ input: '' })).toMatchObject({ status: 400, param: 'input' });
    expect(await problemOf({ input: 'x'.repeat(4_097) })).toMatchObject({ param: 'input' });
    expect(await problemOf({ response_format: 'mp3' })).toMatchObject({
      status: 400,
      param: 'response_format',
      message: expect.stringMatching(/'wav'.*'pcm'/u) as string,
    });
    expect(await problemOf({ voice: 'nova' })).toMatchObject({
      param: 'voice',
      message: expect.stringContaining('fake-voice') as string,
    });
    expect(await problemOf({ model: 'waiter' })).toMatchObject({
      param: 'model',
      message: expect.stringContaining('greeter') as string,
    });
    expect(await problemOf({ speed: 9 })).toMatchObject({ param: 'speed' });
    expect(said()).toEqual([]);
  });

  it('is spoken as it is asked to be, where the voice follows instructions', async () => {
    await server.close();
    await start({ maxInstructions: 20 });
    expect((await ask({ instructions: 'Whisper.' })).status).toBe(200);
    expect((await ask({ instructions: '' })).status).toBe(200);
    expect(said().map(({ instructions }) => instructions)).toEqual(['Whisper.', undefined]);
    expect(await problemOf({ instructions: 'Whisper, and take your time.' })).toMatchObject({
      status: 400,
      param: 'instructions',
      message: expect.stringContaining('the voice of greeter follows 20 characters') as string,
    });
  });

  it('is refused with instructions where the voice follows none', async () => {
    expect(await problemOf({ instructions: 'Whisper.' })).toMatchObject({
      status: 400,
      param: 'instructions',
      message: expect.stringContaining('the voice of greeter follows none') as string,
    });
    expect(said()).toEqual([]);
  });

  it('is nobody’s without a key', async () => {
    const response = await fetch(`${server.url}/v1/audio/speech`, { method: 'POST' });
    expect(response.status).toBe(401);
  });

  it('fails by code, without the text, where the voice does', async () => {
    await server.close();
    await start({ isStuckOn: () => false, failsOn: () => new Error('One here.') });
    const response = await ask({});
    // It fails after its first sound: what has come is broken off.
    await expect(response.arrayBuffer()).rejects.toThrow();
    expect(server.logged.text).toContain('provider_failed');
    expect(server.logged.text).not.toContain('One here');
  });

  it('waits for nobody: more than four at once are told to come back', async () => {
    await server.close();
    await start({ isStuckOn: () => true });
    const gone = new AbortController();
    const stuck = Array.from({ length: 4 }, () =>
      fetch(`${server.url}/v1/audio/speech`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
        body: '{"model":"greeter","input":"One here.","response_format":"pcm"}',
        signal: gone.signal,
      }).catch(() => {}),
    );
    await expect.poll(() => said().length).toBe(4);
    expect((await ask({})).status).toBe(429);
    gone.abort();
    await Promise.all(stuck);
    await expect
      .poll(() => textToSpeech.syntheses.every(({ isCancelled }) => isCancelled))
      .toBe(true);
  });
});
