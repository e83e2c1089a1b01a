import { systemClock } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { AlignedTextToSpeech } from '../../cascade/aligned-text-to-speech.ts';
import { SpelledOutTextToSpeech } from '../../cascade/spelled-out-text-to-speech.ts';
import { describeTextToSpeech, FakeWordAligner } from '../../testing/index.ts';
import { until } from '../../testing/until.ts';
import { countingVoice } from '../testing/local-voice.ts';
import { SpokenTrial } from '../testing/spoken-trial.ts';
import { HumeTextToSpeech } from './hume-text-to-speech.ts';
import type { HumeTextToSpeechOptions } from './hume-text-to-speech.ts';
import { HUME_KEY, LocalHumeServer } from './testing/local-hume-server.ts';
import type { HumeScript } from './testing/local-hume-server.ts';

const TEXT = 'It costs $19.99, and order 4471 has shipped.';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function start(
  script: HumeScript = {},
  options: Partial<HumeTextToSpeechOptions> = {},
): Promise<{ server: LocalHumeServer; speech: HumeTextToSpeech }> {
  const server = await LocalHumeServer.start(script);
  const speech = speechOf(server, options);
  closing.push(
    () => server.close(),
    async () => {
      await speech.close();
      await until(() => server.http.open === 0);
    },
  );
  return { server, speech };
}

function speechOf(
  { url }: LocalHumeServer,
  options: Partial<HumeTextToSpeechOptions> = {},
): HumeTextToSpeech {
  const voices = { voice: 'voice-1', voices: { Emma: 'voice-2' } };
  return new HumeTextToSpeech({ apiKey: HUME_KEY, url, clock: systemClock, ...voices, ...options });
}

async function spoken(
  script: HumeScript,
  options: Partial<HumeTextToSpeechOptions> = {},
): Promise<SpokenTrial> {
  const { speech } = await start(script, options);
  const trial = new SpokenTrial(speech);
  await trial.over;
  return trial;
}

describe('Hume', () => {
  const servers: LocalHumeServer[] = [];
  afterAll(async () => {
    for (const server of servers) await server.close();
  });

  describeTextToSpeech('hume, Octave 2', async () => {
    const server = await LocalHumeServer.start();
    servers.push(server);
    return { textToSpeech: speechOf(server) };
  });

  describeTextToSpeech('hume that is given numbers as people say them', async () => {
    const server = await LocalHumeServer.start();
    servers.push(server);
    const clock = systemClock;
    return { textToSpeech: new SpelledOutTextToSpeech(speechOf(server), { clock }) };
  });

  describeTextToSpeech('hume, Octave 1 with acting directions and an aligner', async () => {
    const server = await LocalHumeServer.start();
    servers.push(server);
    const inner = speechOf(server, { description: 'warm, unhurried' });
    const aligner = new FakeWordAligner();
    return { textToSpeech: new AlignedTextToSpeech(inner, { aligner, clock: systemClock }) };
  });

  it('hands on every sample at 48 kHz, and every word at its time before its audio', async () => {
    const trial = await spoken({});
    const { pcm, words } = await countingVoice({ text: TEXT, speed: 1 }, 48000);
    expect(trial.rate).toBe(48000);
    expect(trial.pcm).toEqual(pcm);
    expect(trial.words).toEqual(words);
    for (const [index, word] of trial.words.entries()) {
      expect(word.startMs).toBeGreaterThanOrEqual(trial.toldAtMs[index]!);
    }
  });

  it('asks Octave 2 for words, and Octave 1 where there are acting directions', async () => {
    const { server, speech } = await start({}, { voiceProvider: 'CUSTOM_VOICE' });
    await new SpokenTrial(speech, { text: 'Sure.', voice: 'Emma', speed: 9 }).over;
    const acted = speechOf(server, { description: 'warm, unhurried' });
    closing.push(() => acted.close());
    const trial = new SpokenTrial(acted, { text: 'Sure.' });
    await trial.over;
    expect(trial.words).toEqual([]);
    const common = {
      format: { type: 'pcm' },
      instant_mode: true,
      split_utterances: false,
      strip_headers: true,
    };
    const voice = { id: 'voice-2', provider: 'CUSTOM_VOICE' };
    const library = { id: 'voice-1', provider: 'HUME_AI' };
    expect(server.http.posts.map(({ body }) => body)).toEqual([
      {
        version: '2',
        utterances: [{ text: 'Sure.', voice, speed: 2 }],
        ...common,
        include_timestamp_types: ['word'],
      },
      {
        version: '1',
        utterances: [{ text: 'Sure.', voice: library, description: 'warm, unhurried' }],
        ...common,
      },
    ]);
    expect(server.http.posts[0]?.headers['x-hume-api-key']).toBe(HUME_KEY);
  });

  it('acts as a text asks for, with Octave 1', async () => {
    const { server, speech } = await start({}, { model: '1' });
    await new SpokenTrial(speech, { text: 'Sure.', instructions: 'warm' }).over;
    expect(server.http.posts[0]?.body).toMatchObject({ utterances: [{ description: 'warm' }] });
    const octave2 = speechOf(server);
    closing.push(() => octave2.close());
    expect([speech.maxInstructions, octave2.maxInstructions]).toEqual([100, 0]);
  });

  it('connects before the first request, and has a piece stopped by closing', async () => {
    const { server, speech } = await start({
      step: (chunk) => new Promise(chunk > 2 ? () => {} : setImmediate),
    });
    await until(() => server.http.touches === 1);
    const trial = new SpokenTrial(speech);
    await trial.audio();
    const told = [trial.words.length, trial.chunks.length];
    trial.synthesis.cancel();
    await until(() => server.http.posts[0]!.isAborted && server.http.open === 1);
    server.script = {};
    const next = new SpokenTrial(speech);
    await next.over;
    expect(next.text).toBe(TEXT);
    expect([trial.words.length, trial.chunks.length]).toEqual(told);
  });

  it.each([
    ['refused the key (HTTP 401)', { apiKey: 'wrong' }],
    ['does not have the voice (HTTP 404)', { voice: 'nobody' }],
    ['failed (HTTP 422, version)', { description: 'warm', model: '2' }],
  ] as const)('%s', async (says, options) => {
    const trial = await spoken({}, options);
    expect(trial.error?.message).toBe(`Hume ${says}`);
  });

  it.each([
    [402, 'E0300', 'provider_quota_exceeded'],
    [400, 'E0300', 'provider_quota_exceeded'],
    [429, undefined, 'provider_rate_limited'],
    [503, undefined, 'provider_failed'],
  ])('tells refusals apart: %i %s', async (status, code, expected) => {
    const trial = await spoken({
      answers: (response) => {
        response.writeHead(status);
        response.end(JSON.stringify({ code, message: `No ${TEXT}` }));
        return true;
      },
    });
    expect(trial.error?.code).toBe(expected);
    expect(trial.error?.message).not.toContain('order');
  });

  it.each([
    ['a line that is no JSON', '{"type":'],
    ['a line that is no object', '[]'],
    ['audio that is no PCM', { audio_format: 'mp3' }],
    ['audio that is no text', { audio: 7 }],
    ['no base64', { audio: '%%%' }],
    [
      'word times that are no numbers',
      { type: 'timestamp', timestamp: { type: 'word', text: 'a' } },
    ],
  ])('refuses %s', async (_what, garbage) => {
    const trial = await spoken({
      sends: (line, response) => {
        const text =
          typeof garbage === 'string' ? garbage : JSON.stringify({ ...line, ...garbage });
        response.write(`${text}\n`);
        return false;
      },
    });
    expect(trial.error?.code).toBe('provider_garbled');
  });

  it('refuses two answers at once', async () => {
    const trial = await spoken({
      sends: (line, response) => {
        response.write(`${JSON.stringify({ ...line, generation_id: 'another' })}\n`);
        return true;
      },
    });
    expect(trial.error?.message).toBe('Hume sent what cannot be read (two answers at once)');
  });

  it('tells of an error in mid-answer, of an answer that breaks off, and of nothing at all', async () => {
    const failing = await spoken({
      sends: ({ type }, response) => {
        if (type === 'timestamp') response.write('{"type":"error","code":"E0300","message":"."}\n');
        return true;
      },
    });
    expect(failing.error?.message).toBe('Hume has no quota left for this account (E0300)');
    const { server, speech } = await start({
      step: (chunk) => {
        if (chunk === 5) server.http.dropConnections();
        return new Promise(setImmediate);
      },
    });
    const broken = new SpokenTrial(speech);
    await broken.over;
    expect(broken.error?.code).toBe('provider_lost');
    expect(broken.audioMs).toBeGreaterThan(0);
    const nothing = await spoken({ sends: () => false });
    expect(nothing.error?.code).toBe('provider_silent');
  });

  it('reads lines wherever they are cut, and the last one without an end', async () => {
    const lines: string[] = [];
    const whole = await spoken({
      sends: (line) => {
        lines.push(JSON.stringify(line));
        return true;
      },
    });
    const trial = await spoken({
      answers: (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const bytes = Buffer.from(lines.join('\n'));
        const send = (from: number): void => {
          if (from >= bytes.length) response.end();
          else response.write(bytes.subarray(from, from + 777), () => send(from + 777));
        };
        send(0);
        return true;
      },
    });
    expect(trial.error).toBeNull();
    expect(trial.pcm).toEqual(whole.pcm);
    expect(trial.text).toBe(TEXT);
  });

  it('names itself when it stays silent, and leaves no timer behind', async () => {
    const clock = new DrivenClock();
    const { server, speech } = await start({ step: () => new Promise(() => {}) }, { clock });
    const trial = new SpokenTrial(speech);
    await until(() => server.http.posts.length === 1);
    clock.advance(2_500);
    expect(trial.error?.message).toBe('Hume took too long (no audio for 2500 ms)');
    await speech.close();
    expect(clock.pending).toBe(0);
  });
});
