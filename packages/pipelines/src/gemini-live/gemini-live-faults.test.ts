import { describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import {
  callerFrame,
  itemOf,
  message,
  PLAIN_CONFIG,
} from '../upstream/testing/conversation-fixture.ts';
import { at, expectToGoOn, geminiTrials, sound } from './testing/gemini-trials.ts';
import type { WireServerMessage } from './wire-types.ts';

const start = geminiTrials();

const ANSWER = 'It has shipped. Order 4471 comes on Friday.';

describe('an upstream that refuses', () => {
  it.each([
    ['a wrong key', { apiKey: 'AIza-wrong' }, 'provider_unauthorized'],
    ['an unknown model', { model: 'gemini-nothing' }, 'unknown_model'],
    ['an unknown voice', { voice: 'Nobody' }, 'unknown_voice'],
  ])('%s is named, and not asked again for every answer', async (_case, settings, code) => {
    const fixture = await start({}, settings);
    await fixture.until(() => fixture.faults.length > 0);
    const startedAtMs = fixture.clock.now();
    for (const generationId of ['a', 'b']) {
      fixture.answer(generationId);
      const { outcome, error } = await fixture.ended(generationId);
      expect(outcome).toBe('failed');
      expect(error?.code).toBe(code);
      expect(error?.message).not.toContain('AIza-wrong');
    }
    expect(fixture.clock.now() - startedAtMs).toBeLessThan(100);
    expect(fixture.upstream.connections).toHaveLength(1);
  });

  it('settles the turns that are owed a transcript as soon as it is known', async () => {
    const fixture = await start({}, { apiKey: 'AIza-wrong' });
    fixture.turn('one');
    fixture.answer('a');
    expect((await fixture.ended('a', 0)).error?.code).toBe('provider_unauthorized');
    expect(fixture.caller.of('transcript')).toMatchObject([
      { itemId: 'one', isFinal: true, text: '', error: { code: 'provider_unauthorized' } },
    ]);
  });

  it.each([
    [400, 'API key not valid. Please pass a valid API key.', 'provider_unauthorized'],
    [403, 'Something else.', 'provider_unauthorized'],
    [404, 'Not here.', 'unknown_model'],
    [429, 'Resource has been exhausted (e.g. check quota).', 'provider_rate_limited'],
    [429, 'You exceeded your current quota, please check your plan.', 'provider_quota_exceeded'],
    [503, 'The service is unavailable.', 'provider_failed'],
  ])('the upgrade with %d and "%s": %s', async (status, sentence, code) => {
    const fixture = await start({ refuses: () => ({ status, message: sentence }) });
    fixture.answer('a');
    const { error } = await fixture.ended('a');
    expect(error?.code).toBe(code);
    expect(error?.message).not.toContain(sentence);
  });

  it.each([
    [
      1011,
      'You exceeded your current quota, please check your plan and billing details.',
      'provider_quota_exceeded',
    ],
    [1011, 'Resource has been exhausted (e.g. check quota).', 'provider_rate_limited'],
    [
      1008,
      'Your API key was reported as leaked. Please use another API key.',
      'provider_unauthorized',
    ],
    [1007, 'Request contains an invalid argument.', 'provider_failed'],
    [1011, 'Internal error encountered.', 'provider_lost'],
    [1008, 'The operation was aborted.', 'provider_lost'],
  ])('a connection with %d and "%s": %s', async (code, reason, meaning) => {
    const fixture = await start({ closes: () => ({ code, reason }) });
    fixture.answer('a');
    expect((await fixture.ended('a')).error?.code).toBe(meaning);
  });
});

describe('an upstream that is lost', () => {
  it('before an answer began is replaced, and the answer is made', async () => {
    const fixture = await start(at(sound, 1, (connection) => connection.cut()));
    fixture.turn('one');
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(fixture.caller.audioMs).toBe(ANSWER.length * 10);
    expect(fixture.faults.map(({ code }) => code)).toEqual(['provider_lost']);
    expect(fixture.said).toEqual(['user: where is my order', `model: ${ANSWER}`]);
  });

  it('before an answer began a second time fails it', async () => {
    const fixture = await start({
      sends: (sent, connection) => {
        if (sound(sent) === undefined) return true;
        connection.cut();
        return false;
      },
    });
    fixture.turn('one');
    fixture.answer('a');
    expect((await fixture.ended('a')).error?.code).toBe('provider_lost');
    await expectToGoOn(fixture);
  });

  it('in the middle of an answer ends it at once, with no words claimed, and all is known after', async () => {
    const fixture = await start(at(sound, 3, (connection) => connection.cut()));
    fixture.turn('one');
    fixture.answer('a');
    const { outcome, error } = await fixture.ended('a', 0);
    expect([outcome, error?.code]).toEqual(['failed', 'provider_lost']);
    expect(fixture.caller.audioMs).toBe(200);
    expect(fixture.caller.words).toBe('');
    fixture.change(itemOf('a'), { status: 'incomplete', text: '', audioMs: 200 });
    await expectToGoOn(fixture);
    expect(fixture.said).toEqual(['user: where is my order', 'user: 200 ms', `model: ${ANSWER}`]);
  });

  it('while the caller speaks is given what they said so far', async () => {
    const fixture = await start();
    await fixture.connected();
    const { session } = fixture.caller;
    session.beginTurn('one');
    session.hear({ pcm: new Int16Array(1600), sampleRate: 8000, atMs: 0 });
    await fixture.until(() => fixture.upstream.last.appendedBytes > 0);
    fixture.upstream.last.cut();
    await fixture.until(() => fixture.faults.length > 0);
    session.hear({ pcm: new Int16Array(800), sampleRate: 8000, atMs: 0 });
    fixture.add(message('one', 'caller', null));
    session.commitTurn('one');
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(fixture.caller.of('transcript').at(-1)).toMatchObject({ text: 'where is my order' });
    expect(fixture.said[0]).toBe('user: 300 ms');
  });

  it('while a transcript is owed is told the turn again, and writes it down once', async () => {
    const heard = (sent: WireServerMessage) => sent.serverContent?.inputTranscription;
    const fixture = await start(at(heard, 2, (connection) => connection.cut()));
    fixture.turn('one');
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    const finals = fixture.caller.of('transcript').filter(({ isFinal }) => isFinal);
    expect(finals).toMatchObject([{ itemId: 'one', text: 'where is my order' }]);
  });

  it('while a tool runs gives its result to the next connection in writing', async () => {
    const fixture = await start();
    fixture.turn('one');
    fixture.answer('a', FIXTURE_CONFIG);
    await fixture.ended('a');
    const [call] = fixture.caller.of('generation.toolCall');
    fixture.upstream.last.cut();
    await fixture.until(() => fixture.faults.length > 0);
    const output = { kind: 'toolOutput', status: 'completed', output: 'shipped' } as const;
    fixture.add({ ...output, id: 'out', callId: call!.callId });
    fixture.answer('b', FIXTURE_CONFIG);
    expect((await fixture.ended('b')).outcome).toBe('completed');
    expect(fixture.said.at(-2)).toContain('[Result of the call: shipped]');
  });

  it('and stays away fails an answer within the time to connect; texts that stand are said all the same', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.upstream.script = { refuses: () => ({ status: 503, message: 'unavailable' }) };
    fixture.upstream.last.cut();
    await fixture.until(() => fixture.faults.length > 0);
    const askedAtMs = fixture.clock.now();
    fixture.turn('one');
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('failed');
    fixture.caller.say('apology', 'Sorry, something went wrong.');
    expect((await fixture.ended('apology')).outcome).toBe('completed');
    expect(fixture.caller.words).toBe('Sorry, something went wrong.');
    expect(fixture.clock.now() - askedAtMs).toBeLessThanOrEqual(2_000);
    await expectToGoOn(fixture);
  });

  it('takes up the session that it was, where all it knows was heard', async () => {
    const fixture = await start();
    fixture.turn('one');
    fixture.answer('a');
    await fixture.ended('a');
    await fixture.until(() => fixture.upstream.resumable.size > 0);
    fixture.upstream.last.cut();
    await fixture.connected(2);
    expect(fixture.upstream.last.setup?.sessionResumption?.handle).toBeDefined();
    await expectToGoOn(fixture);
    expect(fixture.said[0]).toBe('user: 200 ms');
    expect(fixture.said).toHaveLength(4);
  });
});

describe('an upstream that says nothing', () => {
  it.each<[string, (sent: WireServerMessage) => boolean]>([
    ['never greets', (sent) => sent.setupComplete !== undefined],
    ['brings nothing of an answer', (sent) => !sent.serverContent?.inputTranscription],
    ['never writes a turn down', (sent) => sent.setupComplete === undefined],
  ])('and %s: the caller hears of it in time, and the session goes on', async (name, isKept) => {
    const fixture = await start();
    if (name !== 'never greets') await fixture.connected();
    fixture.upstream.script = { sends: (sent) => !isKept(sent) };
    const askedAtMs = fixture.clock.now();
    fixture.turn('one');
    fixture.answer('a');
    const { outcome, error } = await fixture.ended('a', 5);
    expect([outcome, error?.code]).toEqual(['failed', 'provider_timeout']);
    expect(fixture.clock.now() - askedAtMs).toBeLessThan(6_000);
    fixture.upstream.script = {};
    if (name === 'never greets') await fixture.connected(2);
    await expectToGoOn(fixture);
  });

  it('in the middle of an answer: that fails, and the next is made by another connection', async () => {
    let count = 0;
    const fixture = await start({
      sends: (sent) => {
        if (sound(sent) !== undefined) count += 1;
        return count < 3;
      },
    });
    fixture.turn('one');
    fixture.answer('a');
    expect((await fixture.ended('a', 5)).error?.code).toBe('provider_timeout');
    expect(fixture.caller.audioMs).toBe(200);
    fixture.change(itemOf('a'), { status: 'incomplete', text: '', audioMs: 200 });
    await expectToGoOn(fixture);
    expect(fixture.said).toHaveLength(3);
  });

  it('and answers no ping is replaced', async () => {
    const fixture = await start();
    await fixture.connected();
    // What neither reads nor writes any more holds its connection all the same.
    fixture.upstream.last.freeze();
    fixture.clock.advance(60_000);
    fixture.clock.advance(60_000);
    await fixture.connected(2);
    expect(fixture.faults.map(({ code }) => code)).toEqual(['provider_lost']);
    fixture.upstream.connections[0]?.thaw();
  });

  it('and takes no audio is replaced before the memory is full of it', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.upstream.last.freeze();
    fixture.caller.session.beginTurn('one');
    const pcm = new Int16Array(8000);
    for (let second = 0; second < 3000 && fixture.faults.length === 0; second += 1) {
      fixture.caller.session.hear({ pcm, sampleRate: 8000, atMs: 0 });
    }
    expect(fixture.faults.map(({ code }) => code)).toEqual(['provider_lost']);
    fixture.upstream.last.thaw();
  });

  it('in an answer: that is a failure, not dead air', async () => {
    const fixture = await start({ answer: () => ({}) });
    fixture.turn('one');
    fixture.answer('a');
    expect((await fixture.ended('a')).error?.code).toBe('provider_silent');
    await expectToGoOn(fixture);
  });

  it('and says why: that is a failure with the reason', async () => {
    const fixture = await start({ answer: () => ({ reason: 'RESPONSE_REJECTED' }) });
    fixture.turn('one');
    fixture.answer('a');
    const { error } = await fixture.ended('a');
    expect(error?.code).toBe('provider_failed');
    expect(error?.message).toContain('RESPONSE_REJECTED');
  });

  it('of what the caller said: the turn is empty, and answered by what the model heard', async () => {
    const fixture = await start({ transcribe: () => null });
    fixture.turn('one');
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    const [final] = fixture.caller.of('transcript').filter(({ isFinal }) => isFinal);
    expect(final).toEqual({ type: 'transcript', itemId: 'one', text: '', isFinal: true });
  });
});

describe('an answer that is stopped', () => {
  it('at any moment is told no more of, and the next one is whole and its own', async () => {
    const fixture = await start();
    await fixture.connected();
    for (let round = 0; round < 24; round += 1) {
      const stopped = `stopped${round}`;
      fixture.turn(`one${round}`);
      fixture.answer(stopped);
      let turns = 0;
      await fixture.until(() => turns++ >= round, 3);
      fixture.caller.session.cancel(stopped);
      const told = fixture.caller.events.length;
      fixture.change(itemOf(stopped), { status: 'incomplete', text: '', audioMs: 0 });
      const { session } = fixture.caller;
      session.beginTurn(`two${round}`);
      for (let frame = 0; frame < 10; frame += 1) session.hear(callerFrame());
      session.commitTurn(`two${round}`);
      fixture.answer(`next${round}`, PLAIN_CONFIG);
      await fixture.ended(`next${round}`);
      const late = fixture.caller.events.slice(told);
      expect(late.some((event) => 'generationId' in event && event.generationId === stopped)).toBe(
        false,
      );
      const own = fixture.caller
        .of('generation.text')
        .filter(({ generationId }) => generationId === `next${round}`);
      expect(own.map(({ delta }) => delta).join('')).toBe(ANSWER);
      // Nothing of what was stopped is known to the upstream that answered.
      const answers = fixture.said.filter((line) => line.startsWith('model: '));
      expect(answers).toHaveLength(
        fixture.caller.items.filter(
          (item) => item.kind === 'message' && item.speaker === 'agent' && item.text !== '',
        ).length,
      );
    }
  });
});
