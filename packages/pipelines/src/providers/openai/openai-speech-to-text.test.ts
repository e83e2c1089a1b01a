import { pcm16ToUlaw, ulawToPcm16 } from '@antiphon/audio';
import { DrivenClock } from '@antiphon/session/testing';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { describeSpeechToText } from '../../testing/index.ts';
import { until } from '../../testing/until.ts';
import { countingFrames, HeardTrial } from '../testing/heard-trial.ts';
import { countedWords } from '../testing/local-ear.ts';
import {
  LocalTranscriptionServer,
  TRANSCRIPTION_KEY,
} from './testing/local-transcription-server.ts';
import type { TranscriptionScript } from './testing/local-transcription-server.ts';
import { at, closeTrials, closing, openaiOf, startTrial } from './testing/transcription-trial.ts';

const HALF_A_SECOND = countedWords(500);
const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

afterEach(closeTrials);

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

  it('tells the tokens of a turn where they are counted', async () => {
    const usage = {
      type: 'tokens',
      total_tokens: 30,
      input_tokens: 20,
      input_token_details: { text_tokens: 5, audio_tokens: 15 },
      output_tokens: 10,
    };
    const { server, openai } = await startTrial();
    const byTime = new HeardTrial(openai);
    await byTime.outcome();
    server.script = {
      sends: (event) => {
        if (event.type === `${TRANSCRIPTION}.completed`) Object.assign(event, { usage });
        return true;
      },
    };
    const byTokens = new HeardTrial(openai);
    await byTokens.outcome();
    expect(byTime.tokens).toEqual([undefined]);
    expect(byTokens.tokens).toMatchObject([
      { usage: { inputTextTokens: 5, inputAudioTokens: 15, outputTextTokens: 10 } },
    ]);
  });

  it('tells words while they are said, and all of them in the end', async () => {
    const { openai } = await startTrial();
    const trial = new HeardTrial(openai, countingFrames(520));
    await until(() => trial.partials.at(-1) === HALF_A_SECOND);
    expect(trial.partials).toEqual([100, 200, 300, 400, 500].map((ms) => countedWords(ms)));
    trial.hear(countingFrames(200));
    expect(await trial.outcome()).toBe(countedWords(700));
  });

  it('sets a connection up before the first turn, for turns one after the other', async () => {
    const { server, openai } = await startTrial(
      {},
      { model: 'gpt-4o-mini-transcribe', language: 'de' },
    );
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
    const { server } = await startTrial({}, { warm: 0 });
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
    const { server, openai } = await startTrial();
    const frames = countingFrames(500);
    await new HeardTrial(openai, frames).outcome();
    expect([...server.turns[0]!]).toEqual(frames.flatMap(({ pcm }) => [...pcm]));
  });

  it('sends a telephone whose law is not known as mu-law where that is wanted', async () => {
    const { server, openai } = await startTrial({}, { audio: 'auto' });
    const frames = countingFrames(500, 8000);
    await new HeardTrial(openai, frames).outcome();
    const sent = frames.flatMap(({ pcm }) => [...ulawToPcm16(pcm16ToUlaw(pcm))]);
    expect([...server.turns[0]!]).toEqual(sent);
  });

  it.each([8000, 16000, 48000] as const)('brings %i Hz to 24 kHz', async (rate) => {
    const { server, openai } = await startTrial();
    expect(await new HeardTrial(openai, countingFrames(500, rate)).outcome()).toBe(HALF_A_SECOND);
    expect(server.turns[0]).toHaveLength(12_000);
  });

  it('makes a turn as long as it must be at least', async () => {
    const { server, openai } = await startTrial();
    expect(await new HeardTrial(openai, countingFrames(20)).outcome()).toBe('w1');
    expect(server.turns[0]).toHaveLength(2_400);
  });

  it('clears what was said in a turn that is given up, and goes on over the connection', async () => {
    const { server, openai } = await startTrial({}, { maxConnections: 1 });
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
    const { server, openai } = await startTrial(script, { maxConnections: 1 });
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
    const { server, openai } = await startTrial(
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
    const { openai } = await startTrial(
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
});
