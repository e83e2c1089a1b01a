import { systemClock } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { AlignedTextToSpeech } from '../../cascade/aligned-text-to-speech.ts';
import { SpelledOutTextToSpeech } from '../../cascade/spelled-out-text-to-speech.ts';
import { describeTextToSpeech, FakeWordAligner } from '../../testing/index.ts';
import { until } from '../../testing/until.ts';
import { countingVoice } from '../testing/local-voice.ts';
import { SpokenTrial } from '../testing/spoken-trial.ts';
import { OpenaiTextToSpeech } from './openai-text-to-speech.ts';
import type { OpenaiTextToSpeechOptions } from './openai-text-to-speech.ts';
import {
  LocalOpenaiSpeechServer,
  OPENAI_SPEECH_KEY,
} from './testing/local-openai-speech-server.ts';
import type { OpenaiSpeechScript } from './testing/local-openai-speech-server.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function start(
  script: OpenaiSpeechScript = {},
  options: Partial<OpenaiTextToSpeechOptions> = {},
): Promise<{ server: LocalOpenaiSpeechServer; speech: OpenaiTextToSpeech }> {
  const server = await LocalOpenaiSpeechServer.start(script);
  const speech = new OpenaiTextToSpeech({
    apiKey: OPENAI_SPEECH_KEY,
    url: server.url,
    voice: 'alloy',
    voices: { Emma: 'marin' },
    clock: systemClock,
    ...options,
  });
  closing.push(
    () => server.close(),
    () => speech.close(),
  );
  return { server, speech };
}

async function faultOf(
  script: OpenaiSpeechScript,
  options: Partial<OpenaiTextToSpeechOptions> = {},
): Promise<string> {
  const { speech } = await start(script, options);
  const trial = new SpokenTrial(speech);
  await trial.over;
  return trial.error?.message ?? 'it spoke';
}

describe('OpenAI speech, its words found by an aligner', () => {
  const servers: LocalOpenaiSpeechServer[] = [];
  afterAll(async () => {
    for (const server of servers) await server.close();
  });

  const clock = systemClock;
  const aligner = new FakeWordAligner();

  async function voice(): Promise<OpenaiTextToSpeech> {
    const server = await LocalOpenaiSpeechServer.start();
    servers.push(server);
    return new OpenaiTextToSpeech({
      apiKey: OPENAI_SPEECH_KEY,
      url: server.url,
      voice: 'alloy',
      voices: { Emma: 'marin' },
      clock,
    });
  }

  describeTextToSpeech('openai-speech', async () => {
    return { textToSpeech: new AlignedTextToSpeech(await voice(), { aligner, clock }) };
  });

  describeTextToSpeech('openai-speech that is given numbers as people say them', async () => {
    const spelled = new SpelledOutTextToSpeech(await voice(), { clock });
    return { textToSpeech: new AlignedTextToSpeech(spelled, { aligner, clock }) };
  });
});

describe('OpenAI speech', () => {
  it('hands on every sample, wherever the body was cut', async () => {
    const { speech } = await start();
    const trial = new SpokenTrial(speech);
    await trial.over;
    const text = 'It costs $19.99, and order 4471 has shipped.';
    const { pcm } = await countingVoice({ text, speed: 1 }, 24000);
    expect(trial.error).toBeNull();
    expect(trial.pcm).toEqual(pcm);
    expect(trial.rate).toBe(24000);
  });

  it('asks for what was set up, and maps names of voices', async () => {
    const { server, speech } = await start({}, { instructions: 'Speak calmly.' });
    await new SpokenTrial(speech, { text: 'Sure.', voice: 'Emma', speed: 9 }).over;
    expect(server.http.posts.map(({ url, body }) => ({ url, body }))).toEqual([
      {
        url: '/v1/audio/speech',
        body: {
          model: 'gpt-4o-mini-tts',
          voice: 'marin',
          input: 'Sure.',
          response_format: 'pcm',
          stream_format: 'audio',
          instructions: 'Speak calmly.',
          speed: 4,
        },
      },
    ]);
    expect(server.http.posts[0]?.headers.authorization).toBe(`Bearer ${OPENAI_SPEECH_KEY}`);
  });

  it('speaks as a text asks for, in place of what was set up, where the model can', async () => {
    const { server, speech } = await start({}, { instructions: 'Speak calmly.' });
    await new SpokenTrial(speech, { text: 'Sure.', instructions: 'Whisper.' }).over;
    expect(server.http.posts[0]?.body).toMatchObject({ instructions: 'Whisper.' });
    const { speech: older } = await start({}, { model: 'tts-1' });
    expect([speech.maxInstructions, older.maxInstructions]).toEqual([4_096, 0]);
  });

  it("takes Azure's address and key header", async () => {
    const { server } = await start();
    const speech = new OpenaiTextToSpeech({
      apiKey: OPENAI_SPEECH_KEY,
      apiKeyHeader: 'api-key',
      url: `${server.url.replace('/v1', '')}/openai/deployments/azure-deployment?api-version=2025-03-01`,
      model: 'azure-deployment',
      voice: 'alloy',
      clock: systemClock,
    });
    closing.push(() => speech.close());
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.error).toBeNull();
    const [request] = server.http.posts;
    expect(request?.url).toBe(
      '/openai/deployments/azure-deployment/audio/speech?api-version=2025-03-01',
    );
    expect(request?.headers).toMatchObject({ 'api-key': OPENAI_SPEECH_KEY });
    expect(request?.headers.authorization).toBeUndefined();
  });

  it('connects before the first request and uses the connection again and again', async () => {
    const { server, speech } = await start();
    await until(() => server.http.touches === 1);
    expect(server.http.open).toBe(1);
    for (let count = 0; count < 5; count++) await new SpokenTrial(speech).over;
    expect(server.http.posts).toHaveLength(5);
    // The first request may come before the answer to the one that opened the connection.
    expect(server.http.connections).toBeLessThanOrEqual(2);
  });

  it('asks again on a new connection when the server has closed the idle one', async () => {
    const { server, speech } = await start();
    await new SpokenTrial(speech).over;
    const before = server.http.connections;
    server.http.dropConnections();
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.error).toBeNull();
    expect(server.http.connections).toBeGreaterThan(before);
    // One more than the request needs is kept ready.
    expect(server.http.connections).toBeLessThanOrEqual(before + 2);
  });

  it('tells the server to stop by closing, while another connection is ready', async () => {
    const { server, speech } = await start({
      step: (n) => new Promise(n > 2 ? () => {} : setImmediate),
    });
    const trial = new SpokenTrial(speech);
    await trial.audio();
    const before = trial.chunks.length;
    await until(() => server.http.open === 2);
    trial.synthesis.cancel();
    await until(() => server.http.posts[0]!.isAborted && server.http.open === 1);
    expect(trial.chunks).toHaveLength(before);
    expect([trial.isEnded, trial.error]).toEqual([false, null]);
  });

  it('keeps an idle connection in use and leaves no timer behind', async () => {
    const clock = new DrivenClock();
    const { server, speech } = await start({}, { clock });
    await until(() => server.http.open === 1);
    clock.advance(20_000);
    await new SpokenTrial(speech).over;
    expect(server.http.connections).toBeLessThanOrEqual(2);
    await speech.close();
    expect(clock.pending).toBe(0);
    await until(() => server.http.open === 0);
  });

  it.each([
    ['key (HTTP 401, invalid_api_key)', 'refused the', { apiKey: 'sk-wrong' }],
    ['model (HTTP 404, model_not_found)', 'does not have the', { model: 'gpt-9' }],
    ['voice (HTTP 400, voice)', 'does not have the', { voice: 'nobody' }],
  ])('names a wrong %s', async (what, says, options) => {
    expect(await faultOf({}, options)).toBe(`OpenAI speech ${says} ${what}`);
  });

  it.each([
    ['insufficient_quota', 429, 'provider_quota_exceeded'],
    ['rate_limit_exceeded', 429, 'provider_rate_limited'],
    ['server_error', 500, 'provider_failed'],
  ])('tells %s apart', async (code, status, expected) => {
    const { speech } = await start({
      answers: (response, { input }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: { code, message: `No more ${input}` } }));
        return true;
      },
    });
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.error?.code).toBe(expected);
    expect(trial.error?.message).not.toContain('order');
  });

  it.each([
    ['application/json', 'an answer that is no PCM'],
    ['audio/mpeg', 'an answer that is no PCM'],
    ['audio/pcm;rate=22050', 'an answer that is no PCM'],
  ])('refuses %s', async (contentType, note) => {
    expect(await faultOf({ contentType })).toBe(`OpenAI speech sent what cannot be read (${note})`);
  });

  it('refuses audio in a container, half a sample at the end, and nothing at all', async () => {
    const answering = (body: Buffer): OpenaiSpeechScript => ({
      answers: (response) => {
        response.writeHead(200, { 'content-type': 'audio/pcm' });
        response.end(body);
        return true;
      },
    });
    const garbled = 'OpenAI speech sent what cannot be read';
    expect(await faultOf(answering(Buffer.from('RIFF....WAVE')))).toBe(
      `${garbled} (audio in a container, not bare PCM)`,
    );
    expect(await faultOf(answering(Buffer.alloc(481)))).toBe(
      `${garbled} (audio ends in half a sample)`,
    );
    expect(await faultOf(answering(Buffer.alloc(0)))).toBe(
      'OpenAI speech said nothing (an end without audio)',
    );
  });

  it('hands on audio of another rate as what it is', async () => {
    const { speech } = await start({ contentType: 'audio/pcm; rate=16000' });
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.rate).toBe(16000);
  });

  it('tells of a connection that breaks in mid-audio, after the audio that had come', async () => {
    const { server, speech } = await start({
      step: async (chunk) => {
        if (chunk === 4) server.http.dropConnections();
        await new Promise(setImmediate);
      },
    });
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.error?.code).toBe('provider_lost');
    expect(trial.audioMs).toBeGreaterThan(0);
  });

  it('tells of a server that cannot be reached', async () => {
    const { server, speech } = await start();
    await server.close();
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.error?.message).toMatch(/^OpenAI speech cannot be reached \(ECONN\w+\)$/u);
  });

  it('names itself when the first byte, or the next one, takes too long', async () => {
    const clock = new DrivenClock();
    let stuckAt = 1;
    const { server, speech } = await start(
      { step: (chunk) => (chunk >= stuckAt ? new Promise(() => {}) : Promise.resolve()) },
      { clock },
    );
    const first = new SpokenTrial(speech);
    await until(() => server.http.posts.length === 1);
    clock.advance(2_500);
    await first.over;
    expect(first.error?.message).toBe('OpenAI speech took too long (no audio for 2500 ms)');
    stuckAt = 3;
    const second = new SpokenTrial(speech);
    await until(() => second.chunks.length === 2);
    clock.advance(2_500);
    await second.over;
    expect(second.error?.code).toBe('provider_timeout');
    await until(() => server.http.posts.every((request) => request.isAborted));
  });

  it('refuses a voice, a speed and a text that it cannot speak', async () => {
    const { server, speech } = await start();
    const codes = [];
    for (const request of [{ voice: 'verse' }, { speed: 0 }, { text: 'a'.repeat(4097) }]) {
      const trial = new SpokenTrial(speech, request);
      await trial.over;
      codes.push(trial.error?.code);
    }
    expect(codes).toEqual(['unknown_voice', 'invalid_argument', 'invalid_argument']);
    expect(server.http.posts).toEqual([]);
  });
});
