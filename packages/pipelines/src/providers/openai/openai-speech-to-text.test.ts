import { pcm16ToUlaw, ulawToPcm16 } from '@antiphon/audio';
import { systemClock } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { describeSpeechToText } from '../../testing/index.ts';
import { until } from '../../testing/until.ts';
import { countingFrames, HeardTrial } from '../testing/heard-trial.ts';
import { countedWords } from '../testing/local-ear.ts';
import type { LocalConnection } from '../testing/local-socket-server.ts';
import { OpenaiSpeechToText } from './openai-speech-to-text.ts';
import type { OpenaiSpeechToTextOptions } from './openai-speech-to-text.ts';
import {
  LocalTranscriptionServer,
  TRANSCRIPTION_KEY,
} from './testing/local-transcription-server.ts';
import type { TranscriptionScript } from './testing/local-transcription-server.ts';

const HALF_A_SECOND = countedWords(500);
const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function start(
  script: TranscriptionScript = {},
  options: Partial<OpenaiSpeechToTextOptions> = {},
): Promise<{ server: LocalTranscriptionServer; openai: OpenaiSpeechToText }> {
  const server = await LocalTranscriptionServer.start(script);
  const openai = openaiOf(server, options);
  closing.push(
    () => server.close(),
    async () => {
      await openai.close();
      await until(() => server.open === 0);
      // Nothing is left behind.
      if (options.clock instanceof DrivenClock) expect(options.clock.pending).toBe(0);
    },
  );
  return { server, openai };
}

function openaiOf(
  { url }: LocalTranscriptionServer,
  options: Partial<OpenaiSpeechToTextOptions> = {},
): OpenaiSpeechToText {
  return new OpenaiSpeechToText({ apiKey: TRANSCRIPTION_KEY, url, clock: systemClock, ...options });
}

/** What comes of a turn of half a second. */
async function outcomeOf(
  script: TranscriptionScript,
  options: Partial<OpenaiSpeechToTextOptions> = {},
): Promise<{ readonly text: string; readonly message: string }> {
  const { openai } = await start(script, options);
  const trial = new HeardTrial(openai);
  return { text: await trial.outcome(), message: trial.error?.message ?? '' };
}

/** Does something with the connection at events of a type: the first of them, or all. */
function at(
  type: string,
  run: (connection: LocalConnection) => void,
  isOnce = false,
): TranscriptionScript {
  let count = 0;
  const meets = (event: { readonly type: string }, connection: LocalConnection): boolean => {
    if (event.type !== type || (isOnce && count++ > 0)) return true;
    run(connection);
    return false;
  };
  return { sends: meets, takes: meets };
}

describe('OpenAI transcription', () => {
  const servers: LocalTranscriptionServer[] = [];
  afterAll(async () => {
    for (const server of servers) await server.close();
  });

  describeSpeechToText('openai, while words are said', async () => {
    const server = await LocalTranscriptionServer.start();
    servers.push(server);
    return { speechToText: openaiOf(server), speech: countingFrames(800), text: countedWords(800) };
  });

  describeSpeechToText('openai, after the turn', async () => {
    const server = await LocalTranscriptionServer.start();
    servers.push(server);
    const speechToText = openaiOf(server, { model: 'gpt-4o-transcribe', audio: 'auto' });
    return { speechToText, speech: countingFrames(800, 8000), text: countedWords(800) };
  });

  it('tells words while they are said, and all of them in the end', async () => {
    const { openai } = await start();
    const trial = new HeardTrial(openai);
    await until(() => trial.partials.at(-1) === HALF_A_SECOND);
    expect(trial.partials).toEqual([100, 200, 300, 400, 500].map((ms) => countedWords(ms)));
    trial.hear(countingFrames(200));
    expect(await trial.outcome()).toBe(countedWords(700));
  });

  it('sets a connection up before the first turn, for turns one after the other', async () => {
    const { server, openai } = await start({}, { model: 'gpt-4o-mini-transcribe', language: 'de' });
    await until(() => server.connections[0]?.heard.length === 1);
    for (let turn = 0; turn < 3; turn++) {
      expect(await new HeardTrial(openai).outcome()).toBe(HALF_A_SECOND);
    }
    const heard = server.connections.find((connection) => connection.heard.length > 1)!.heard;
    expect(heard[0]).toEqual({
      type: 'session.update',
      event_id: 'setup',
      session: {
        type: 'transcription',
        audio: {
          input: {
            format: { type: 'audio/pcm', rate: 24000 },
            transcription: { model: 'gpt-4o-mini-transcribe', language: 'de' },
            turn_detection: null,
          },
        },
      },
    });
    expect(heard.filter(({ type }) => type === 'input_audio_buffer.commit')).toHaveLength(3);
    expect(server.upgrades[0]?.url).toBe('/v1/realtime?intent=transcription');
    expect(server.upgrades[0]?.headers.authorization).toBe(`Bearer ${TRANSCRIPTION_KEY}`);
  });

  it('talks to Azure by its address, deployment and header', async () => {
    const { server } = await start({}, { warm: 0 });
    const azure = openaiOf(server, {
      url: `${server.url.replace('ws', 'http')}/realtime?api-version=preview`,
      apiKeyHeader: 'api-key',
      model: 'azure-deployment',
    });
    closing.push(() => azure.close());
    expect(await new HeardTrial(azure).outcome()).toBe(HALF_A_SECOND);
    const [{ url, headers }] = server.upgrades as [(typeof server.upgrades)[0]];
    expect(url).toBe('/v1/realtime?api-version=preview&intent=transcription');
    expect(headers['api-key']).toBe(TRANSCRIPTION_KEY);
    expect(headers.authorization).toBeUndefined();
  });

  it('sends every sample of 24 kHz', async () => {
    const { server, openai } = await start();
    const frames = countingFrames(500);
    await new HeardTrial(openai, frames).outcome();
    expect([...server.turns[0]!]).toEqual(frames.flatMap(({ pcm }) => [...pcm]));
  });

  it('sends a telephone as mu-law where that is wanted', async () => {
    const { server, openai } = await start({}, { audio: 'auto' });
    const frames = countingFrames(500, 8000);
    await new HeardTrial(openai, frames).outcome();
    const sent = frames.flatMap(({ pcm }) => [...ulawToPcm16(pcm16ToUlaw(pcm))]);
    expect([...server.turns[0]!]).toEqual(sent);
  });

  it.each([8000, 16000, 48000] as const)('brings %i Hz to 24 kHz', async (rate) => {
    const { server, openai } = await start();
    expect(await new HeardTrial(openai, countingFrames(500, rate)).outcome()).toBe(HALF_A_SECOND);
    expect(server.turns[0]).toHaveLength(12_000);
  });

  it('makes a turn as long as it must be at least', async () => {
    const { server, openai } = await start();
    expect(await new HeardTrial(openai, countingFrames(20)).outcome()).toBe('w1');
    expect(server.turns[0]).toHaveLength(2_400);
  });

  it('clears what was said in a turn that is given up, and goes on over the connection', async () => {
    const { server, openai } = await start({}, { maxConnections: 1 });
    const given = new HeardTrial(openai);
    await given.partial();
    given.recognition.cancel();
    const told = given.partials.length;
    const next = new HeardTrial(openai, countingFrames(200));
    expect(await next.outcome()).toBe(countedWords(200));
    expect(next.partials).toEqual([100, 200].map((ms) => countedWords(ms)));
    expect(given.partials).toHaveLength(told);
    expect(server.connections).toHaveLength(1);
    expect(server.turns).toHaveLength(1);
  });

  it('waits for the transcript of a turn that was given up after its end', async () => {
    let tell: () => void = () => {};
    const script: TranscriptionScript = {
      sends: (event, connection) => {
        if (event.type !== `${TRANSCRIPTION}.completed`) return true;
        tell = () => connection.send(event);
        server.script = {};
        return false;
      },
    };
    const { server, openai } = await start(script, { maxConnections: 1 });
    const given = new HeardTrial(openai);
    given.recognition.finish();
    await until(() => server.script !== script);
    given.recognition.cancel();
    tell();
    expect(await new HeardTrial(openai, countingFrames(200)).outcome()).toBe(countedWords(200));
    expect(given.finals).toEqual([]);
    expect(server.connections).toHaveLength(1);
  });

  it('uses a connection no further on which a turn that was given up does not end', async () => {
    const clock = new DrivenClock();
    const { server, openai } = await start(
      at('input_audio_buffer.clear', () => {}),
      { clock, maxConnections: 1 },
    );
    const given = new HeardTrial(openai);
    await given.partial();
    given.recognition.cancel();
    const next = new HeardTrial(openai, countingFrames(200));
    clock.advance(1_999);
    expect(server.upgrades).toHaveLength(1);
    clock.advance(1);
    expect(await next.outcome()).toBe(countedWords(200));
    expect(server.connections).toHaveLength(2);
  });

  it('drops a transcript that is told twice, of nobody, or of an earlier turn', async () => {
    let earlier: object | null = null;
    const { openai } = await start(
      {
        sends: (event, connection) => {
          if (event.type === `${TRANSCRIPTION}.delta`) {
            if (earlier)
              connection.send({ ...earlier, type: `${TRANSCRIPTION}.delta`, delta: 'old' });
            if (earlier) connection.send(earlier);
          }
          if (event.type !== `${TRANSCRIPTION}.completed`) return true;
          connection.send({ ...event, item_id: 'nobody', transcript: 'nothing' });
          connection.send(event);
          earlier = { ...event, transcript: 'old' };
          return true;
        },
      },
      { maxConnections: 1 },
    );
    const trials = [];
    for (const ms of [300, 200, 400]) {
      const trial = new HeardTrial(openai, countingFrames(ms));
      expect(await trial.outcome()).toBe(countedWords(ms));
      expect(trial.partials.at(-1)).toBe(countedWords(ms));
      expect(trial.partials.join(' ')).not.toContain('old');
      trials.push(trial);
    }
    expect(trials.map(({ finals }) => finals.length)).toEqual([1, 1, 1]);
  });

  it('sends a turn again over another connection when its own is lost in the middle', async () => {
    const script = at('input_audio_buffer.append', (connection) => connection.cut(), true);
    const { server, openai } = await start(script);
    const trial = new HeardTrial(openai, countingFrames(300));
    await until(() => trial.partials.at(-1) === countedWords(300));
    trial.hear(countingFrames(200));
    expect(await trial.outcome()).toBe(HALF_A_SECOND);
    expect([...server.turns[0]!]).toEqual(
      [...countingFrames(300), ...countingFrames(200)].flatMap(({ pcm }) => [...pcm]),
    );
  });

  it.each([
    ['is lost', (connection: LocalConnection) => connection.cut()],
    [
      'has come to the end of its hour',
      (connection: LocalConnection) =>
        connection.send({
          type: 'error',
          error: { type: 'invalid_request_error', code: 'session_expired' },
        }),
    ],
  ])('sends a turn again when its connection %s after it', async (_how, run) => {
    const script = at('input_audio_buffer.commit', run, true);
    expect((await outcomeOf(script)).text).toBe(HALF_A_SECOND);
  });

  it('gives a turn up when its connection is lost twice', async () => {
    const { text, message } = await outcomeOf(at('input_audio_buffer.commit', (one) => one.cut()));
    expect(text).toBe('provider_lost');
    expect(message).toMatch(/^OpenAI transcription/u);
  });

  it('replaces a connection before its hour is over, in the middle of no turn', async () => {
    const clock = new DrivenClock();
    const { server, openai } = await start({}, { clock, maxAgeMs: 15_000 });
    await until(() => server.open === 1);
    const trial = new HeardTrial(openai);
    await trial.partial();
    clock.advance(15_000);
    await until(() => server.open >= 2);
    expect(await trial.outcome()).toBe(HALF_A_SECOND);
    await until(() => !server.connections[0]!.isOpen);
    expect(await new HeardTrial(openai).outcome()).toBe(HALF_A_SECOND);
    expect(
      server.connections[0]!.heard.filter(({ type }) => type === 'input_audio_buffer.commit'),
    ).toHaveLength(1);
  });

  it('replaces a connection of an hour that nobody uses', async () => {
    const clock = new DrivenClock();
    const { server, openai } = await start({}, { clock, maxAgeMs: 15_000 });
    await until(() => server.connections[0]?.heard.length === 1);
    clock.advance(15_000);
    await until(() => server.connections.length === 2 && server.open === 1);
    expect(await new HeardTrial(openai).outcome()).toBe(HALF_A_SECOND);
    expect(server.connections[0]!.heard).toHaveLength(1);
  });

  const failed = (error: object): TranscriptionScript => ({
    sends: (event, connection) => {
      if (event.type !== `${TRANSCRIPTION}.completed`) return true;
      const { item_id: itemId, content_index: index } = event;
      connection.send({
        type: `${TRANSCRIPTION}.failed`,
        item_id: itemId,
        content_index: index,
        error,
      });
      return false;
    },
  });
  const answering = (run: (connection: LocalConnection) => void): TranscriptionScript =>
    at(`${TRANSCRIPTION}.completed`, run);
  const error = (told: object): TranscriptionScript =>
    answering((connection) =>
      connection.send({ type: 'error', error: { message: 'w1 w2', ...told } }),
    );
  const refusing = (status: number, code: string): TranscriptionScript => ({
    refuses: () => ({ status, body: JSON.stringify({ error: { code, message: 'w1 w2' } }) }),
  });

  it.each([
    ['a wrong key', {}, { apiKey: 'sk-secret' }, 'provider_unauthorized'],
    ['an unknown model', {}, { model: 'gpt-99' }, 'unknown_model'],
    ['an empty account', refusing(429, 'insufficient_quota'), {}, 'provider_quota_exceeded'],
    ['too many connections', refusing(429, 'rate_limit_exceeded'), {}, 'provider_rate_limited'],
    [
      'an account that is empty now',
      failed({ code: 'insufficient_quota', message: 'w1' }),
      {},
      'provider_quota_exceeded',
    ],
    [
      'a limit that is reached',
      error({ code: 'rate_limit_exceeded' }),
      {},
      'provider_rate_limited',
    ],
    ['a failure that says nothing', failed({}), {}, 'provider_failed'],
    [
      'an error that says nothing',
      answering((one) => one.send({ type: 'error' })),
      {},
      'provider_failed',
    ],
    ['no JSON', answering((one) => one.sendText('{')), {}, 'provider_garbled'],
    ['bytes', answering((one) => one.sendBytes()), {}, 'provider_garbled'],
    [
      'words that are none',
      answering((one) => one.send({ type: `${TRANSCRIPTION}.delta`, item_id: 1 })),
      {},
      'provider_garbled',
    ],
    [
      'an item without a name',
      at('input_audio_buffer.committed', (one) =>
        one.send({ type: 'input_audio_buffer.committed' }),
      ),
      {},
      'provider_garbled',
    ],
    ['half a frame, twice', answering((one) => one.sendHalfFrame()), {}, 'provider_lost'],
  ] as const)('names %s', async (...[, script, options, code]) => {
    const { text, message } = await outcomeOf(script, options);
    expect(text).toBe(code);
    expect(message).toMatch(/^OpenAI transcription/u);
    expect(message).not.toMatch(/w1|secret/u);
  });

  it('knows of an unknown model before the first turn', async () => {
    const { server, openai } = await start({}, { model: 'gpt-99' });
    await until(() => server.connections[0]?.isOpen === false);
    expect(await new HeardTrial(openai).outcome()).toBe('unknown_model');
    expect(server.upgrades).toHaveLength(1);
  });

  it('waits for a transcript no longer than it may', async () => {
    const clock = new DrivenClock();
    const { openai, server } = await start(
      answering(() => {}),
      { clock },
    );
    await until(() => server.open === 1);
    const trial = new HeardTrial(openai);
    const outcome = trial.outcome();
    await until(() => server.turns.length === 1);
    clock.advance(1_900);
    expect(await outcome).toBe('provider_timeout');
    expect(trial.error?.message).toBe(
      'OpenAI transcription took too long (no transcript within 1900 ms of the end of the turn)',
    );
  });

  it('waits for a connection no longer than it may', async () => {
    const clock = new DrivenClock();
    const { openai } = await start({ isMute: true }, { clock });
    const trial = new HeardTrial(openai);
    clock.advance(2_000);
    await trial.over;
    expect(trial.error?.code).toBe('provider_timeout');
  });

  it('refuses turns when it is closed, and addresses that are none', async () => {
    const { openai, server } = await start();
    await openai.close();
    expect(await new HeardTrial(openai).outcome()).toBe('closed');
    expect(() => openaiOf(server, { url: 'secret' })).toThrow(
      'OpenAI transcription: the url is no wss://',
    );
  });
});
