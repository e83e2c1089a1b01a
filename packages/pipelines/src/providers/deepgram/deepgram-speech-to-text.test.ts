import { pcm16ToUlaw, ulawToPcm16 } from '@antiphon/audio';
import { systemClock } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { describeSpeechToText } from '../../testing/index.ts';
import { until } from '../../testing/until.ts';
import { countingFrames, HeardTrial } from '../testing/heard-trial.ts';
import { countedWords } from '../testing/local-ear.ts';
import type { LocalConnection } from '../testing/local-socket-server.ts';
import { DeepgramSpeechToText } from './deepgram-speech-to-text.ts';
import type { DeepgramSpeechToTextOptions } from './deepgram-speech-to-text.ts';
import { DEEPGRAM_KEY, LocalDeepgramServer } from './testing/local-deepgram-server.ts';
import type { DeepgramScript } from './testing/local-deepgram-server.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function start(
  script: DeepgramScript = {},
  options: Partial<DeepgramSpeechToTextOptions> = {},
): Promise<{ server: LocalDeepgramServer; deepgram: DeepgramSpeechToText }> {
  const server = await LocalDeepgramServer.start(script);
  const deepgram = deepgramOf(server, options);
  closing.push(
    () => server.close(),
    async () => {
      await deepgram.close();
      await until(() => server.open === 0);
      // Nothing is left behind.
      if (options.clock instanceof DrivenClock) expect(options.clock.pending).toBe(0);
    },
  );
  return { server, deepgram };
}

function deepgramOf(
  { url }: LocalDeepgramServer,
  options: Partial<DeepgramSpeechToTextOptions> = {},
): DeepgramSpeechToText {
  return new DeepgramSpeechToText({ apiKey: DEEPGRAM_KEY, url, clock: systemClock, ...options });
}

/** What comes of a turn of half a second. */
async function outcomeOf(
  script: DeepgramScript,
  options: Partial<DeepgramSpeechToTextOptions> = {},
): Promise<{ readonly text: string; readonly message: string; server: LocalDeepgramServer }> {
  const { deepgram, server } = await start(script, options);
  const trial = new HeardTrial(deepgram);
  return { text: await trial.outcome(), message: trial.error?.message ?? '', server };
}

/** Does something the first time only. */
function once<T extends unknown[]>(run: (...told: T) => void): (...told: T) => void {
  let isDone = false;
  return (...told) => {
    if (isDone) return;
    isDone = true;
    run(...told);
  };
}

const HALF_A_SECOND = countedWords(500);

describe('Deepgram', () => {
  const servers: LocalDeepgramServer[] = [];
  afterAll(async () => {
    for (const server of servers) await server.close();
  });

  describeSpeechToText('deepgram', async () => {
    const server = await LocalDeepgramServer.start({ segmentMs: 300 });
    servers.push(server);
    return {
      speechToText: deepgramOf(server),
      speech: countingFrames(800),
      text: countedWords(800),
    };
  });

  it('tells words while they are said, and all of them in the end', async () => {
    const { deepgram } = await start({ segmentMs: 300 });
    const trial = new HeardTrial(deepgram, countingFrames(520));
    await until(() => trial.partials.at(-1) === HALF_A_SECOND);
    expect(trial.partials).toEqual([100, 200, 300, 400, 500].map((ms) => countedWords(ms)));
    trial.hear(countingFrames(200));
    expect(await trial.outcome()).toBe(countedWords(700));
  });

  it('asks for what was set up', async () => {
    const options = { model: 'nova-2', language: 'de', smartFormat: true };
    const { server, deepgram } = await start({}, options);
    await new HeardTrial(deepgram, countingFrames(500, 16000)).outcome();
    const { url, headers } = server.upgrades.find((upgrade) => upgrade.url.includes('=16000'))!;
    expect(Object.fromEntries(new URL(url, 'ws://local').searchParams)).toEqual({
      model: 'nova-2',
      language: 'de',
      encoding: 'linear16',
      sample_rate: '16000',
      channels: '1',
      interim_results: 'true',
      smart_format: 'true',
      endpointing: 'false',
    });
    expect(headers.authorization).toBe(`Token ${DEEPGRAM_KEY}`);
  });

  it.each([8000, 16000, 24000, 48000] as const)('sends %i Hz as they are', async (rate) => {
    const { server, deepgram } = await start({}, { audio: 'pcm' });
    const frames = countingFrames(500, rate);
    expect(await new HeardTrial(deepgram, frames).outcome()).toBe(HALF_A_SECOND);
    const sent = server.audio.flat().flatMap((pcm) => [...pcm]);
    expect(sent).toEqual(frames.flatMap(({ pcm }) => [...pcm]));
  });

  it('sends a telephone whose law is not known as mu-law', async () => {
    const { server, deepgram } = await start();
    const frames = countingFrames(500, 8000);
    expect(await new HeardTrial(deepgram, frames).outcome()).toBe(HALF_A_SECOND);
    const sent = server.audio.flat().flatMap((pcm) => [...pcm]);
    expect(sent).toEqual(frames.flatMap(({ pcm }) => [...ulawToPcm16(pcm16ToUlaw(pcm))]));
  });

  it('brings audio of another rate in the middle of a turn to that of its beginning', async () => {
    const { deepgram } = await start();
    const trial = new HeardTrial(deepgram, countingFrames(300, 24000));
    trial.hear(countingFrames(200, 48000));
    expect(await trial.outcome()).toBe(HALF_A_SECOND);
  });

  it('is connected before the first turn, and hears turns one after the other over it', async () => {
    const { server, deepgram } = await start();
    await until(() => server.open === 2);
    for (let turn = 0; turn < 3; turn++) {
      expect(await new HeardTrial(deepgram).outcome()).toBe(HALF_A_SECOND);
    }
    expect(server.audio.filter((heard) => heard.length > 0)).toHaveLength(1);
  });

  it('hears turns at the same time over connections of their own, as many as there may be', async () => {
    const { server, deepgram } = await start({}, { warm: 0, maxConnections: 2 });
    const trials = [300, 400, 500].map((ms) => new HeardTrial(deepgram, countingFrames(ms)));
    const texts = await Promise.all(trials.map((trial) => trial.outcome()));
    expect(texts).toEqual([300, 400, 500].map((ms) => countedWords(ms)));
    expect(server.connections).toHaveLength(2);
  });

  it('keeps words of a turn that was given up out of the next one on the same connection', async () => {
    const { server, deepgram } = await start({}, { maxConnections: 1 });
    const given = new HeardTrial(deepgram);
    await given.partial();
    given.recognition.cancel();
    const told = given.partials.length;
    expect(await new HeardTrial(deepgram, countingFrames(200)).outcome()).toBe(countedWords(200));
    expect(given.partials).toHaveLength(told);
    expect(server.audio.filter((heard) => heard.length > 0)).toHaveLength(1);
  });

  it('uses a connection no further on which a turn that was given up does not end', async () => {
    const clock = new DrivenClock();
    const { server, deepgram } = await start(
      { sends: ({ from_finalize: isLast }) => !isLast },
      { clock, maxConnections: 1, audio: 'pcm', warm: 0 },
    );
    const given = new HeardTrial(deepgram);
    await given.partial();
    given.recognition.cancel();
    const next = new HeardTrial(deepgram, countingFrames(200));
    await until(() => server.connections[0]!.heard.length > 0);
    expect(server.connections).toHaveLength(1);
    server.script = {};
    clock.advance(1_999);
    expect(server.connections).toHaveLength(1);
    clock.advance(1);
    expect(await next.outcome()).toBe(countedWords(200));
    expect(server.connections).toHaveLength(2);
  });

  it('takes what is settled for final when Finalize is not answered', async () => {
    const clock = new DrivenClock();
    const { deepgram } = await start({ segmentMs: 520 }, { clock });
    const trial = new HeardTrial(deepgram, countingFrames(520));
    await until(() => trial.partials.at(-1) === HALF_A_SECOND);
    const outcome = trial.outcome();
    clock.advance(399);
    expect(trial.finals).toEqual([]);
    clock.advance(1);
    expect(await outcome).toBe(HALF_A_SECOND);
  });

  it('drops a result that is told twice, also when it comes in the next turn', async () => {
    const { server, deepgram } = await start({
      sends: (result, connection) => {
        connection.send(result);
        return true;
      },
    });
    const first = new HeardTrial(deepgram);
    expect(await first.outcome()).toBe(HALF_A_SECOND);
    let late: object | null = null;
    server.script = {
      sends: (result, connection) => {
        if (late) connection.send(late);
        late = null;
        if (result.from_finalize) late = result;
        return true;
      },
    };
    expect(await new HeardTrial(deepgram).outcome()).toBe(HALF_A_SECOND);
    const third = new HeardTrial(deepgram, countingFrames(200));
    expect(await third.outcome()).toBe(countedWords(200));
    expect(third.partials).toEqual([countedWords(100), countedWords(200)]);
    expect(first.finals).toHaveLength(1);
  });

  it('sends a turn again over another connection when its own is lost in the middle', async () => {
    const cut = once((connection: LocalConnection) => connection.cut());
    const { server, deepgram } = await start({ onAudio: cut });
    const trial = new HeardTrial(deepgram, countingFrames(320));
    await until(() => trial.partials.at(-1) === countedWords(300));
    trial.hear(countingFrames(200));
    expect(await trial.outcome()).toBe(HALF_A_SECOND);
    // In slices of 40 ms.
    const frames = server.audio.map((heard) => heard.length).filter((count) => count > 0);
    expect(frames).toEqual([expect.any(Number), 13]);
  });

  it('sends a turn again when its connection is lost after it', async () => {
    const cut = once((connection: LocalConnection) => connection.cut());
    const sends: DeepgramScript['sends'] = ({ from_finalize: isLast }, connection) => {
      if (isLast) cut(connection);
      return true;
    };
    expect((await outcomeOf({ sends })).text).toBe(HALF_A_SECOND);
  });

  it('gives a turn up when its connection is lost twice', async () => {
    const { text, message } = await outcomeOf({ onAudio: (connection) => connection.cut() });
    expect(text).toBe('provider_lost');
    expect(message).toMatch(/^Deepgram/u);
  });

  it('keeps no more of a turn than may be sent again', async () => {
    let bytes = 0;
    const { deepgram } = await start({
      onAudio: (connection, { length }) => {
        bytes += length;
        if (bytes > 800 * 1024) connection.cut();
      },
    });
    const trial = new HeardTrial(deepgram, countingFrames(8_000));
    await trial.partial();
    trial.hear(countingFrames(10_000));
    expect(await trial.outcome()).toBe('provider_lost');
  });

  it.each([
    ['a wrong key', {}, { apiKey: 'secret-key' }, 'provider_unauthorized'],
    ['an unknown model', {}, { model: 'nova-99' }, 'unknown_model'],
    [
      'a model that is not open to the account',
      refusing(
        403,
        'INSUFFICIENT_PERMISSIONS',
        'Project does not have access to the requested model.',
      ),
      {},
      'unknown_model',
    ],
    ['an empty account', refusing(402, 'ASR_PAYMENT_REQUIRED'), {}, 'provider_quota_exceeded'],
    ['too many connections', refusing(429, 'TOO_MANY_REQUESTS'), {}, 'provider_rate_limited'],
    ['a server in trouble', refusing(503, 'SERVICE_UNAVAILABLE'), {}, 'provider_failed'],
    ['no JSON', sending((connection) => connection.sendText('{')), {}, 'provider_garbled'],
    ['bytes', sending((connection) => connection.sendBytes()), {}, 'provider_garbled'],
    [
      'a result without words',
      sending((connection) => connection.send({ type: 'Results' })),
      {},
      'provider_garbled',
    ],
    [
      'an error',
      sending((connection) =>
        connection.send({ type: 'Error', description: 'w1 w2', variant: 'RATE_LIMIT' }),
      ),
      {},
      'provider_rate_limited',
    ],
    [
      'half a frame, twice',
      sending((connection) => connection.sendHalfFrame()),
      {},
      'provider_lost',
    ],
  ] as const)('names %s', async (...[, script, options, code]) => {
    const { text, message } = await outcomeOf(script, options);
    expect(text).toBe(code);
    expect(message).toMatch(/^Deepgram/u);
    expect(message).not.toMatch(/w1|secret/u);
  });

  it('is not troubled by events that it does not know', async () => {
    const { text } = await outcomeOf({
      sends: (_result, connection) => {
        connection.send({ type: 'SpeechStarted', channel: [0], timestamp: 0 });
        connection.send({ type: 'Metadata', request_id: 'another' });
        connection.send({ type: 'New' });
        return true;
      },
    });
    expect(text).toBe(HALF_A_SECOND);
  });

  it('waits for a transcript no longer than it may', async () => {
    const clock = new DrivenClock();
    const { deepgram, server } = await start({ sends: () => false }, { clock });
    await until(() => server.open === 2);
    const trial = new HeardTrial(deepgram);
    const outcome = trial.outcome();
    clock.advance(1_900);
    expect(await outcome).toBe('provider_timeout');
    expect(trial.error?.message).toBe(
      'Deepgram took too long (no transcript within 1900 ms of the end of the turn)',
    );
  });

  it('waits for a connection no longer than it may', async () => {
    const clock = new DrivenClock();
    const { deepgram } = await start({ isMute: true }, { clock });
    const trial = new HeardTrial(deepgram);
    clock.advance(2_000);
    await trial.over;
    expect(trial.error?.code).toBe('provider_timeout');
    expect(trial.error?.message).toMatch(/^Deepgram/u);
  });

  it('keeps connections alive, and takes leave of them', async () => {
    const clock = new DrivenClock();
    const { deepgram, server } = await start({}, { clock });
    await until(() => server.open === 2);
    await new HeardTrial(deepgram).outcome();
    clock.advance(4_000);
    const { heard } = server.connections.find((_, at) => server.audio[at]!.length > 0)!;
    await until(() => heard.length === 2);
    await deepgram.close();
    await until(() => server.open === 0);
    expect(heard.map(({ type }) => type)).toEqual(['Finalize', 'KeepAlive', 'CloseStream']);
  });

  it('refuses turns when it is closed, and addresses that are none', async () => {
    const { deepgram, server } = await start();
    await deepgram.close();
    expect(await new HeardTrial(deepgram).outcome()).toBe('closed');
    expect(() => deepgramOf(server, { url: 'secret' })).toThrow('Deepgram: the url is no wss://');
    expect(() => deepgramOf(server, { timeouts: { finalMs: 0 } })).toThrow('finalMs is 0');
  });
});

function refusing(status: number, code: string, message = 'No.'): DeepgramScript {
  const body = JSON.stringify({ err_code: code, err_msg: message, request_id: '1' });
  return { refuses: () => ({ status, body }) };
}

/** Sends something in place of each result. */
function sending(run: (connection: LocalConnection) => void): DeepgramScript {
  return {
    sends: (_result, connection) => {
      run(connection);
      return false;
    },
  };
}
