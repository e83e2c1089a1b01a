import { describe, expect, it } from 'vitest';
import { at, expectToGoOn, faultTrials } from './testing/fault-trials.ts';
import { itemOf, PLAIN_CONFIG } from '../upstream/testing/conversation-fixture.ts';

const start = faultTrials();

describe('an upstream that refuses', () => {
  it.each([
    ['a wrong key', { apiKey: 'sk-wrong' }, 'provider_unauthorized'],
    ['an unknown model', { model: 'gpt-nothing' }, 'unknown_model'],
  ])('%s is named, and not asked again for every answer', async (_case, settings, code) => {
    const fixture = await start({}, { settings });
    await fixture.until(() => fixture.faults.length > 0);
    const startedAtMs = fixture.clock.now();
    for (const generationId of ['a', 'b']) {
      fixture.answer(generationId);
      const { outcome, error } = await fixture.ended(generationId);
      expect(outcome).toBe('failed');
      expect(error?.code).toBe(code);
      expect(error?.message).not.toContain('sk-wrong');
    }
    expect(fixture.clock.now() - startedAtMs).toBeLessThan(100);
    expect(fixture.upstream.connections).toHaveLength(1);
  });

  it.each([
    [401, 'invalid_api_key', 'provider_unauthorized'],
    [404, 'no_such_thing', 'unknown_model'],
    [429, 'rate_limit_exceeded', 'provider_rate_limited'],
    [429, 'insufficient_quota', 'provider_quota_exceeded'],
    [500, 'server_error', 'provider_failed'],
  ])('the upgrade with %d and %s: %s', async (status, wireCode, code) => {
    const fixture = await start({ refuses: () => ({ status, code: wireCode }) });
    fixture.answer('a');
    expect((await fixture.ended('a')).error?.code).toBe(code);
  });

  it.each([
    ['rate_limit_exceeded', 'provider_rate_limited'],
    ['insufficient_quota', 'provider_quota_exceeded'],
    ['server_error', 'provider_failed'],
  ])('an answer with %s: %s, and goes on', async (failure, code) => {
    const fixture = await start({ answer: () => ({ failure }) });
    fixture.answer('a');
    const { outcome, error } = await fixture.ended('a');
    expect(outcome).toBe('failed');
    expect(error?.code).toBe(code);
    await expectToGoOn(fixture);
  });

  it('a request for an answer by an error event', async () => {
    const fixture = await start(
      at('response.created', 1, (connection) => {
        connection.fail('rate_limit_exceeded', 'response_1');
      }),
    );
    fixture.answer('a');
    expect((await fixture.ended('a')).error?.code).toBe('provider_rate_limited');
  });

  it('a voice: the answer fails, and so does the next one, rather than in another voice', async () => {
    const fixture = await start();
    await fixture.connected();
    for (const generationId of ['a', 'b']) {
      fixture.answer(generationId, { ...PLAIN_CONFIG, voice: 'verse' });
      expect((await fixture.ended(generationId)).error?.code).toBe('unknown_voice');
      expect(fixture.caller.of('generation.audio')).toEqual([]);
    }
  });
});

describe('an upstream that is lost', () => {
  it('before an answer began is replaced, and the answer is made', async () => {
    const fixture = await start(at('response.created', 1, (connection) => connection.cut()));
    fixture.turn('turn');
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(fixture.upstream.connections).toHaveLength(2);
    expect(fixture.faults.map(({ code }) => code)).toEqual(['provider_lost']);
    expect(fixture.upstream.last.conversation.said).toEqual([
      'user: where is my order',
      'assistant: 430 ms',
    ]);
  });

  it('in the middle of an answer ends it at once, with no words claimed, and all is known after', async () => {
    const script = at('response.output_audio.delta', 3, (connection) => connection.cut());
    const fixture = await start(script);
    fixture.turn('turn');
    fixture.answer('a');
    const { outcome, error } = await fixture.ended('a', 0);
    expect([outcome, error?.code]).toEqual(['failed', 'provider_lost']);
    expect(fixture.caller.audioMs).toBe(200);
    expect(fixture.caller.words).toBe('');
    fixture.change(itemOf('a'), { status: 'incomplete', text: '', audioMs: 200 });
    await expectToGoOn(fixture);
    expect(fixture.upstream.last.conversation.said).toEqual([
      'user: where is my order',
      'user: 200 ms',
      'assistant: 430 ms',
    ]);
  });

  it('while the caller speaks is given what they said so far', async () => {
    const fixture = await start();
    await fixture.connected();
    const { session } = fixture.caller;
    session.beginTurn('turn');
    session.hear({ pcm: new Int16Array(1600), sampleRate: 8000, atMs: 0 });
    await fixture.until(() => fixture.upstream.last.appendedBytes === 1600);
    fixture.upstream.last.cut();
    await fixture.until(() => fixture.faults.length > 0);
    session.hear({ pcm: new Int16Array(800), sampleRate: 8000, atMs: 0 });
    session.commitTurn('turn');
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(fixture.caller.of('transcript').at(-1)).toMatchObject({ text: 'where is my order' });
    expect(fixture.upstream.last.conversation.said[0]).toBe('user: 300 ms');
  });

  it('while a transcript is owed is told the turn again', async () => {
    const fixture = await start(
      at('input_audio_buffer.committed', 1, (connection) => connection.cut()),
    );
    fixture.turn('turn');
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    const finals = fixture.caller.of('transcript').filter(({ isFinal }) => isFinal);
    expect(finals).toMatchObject([{ itemId: 'turn', text: 'where is my order' }]);
  });

  it('and stays away fails an answer within the time to connect; texts that stand are said all the same', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.upstream.script = { refuses: () => ({ status: 503, code: 'unavailable' }) };
    fixture.upstream.last.cut();
    await fixture.until(() => fixture.faults.length > 0);
    const askedAtMs = fixture.clock.now();
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('failed');
    fixture.caller.say('apology', 'Sorry, something went wrong.');
    expect((await fixture.ended('apology')).outcome).toBe('completed');
    expect(fixture.caller.words).toBe('Sorry, something went wrong.');
    expect(fixture.clock.now() - askedAtMs).toBeLessThan(2_000);
    await expectToGoOn(fixture);
  });

  it('at the end of its hour is replaced', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.upstream.last.expire();
    await fixture.connected(2);
    await expectToGoOn(fixture);
  });

  it('is left before the end that it names', async () => {
    const clock = 1_000_000;
    const fixture = await start({ expiresAt: (clock + 20 * 60_000) / 1000 });
    await fixture.connected();
    await fixture.pass(15 * 60_000 - 1);
    expect(fixture.upstream.connections).toHaveLength(1);
    fixture.clock.advance(1);
    await fixture.connected(2);
    await fixture.until(() => fixture.upstream.open === 1);
    expect(fixture.faults).toEqual([]);
  });
});

describe('an upstream that says nothing', () => {
  it.each([
    ['never greets', 'session.created'],
    ['never accepts an answer', 'response.created'],
    ['brings nothing of an answer', 'response.output_item.added'],
    ['never writes a turn down', 'conversation.item.input_audio_transcription.completed'],
  ])('and %s: the caller hears of it in time, and the session goes on', async (_case, type) => {
    const fixture = await start({
      sends: (event) => {
        isSilent ||= event.type === type;
        return !isSilent;
      },
    });
    let isSilent = false;
    const askedAtMs = fixture.clock.now();
    fixture.turn('turn');
    fixture.answer('a');
    const { outcome, error } = await fixture.ended('a', 5);
    expect([outcome, error?.code]).toEqual(['failed', 'provider_timeout']);
    expect(fixture.clock.now() - askedAtMs).toBeLessThan(5_000);
    fixture.upstream.script = {};
    // One that was never greeted, or does not take back what it is asked, is replaced.
    if (['session.created', 'response.output_item.added'].includes(type))
      await fixture.connected(2);
    await expectToGoOn(fixture);
  });

  it('and answers no ping is replaced', async () => {
    const fixture = await start();
    await fixture.connected();
    // What neither reads nor writes any more holds its connection all the same.
    fixture.upstream.last.freeze();
    fixture.clock.advance(20_000);
    fixture.clock.advance(20_000);
    await fixture.connected(2);
    expect(fixture.faults.map(({ code }) => code)).toEqual(['provider_lost']);
    fixture.upstream.connections[0]?.thaw();
  });

  it('and is found dead at the end of a turn: another one answers, within two seconds', async () => {
    const fixture = await start();
    await fixture.connected();
    const dead = fixture.upstream.last;
    dead.freeze();
    const askedAtMs = fixture.clock.now();
    fixture.turn('turn');
    fixture.answer('a');
    await fixture.until(() => fixture.caller.audioMs > 0, 5);
    expect(fixture.clock.now() - askedAtMs).toBeLessThan(2_000);
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(fixture.caller.of('transcript').at(-1)).toMatchObject({ text: 'where is my order' });
    expect(fixture.faults.map(({ message }) => message)).toEqual([
      'the Realtime upstream was lost (it answers no ping)',
    ]);
    dead.thaw();
  });

  it('and is found dead while no other one is there: the answer fails within two seconds', async () => {
    const fixture = await start();
    await fixture.connected();
    const dead = fixture.upstream.last;
    dead.freeze();
    fixture.upstream.script = { refuses: () => ({ status: 503, code: 'unavailable' }) };
    const askedAtMs = fixture.clock.now();
    fixture.turn('turn');
    fixture.answer('a');
    const { outcome } = await fixture.ended('a', 5);
    expect(outcome).toBe('failed');
    expect(fixture.clock.now() - askedAtMs).toBeLessThanOrEqual(2_005);
    dead.thaw();
    await expectToGoOn(fixture);
  });

  it('and takes no audio is replaced before the memory is full of it', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.upstream.last.freeze();
    fixture.caller.session.beginTurn('turn');
    const pcm = new Int16Array(8000);
    for (let second = 0; second < 3000 && fixture.faults.length === 0; second += 1) {
      fixture.caller.session.hear({ pcm, sampleRate: 8000, atMs: 0 });
    }
    expect(fixture.faults.map(({ code }) => code)).toEqual(['provider_lost']);
    fixture.upstream.last.thaw();
  });

  it('in an answer: that is a failure, not dead air', async () => {
    const fixture = await start({ answer: () => ({}) });
    fixture.answer('a');
    expect((await fixture.ended('a')).error?.code).toBe('provider_silent');
    await expectToGoOn(fixture);
  });
});
