import { systemClock } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { SpelledOutTextToSpeech } from '../../cascade/spelled-out-text-to-speech.ts';
import { describeTextToSpeech } from '../../testing/index.ts';
import { until } from '../../testing/until.ts';
import { countingVoice } from '../testing/local-voice.ts';
import { SpokenTrial } from '../testing/spoken-trial.ts';
import { ElevenlabsTextToSpeech } from './elevenlabs-text-to-speech.ts';
import type { ElevenlabsTextToSpeechOptions } from './elevenlabs-text-to-speech.ts';
import { ELEVENLABS_KEY, LocalElevenlabsServer } from './testing/local-elevenlabs-server.ts';
import type { ElevenlabsScript } from './testing/local-elevenlabs-server.ts';

const TEXT = 'It costs $19.99, and order 4471 has shipped.';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function start(
  script: ElevenlabsScript = {},
  options: Partial<ElevenlabsTextToSpeechOptions> = {},
): Promise<{ server: LocalElevenlabsServer; speech: ElevenlabsTextToSpeech }> {
  const server = await LocalElevenlabsServer.start(script);
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
  { url }: LocalElevenlabsServer,
  options: Partial<ElevenlabsTextToSpeechOptions> = {},
): ElevenlabsTextToSpeech {
  const voices = { voice: 'voice-1', voices: { Emma: 'voice-2' } };
  return new ElevenlabsTextToSpeech({
    apiKey: ELEVENLABS_KEY,
    url,
    clock: systemClock,
    ...voices,
    ...options,
  });
}

async function spoken(
  script: ElevenlabsScript,
  options: Partial<ElevenlabsTextToSpeechOptions> = {},
): Promise<SpokenTrial> {
  const { speech } = await start(script, options);
  const trial = new SpokenTrial(speech);
  await trial.over;
  return trial;
}

describe('ElevenLabs', () => {
  const servers: LocalElevenlabsServer[] = [];
  afterAll(async () => {
    for (const server of servers) await server.close();
  });

  describeTextToSpeech('elevenlabs', async () => {
    const server = await LocalElevenlabsServer.start();
    servers.push(server);
    return { textToSpeech: speechOf(server) };
  });

  describeTextToSpeech('elevenlabs that is given numbers as people say them', async () => {
    const server = await LocalElevenlabsServer.start();
    servers.push(server);
    const clock = systemClock;
    return { textToSpeech: new SpelledOutTextToSpeech(speechOf(server), { clock }) };
  });

  it.each([
    ['the audio they come with', false],
    ['the context', true],
  ])('hands on all samples, and words before them, with times of %s', async (...[, isWhole]) => {
    const trial = await spoken({ hasContextTimes: isWhole });
    const { pcm, words } = await countingVoice({ text: TEXT, speed: 1 }, 24000);
    expect(trial.pcm).toEqual(pcm);
    expect(trial.text).toBe(TEXT);
    for (const [index, word] of trial.words.entries()) {
      expect(word.startMs).toBeCloseTo(words[index]!.startMs, 0);
      expect(word.startMs).toBeGreaterThanOrEqual(trial.toldAtMs[index]!);
      expect(word.endMs).toBeCloseTo(words[index]!.endMs, 0);
    }
  });

  it('asks for what was set up, in a context of its own that is flushed and closed', async () => {
    const options = { stability: 0.3, similarityBoost: 0.8, language: 'de' };
    const { server, speech } = await start({}, options);
    await new SpokenTrial(speech, { text: 'Sure.', speed: 2 }).over;
    const address = new URL(server.upgrades[0]!.url, server.url);
    expect(address.pathname).toBe('/v1/text-to-speech/voice-1/multi-stream-input');
    expect(Object.fromEntries(address.searchParams)).toEqual({
      model_id: 'eleven_flash_v2_5',
      output_format: 'pcm_24000',
      sync_alignment: 'true',
      auto_mode: 'true',
      inactivity_timeout: '180',
      language_code: 'de',
    });
    expect(server.upgrades[0]?.headers['xi-api-key']).toBe(ELEVENLABS_KEY);
    const { heard } = server.connections[0]!;
    const id = heard[0]!['context_id'];
    expect(heard).toEqual([
      {
        text: ' ',
        context_id: id,
        voice_settings: { stability: 0.3, similarity_boost: 0.8, speed: 1.2 },
      },
      { text: 'Sure. ', context_id: id, flush: true },
      { context_id: id, close_context: true },
    ]);
  });

  it('connects in advance for its voice, and for another one when that speaks', async () => {
    const { server, speech } = await start();
    await until(() => server.open === 1);
    await Promise.all([
      new SpokenTrial(speech).over,
      new SpokenTrial(speech, { voice: 'Emma' }).over,
      new SpokenTrial(speech).over,
    ]);
    const voices = server.upgrades.map(({ url }) => /voice-\d/u.exec(url)?.[0]);
    expect(voices).toEqual(['voice-1', 'voice-2']);
  });

  it('never has more than five pieces on a connection, given up ones among them', async () => {
    const { server, speech } = await start();
    for (let round = 0; round < 4; round++) {
      const trials = Array.from({ length: 12 }, () => new SpokenTrial(speech));
      await Promise.race(trials.map((trial) => trial.audio()));
      for (const trial of trials.slice(0, 9)) trial.synthesis.cancel();
      await Promise.all(trials.slice(9).map((trial) => trial.over));
      expect(trials.every((trial) => trial.error === null)).toBe(true);
    }
    expect(server.mostContexts).toBeGreaterThan(1);
    expect(server.mostContexts).toBeLessThanOrEqual(5);
  });

  it('tells nothing of a piece that was given up, and speaks the next one', async () => {
    const { speech } = await start({ step: () => new Promise(setImmediate) });
    const trial = new SpokenTrial(speech);
    await trial.audio();
    trial.synthesis.cancel();
    const told = [trial.words.length, trial.chunks.length];
    const next = new SpokenTrial(speech);
    await next.over;
    expect(next.text).toBe(TEXT);
    expect([trial.words.length, trial.chunks.length]).toEqual(told);
    expect([trial.isEnded, trial.error]).toEqual([false, null]);
  });

  it('leaves a connection on which a given up piece never ends', async () => {
    const clock = new DrivenClock();
    const { server, speech } = await start(
      { sends: (frame) => !('isFinal' in frame) },
      { clock, maxConnections: 1 },
    );
    const trial = new SpokenTrial(speech);
    await trial.audio();
    trial.synthesis.cancel();
    clock.advance(10_000);
    await until(() => server.connections.length === 2 && server.open === 1);
    server.script = {};
    const next = new SpokenTrial(speech);
    await next.over;
    expect(next.error).toBeNull();
    await speech.close();
    expect(clock.pending).toBe(0);
  });

  it('says again over a new connection what an idle one was lost with', async () => {
    const { server, speech } = await start({
      step: (_chunk, connection) => {
        if (connection === server.connections[0]) connection.cut();
        return Promise.resolve();
      },
    });
    const trial = new SpokenTrial(speech);
    await trial.over;
    expect(trial.error).toBeNull();
    expect(trial.text).toBe(TEXT);
  });

  it('tells of a connection that breaks in mid-audio', async () => {
    const trial = await spoken({
      step: (chunk, connection) => {
        if (chunk === 6) connection.cut();
        return new Promise(setImmediate);
      },
    });
    expect(trial.error?.message).toBe('ElevenLabs was lost (closed with 1006)');
    expect(trial.audioMs).toBeGreaterThan(0);
  });

  it.each([
    ['refused the key (invalid_api_key)', { apiKey: 'sk-wrong' }],
    ['does not have the model (model_not_found)', { model: 'eleven_9' }],
    ['does not have the voice (voice_id_does_not_exist)', { voice: 'nobody' }],
  ])('%s', async (says, options) => {
    const trial = await spoken({}, options);
    expect(trial.error?.message).toBe(`ElevenLabs ${says}`);
  });

  it.each([
    [401, 'invalid_api_key', 'provider_unauthorized'],
    [401, 'quota_exceeded', 'provider_quota_exceeded'],
    [404, 'voice_not_found', 'unknown_voice'],
    [429, 'too_many_concurrent_requests', 'provider_rate_limited'],
  ])('tells refusals apart: %i %s', async (status, name, code) => {
    const body = JSON.stringify({ detail: { status: name, message: `No ${TEXT}` } });
    const trial = await spoken({ refuses: () => ({ status, body }) });
    expect(trial.error?.code).toBe(code);
    expect(trial.error?.message).toContain(`(HTTP ${status}, ${name})`);
  });

  it.each([
    ['lists that are missing', { alignment: { chars: ['a'] } }],
    [
      'times that are no numbers',
      { alignment: { chars: ['a'], charStartTimesMs: ['x'], charDurationsMs: [1] } },
    ],
    [
      'lists that do not go together',
      { alignment: { chars: ['a', 'b'], charStartTimesMs: [1], charDurationsMs: [1] } },
    ],
    ['audio that is no text', { audio: 7 }],
    ['no base64', { audio: '%%%' }],
  ])('refuses %s', async (_what, garbage) => {
    const trial = await spoken({
      sends: (frame, connection) => {
        connection.send({ ...frame, ...garbage });
        return false;
      },
    });
    expect(trial.error?.code).toBe('provider_garbled');
  });

  it('refuses an end without audio', async () => {
    const trial = await spoken({ sends: (frame) => 'isFinal' in frame });
    expect(trial.error?.message).toBe('ElevenLabs said nothing (an end without audio)');
  });

  it('speaks without words where there are no times', async () => {
    const trial = await spoken({
      sends: (frame, connection) => {
        if ('isFinal' in frame) return true;
        connection.send({ ...frame, alignment: null, normalizedAlignment: null });
        return false;
      },
    });
    expect(trial.error).toBeNull();
    expect(trial.words).toEqual([]);
    expect(trial.pcm).toEqual((await countingVoice({ text: TEXT, speed: 1 }, 24000)).pcm);
  });

  it('names itself when it stays silent', async () => {
    const clock = new DrivenClock();
    const { server, speech } = await start({ step: () => new Promise(() => {}) }, { clock });
    const trial = new SpokenTrial(speech);
    await until(() => server.connections[0]?.heard.length === 3);
    clock.advance(2_500);
    expect(trial.error?.message).toBe('ElevenLabs took too long (no audio for 2500 ms)');
  });
});
