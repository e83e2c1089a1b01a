import { systemClock } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { SpelledOutTextToSpeech } from '../../cascade/spelled-out-text-to-speech.ts';
import { describeTextToSpeech } from '../../testing/index.ts';
import { until } from '../../testing/until.ts';
import { countingVoice } from '../testing/local-voice.ts';
import { SpokenTrial } from '../testing/spoken-trial.ts';
import { CartesiaTextToSpeech } from './cartesia-text-to-speech.ts';
import type { CartesiaTextToSpeechOptions } from './cartesia-text-to-speech.ts';
import { CARTESIA_KEY, LocalCartesiaServer } from './testing/local-cartesia-server.ts';
import type { CartesiaScript } from './testing/local-cartesia-server.ts';

const TEXT = 'It costs $19.99, and order 4471 has shipped.';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function start(
  script: CartesiaScript = {},
  options: Partial<CartesiaTextToSpeechOptions> = {},
): Promise<{ server: LocalCartesiaServer; speech: CartesiaTextToSpeech }> {
  const server = await LocalCartesiaServer.start(script);
  const speech = speechOf(server, options);
  closing.push(
    () => server.close(),
    async () => {
      await speech.close();
      await until(() => server.open === 0);
    },
  );
  return { server, speech };
}

function speechOf(
  { url }: LocalCartesiaServer,
  options: Partial<CartesiaTextToSpeechOptions> = {},
): CartesiaTextToSpeech {
  const voices = { voice: 'voice-1', voices: { Emma: 'voice-2' } };
  return new CartesiaTextToSpeech({
    apiKey: CARTESIA_KEY,
    url,
    clock: systemClock,
    ...voices,
    ...options,
  });
}

async function faultOf(
  script: CartesiaScript,
  options: Partial<CartesiaTextToSpeechOptions> = {},
): Promise<string> {
  const { speech } = await start(script, options);
  const trial = new SpokenTrial(speech);
  await trial.over;
  return trial.error?.message ?? 'it spoke';
}

/** Waits for ever in front of a chunk. */
const stuckAt =
  (stuck: number) =>
  (chunk: number): Promise<void> =>
    new Promise(chunk >= stuck ? () => {} : setImmediate);

describe('Cartesia', () => {
  const servers: LocalCartesiaServer[] = [];
  afterAll(async () => {
    for (const server of servers) await server.close();
  });

  describeTextToSpeech('cartesia', async () => {
    const server = await LocalCartesiaServer.start();
    servers.push(server);
    return { textToSpeech: speechOf(server) };
  });

  describeTextToSpeech('cartesia that is given numbers as people say them', async () => {
    const server = await LocalCartesiaServer.start();
    servers.push(server);
    const clock = systemClock;
    return { textToSpeech: new SpelledOutTextToSpeech(speechOf(server), { clock }) };
  });

  it('hands on every sample, also where chunks end in half a one', async () => {
    const { speech } = await start({ chunkBytes: 1333 });
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.pcm).toEqual((await countingVoice({ text: TEXT, speed: 1 }, 24000)).pcm);
  });

  it('tells every word at its time, before its audio', async () => {
    const { speech } = await start();
    const trial = new SpokenTrial(speech);
    await trial.over;
    const { words } = await countingVoice({ text: TEXT, speed: 1 }, 24000);
    expect(trial.words.map((word) => word.text)).toEqual(words.map((word) => word.text));
    for (const [index, word] of trial.words.entries()) {
      expect(word.startMs).toBeCloseTo(words[index]!.startMs, 3);
      expect(word.endMs).toBeCloseTo(words[index]!.endMs, 3);
      expect(word.startMs).toBeGreaterThanOrEqual(trial.toldAtMs[index]!);
    }
  });

  it('asks for what was set up', async () => {
    const { server, speech } = await start({}, { model: 'sonic-3', language: 'de' });
    await new SpokenTrial(speech, { text: 'Sure.', voice: 'Emma', speed: 9 }).over;
    const [request] = server.connections[0]!.heard;
    expect(request).toEqual({
      context_id: expect.any(String) as string,
      model_id: 'sonic-3',
      transcript: 'Sure.',
      voice: { id: 'voice-2' },
      language: 'de',
      output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 24000 },
      add_timestamps: true,
      use_normalized_timestamps: false,
      continue: false,
      generation_config: { speed: 1.5 },
    });
    expect(server.upgrades[0]?.headers).toMatchObject({
      authorization: `Bearer ${CARTESIA_KEY}`,
      'cartesia-version': '2026-08-14',
    });
  });

  it('is connected before the first request, and speaks all of them over one connection', async () => {
    const { server, speech } = await start();
    await until(() => server.open === 1);
    await Promise.all([new SpokenTrial(speech).over, new SpokenTrial(speech).over]);
    await new SpokenTrial(speech).over;
    expect(server.connections).toHaveLength(1);
  });

  it('has a piece stopped that is given up, and goes on over the same connection', async () => {
    const { server, speech } = await start({ step: stuckAt(3) });
    const trial = new SpokenTrial(speech);
    await trial.audio();
    const told = [trial.words.length, trial.chunks.length];
    trial.synthesis.cancel();
    const { heard } = server.connections[0]!;
    await until(() => heard.length === 2);
    expect(heard[1]).toEqual({ context_id: heard[0]!['context_id'], cancel: true });
    server.script = {};
    const next = new SpokenTrial(speech);
    await next.over;
    expect(next.error).toBeNull();
    expect([trial.words.length, trial.chunks.length]).toEqual(told);
    expect([trial.isEnded, trial.error]).toEqual([false, null]);
    expect(server.connections).toHaveLength(1);
  });

  it('gives a place free again that a cancelled piece never leaves', async () => {
    const clock = new DrivenClock();
    const { speech } = await start({ isSilentAfterCancel: true }, { clock });
    for (let round = 0; round < 2; round++) {
      const trials = Array.from({ length: 150 }, () => new SpokenTrial(speech));
      await Promise.all(trials.slice(0, 100).map((trial) => trial.audio()));
      for (const trial of trials) trial.synthesis.cancel();
      clock.advance(5_000);
    }
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.error).toBeNull();
  });

  it('says again over a new connection what an idle one was lost with', async () => {
    const { server, speech } = await start({
      sends: ({ type }, connection) => {
        if (type !== 'chunk' || connection !== server.connections[0]) return true;
        connection.cut();
        return false;
      },
    });
    await until(() => server.open === 1);
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.error).toBeNull();
    expect(trial.text).toBe(TEXT);
  });

  it('tells of a connection that breaks in mid-audio', async () => {
    const { speech } = await start({
      step: (chunk, connection) => {
        if (chunk === 5) connection.cut();
        return new Promise(setImmediate);
      },
    });
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.error?.message).toBe('Cartesia was lost (closed with 1006)');
    expect(trial.audioMs).toBeGreaterThan(0);
  });

  it.each([
    ['refused the key (HTTP 401, invalid_api_key)', { apiKey: 'sk-wrong' }],
    ['does not have the model (model_not_found)', { model: 'sonic-9' }],
    ['does not have the voice (voice_not_found)', { voice: 'nobody' }],
  ])('%s', async (says, options) => {
    expect(await faultOf({}, options)).toBe(`Cartesia ${says}`);
  });

  it.each([
    [402, 'credits_exhausted', 'provider_quota_exceeded'],
    [429, 'concurrency_limited', 'provider_rate_limited'],
    [429, undefined, 'provider_rate_limited'],
    [500, undefined, 'provider_failed'],
  ])('tells errors apart: %s %s', async (status, code, expected) => {
    const { speech } = await start({
      sends: (event, connection) => {
        if (event.type !== 'chunk') return false;
        const { context_id } = event;
        const error = { type: 'error', context_id, status_code: status, error_code: code };
        connection.send({ ...error, done: true, title: 'Oops', message: TEXT });
        return false;
      },
    });
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.error?.code).toBe(expected);
    expect(trial.error?.message).not.toContain('order');
  });

  it.each([
    ['no base64', { data: 'not base64!' }],
    ['audio that is no text', { data: 7 }],
    ['word times that do not go together', { type: 'timestamps', word_timestamps: { words: [] } }],
    [
      'word times that are no numbers',
      { type: 'timestamps', word_timestamps: { words: ['a'], start: ['x'], end: [1] } },
    ],
  ])('refuses %s', async (_what, garbage) => {
    const { speech } = await start({
      sends: (event, connection) => {
        if (event.type !== 'chunk') return true;
        connection.send({ ...event, ...garbage });
        return false;
      },
    });
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.error?.code).toBe('provider_garbled');
  });

  it('refuses half a sample at the end, and an end without audio', async () => {
    expect(await faultOf({ sends: ({ type }) => type === 'done' })).toBe(
      'Cartesia said nothing (an end without audio)',
    );
    const half: CartesiaScript = {
      sends: (event, connection) => {
        if (event.type !== 'done') return true;
        connection.send({ type: 'chunk', context_id: event.context_id, data: 'AA==' });
        return true;
      },
    };
    expect(await faultOf(half)).toBe(
      'Cartesia sent what cannot be read (audio ends in half a sample)',
    );
  });

  it.each([16000, 48000] as const)('finds out audio of %i Hz by its words', async (rate) => {
    const text = `${TEXT} ${TEXT} ${TEXT}`;
    const { speech } = await start({
      voice: async ({ speed }) => ({
        pcm: (await countingVoice({ text, speed }, rate)).pcm,
        words: (await countingVoice({ text, speed }, 24000)).words,
      }),
    });
    const trial = new SpokenTrial(speech, { text });
    await trial.over;
    expect(trial.error?.code).toBe('provider_garbled');
    expect(trial.error?.message).toMatch(/words until \d+ ms in audio of \d+ ms at 24000 Hz/u);
  });

  it('takes no second answer, and none for somebody else', async () => {
    const { speech } = await start({
      sends: (event, connection) => {
        if (event.type === 'chunk') connection.send({ ...event, context_id: 'somebody' });
        if (event.type !== 'done') return true;
        connection.send(event);
        connection.send({ ...event, type: 'chunk', data: 'AAAA' });
        return true;
      },
    });
    const trial = new SpokenTrial(speech);
    await trial.over;
    await new SpokenTrial(speech).over;
    expect(trial.pcm).toEqual((await countingVoice({ text: TEXT, speed: 1 }, 24000)).pcm);
  });

  it('names itself when the first audio, or the next one, takes too long', async () => {
    const clock = new DrivenClock();
    const { server, speech } = await start({ step: stuckAt(1) }, { clock });
    const first = new SpokenTrial(speech);
    await until(() => server.connections[0]?.heard.length === 1);
    clock.advance(2_500);
    expect(first.error?.message).toBe('Cartesia took too long (no audio for 2500 ms)');
    await until(() => server.connections[0]?.heard.length === 2);
    server.script = { step: stuckAt(3) };
    const second = new SpokenTrial(speech);
    await second.audio();
    clock.advance(2_499);
    await until(() => second.chunks.length > 0);
    clock.advance(2_500);
    expect(second.error?.code).toBe('provider_timeout');
    await speech.close();
    expect(clock.pending).toBe(0);
  });

  it('passes audio on without its words when they take too long', async () => {
    const clock = new DrivenClock();
    const { speech } = await start(
      { sends: ({ type }) => type !== 'timestamps', step: stuckAt(5) },
      { clock },
    );
    const trial = new SpokenTrial(speech);
    const audio = trial.audio();
    let hasAudio = false;
    void audio.then(() => (hasAudio = true));
    await until(() => {
      clock.advance(1);
      return hasAudio;
    });
    expect(trial.words).toEqual([]);
    expect(trial.error).toBeNull();
  });
});
