import { DrivenClock } from '@antiphon/session/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../testing/until.ts';
import { countingFrames, HeardTrial } from '../testing/heard-trial.ts';
import { countedWords } from '../testing/local-ear.ts';
import type { LocalConnection } from '../testing/local-socket-server.ts';
import type { TranscriptionScript } from './testing/local-transcription-server.ts';
import { at, closeTrials, openaiOf, outcomeOf, startTrial } from './testing/transcription-trial.ts';

const HALF_A_SECOND = countedWords(500);
const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

afterEach(closeTrials);

describe('OpenAI transcription, when something goes wrong', () => {
  it('sends a turn again over another connection when its own is lost in the middle', async () => {
    const script = at('input_audio_buffer.append', (connection) => connection.cut(), true);
    const { server, openai } = await startTrial(script);
    const trial = new HeardTrial(openai, countingFrames(320));
    await until(() => trial.partials.at(-1) === countedWords(300));
    trial.hear(countingFrames(200));
    expect(await trial.outcome()).toBe(HALF_A_SECOND);
    expect([...server.turns[0]!]).toEqual(
      [...countingFrames(320), ...countingFrames(200)].flatMap(({ pcm }) => [...pcm]),
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
    const { server, openai } = await startTrial({}, { clock, maxAgeMs: 15_000 });
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
    const { server, openai } = await startTrial({}, { clock, maxAgeMs: 15_000 });
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
    const { server, openai } = await startTrial({}, { model: 'gpt-99' });
    await until(() => server.connections[0]?.isOpen === false);
    expect(await new HeardTrial(openai).outcome()).toBe('unknown_model');
    expect(server.upgrades).toHaveLength(1);
  });

  it('waits for a transcript no longer than it may', async () => {
    const clock = new DrivenClock();
    const { openai, server } = await startTrial(
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
    const { openai } = await startTrial({ isMute: true }, { clock });
    const trial = new HeardTrial(openai);
    clock.advance(2_000);
    await trial.over;
    expect(trial.error?.code).toBe('provider_timeout');
  });

  it('refuses turns when it is closed, and addresses that are none', async () => {
    const { openai, server } = await startTrial();
    await openai.close();
    expect(await new HeardTrial(openai).outcome()).toBe('closed');
    expect(() => openaiOf(server, { url: 'secret' })).toThrow(
      'OpenAI transcription: the url is no wss://',
    );
  });
});
