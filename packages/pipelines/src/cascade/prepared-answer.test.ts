import type { ConversationItem, SessionConfig } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { FAKE_END, fakeText } from '../testing/index.ts';
import type { FakeStep } from '../testing/index.ts';
import { FIXTURE_CONFIG, settle } from './cascade-fixture.ts';
import { GREETING, message, PausedFixture, SAID } from './paused-fixture.ts';

const CALL: FakeStep = { type: 'toolCall', callId: '1', name: 'lookup_order', arguments: '{}' };

function write(...deltas: string[]): FakeStep[] {
  return deltas.map((delta) => ({ type: 'text', delta }));
}

describe('an answer made ready', () => {
  it('is the answer to the conversation with the turn as heard so far', async () => {
    const fixture = await PausedFixture.open();
    const { history, ...asked } = fixture.lm.requests[0]!;
    expect(history).toEqual([GREETING, message('turn', 'caller', SAID)]);
    expect(asked).toMatchObject({ sessionId: 'session-a', instructions: 'Be brief.' });
    expect(fixture.caller.of('transcript')).toHaveLength(1);
    expect(fixture.caller.events).toHaveLength(1);
  });

  it('is taken over without asking or speaking again', async () => {
    const fixture = await PausedFixture.open({
      answers: [fakeText('It has shipped. It comes Monday.')],
    });
    fixture.commit();
    fixture.caller.answer('a');
    await settle();
    expect(fixture.lm.requests).toHaveLength(1);
    expect(fixture.caller.words).toBe('It has shipped. It comes Monday.');
    expect(fixture.pieces).toEqual(['It has shipped.', 'It comes Monday.']);
    expect(fixture.speculation).toEqual([{ kind: 'prepared' }, { kind: 'adopted' }]);
    expect(fixture.held).toBe(0);
  });

  it('is spoken as far as its first piece and written as far as its third', async () => {
    const fixture = await PausedFixture.open({
      answers: [fakeText('One. Two. Three. Four. Five. Six.')],
    });
    const asked = fixture.lm.requests[0]!;
    await fixture.pass(30_000);
    expect(fixture.pieces).toEqual(['One.']);
    expect(fixture.lm.active).toBe(1);
    expect(fixture.clock.pending).toBe(0);
    fixture.commit();
    fixture.caller.answer('a');
    await fixture.pass(0);
    expect(fixture.caller.words).toBe('One. Two. Three. Four. Five. Six.');
    expect(asked.signal.aborted).toBe(true);
    expect(fixture.held).toBe(0);
  });

  it('is marked at the instants at which it was taken over', async () => {
    const fixture = await PausedFixture.open({
      answers: [[...write('It has shipped. It'), { type: 'wait', ms: 500 }, FAKE_END]],
      turns: [{ text: SAID, partials: [SAID], delayMs: 40 }],
    });
    await fixture.pass(100);
    fixture.commit();
    fixture.caller.answer('a');
    await fixture.pass(30);
    expect(fixture.caller.of('generation.mark')).toEqual([]);
    await fixture.pass(10);
    const marks = fixture.caller.of('generation.mark').map(({ mark, atMs }) => [mark, atMs]);
    expect(marks).toEqual([
      ['transcriptReady', 1_000_140],
      ['firstToken', 1_000_140],
      ['firstSentence', 1_000_140],
      ['firstByte', 1_000_140],
    ]);
  });

  it('marks at its own instant what comes after it was taken over', async () => {
    const fixture = await PausedFixture.open({
      answers: [[{ type: 'wait', ms: 200 }, ...write('It has shipped.'), FAKE_END]],
      voice: { delayMs: 30 },
    });
    await fixture.pass(100);
    fixture.commit();
    fixture.caller.answer('a');
    await fixture.pass(300);
    const marks = fixture.caller.of('generation.mark').map(({ mark, atMs }) => [mark, atMs]);
    expect(marks).toEqual([
      ['transcriptReady', 1_000_100],
      ['firstToken', 1_000_200],
      ['firstSentence', 1_000_200],
      ['firstByte', 1_000_230],
    ]);
    expect(fixture.lm.requests).toHaveLength(1);
  });

  it('calls no tool before it is taken over', async () => {
    const fixture = await PausedFixture.open({
      answers: [[...write('One moment.'), CALL, FAKE_END]],
    });
    await fixture.pass(100);
    expect(fixture.caller.of('generation.toolCall')).toEqual([]);
    fixture.commit();
    await fixture.pass(100);
    expect(fixture.caller.of('generation.toolCall')).toEqual([]);
    fixture.caller.answer('a');
    await settle();
    expect(fixture.caller.of('generation.toolCall')).toMatchObject([
      { generationId: 'a', callId: '1' },
    ]);
    expect(fixture.lm.requests).toHaveLength(1);
  });

  it('stops in the middle of what it tells when it is cancelled', async () => {
    const fixture = await PausedFixture.open({ answers: [fakeText('One. Two.')] });
    const { caller } = fixture;
    caller.onEvent = (event) => {
      if (event.type === 'generation.words') caller.session.cancel('a');
    };
    fixture.commit();
    caller.answer('a');
    await fixture.pass(100);
    expect(caller.events.at(-1)?.type).toBe('generation.words');
    expect(fixture.pieces).toEqual(['One.']);
    expect(fixture.held).toBe(0);
    expect(fixture.outcomes).toEqual(['prepared', 'adopted']);
  });
});

describe('an answer made ready to words that hold a secret', () => {
  async function pausedAfter(tellable: string | null): Promise<PausedFixture> {
    const fixture = await PausedFixture.open({ turns: [{ text: SAID }] });
    fixture.caller.tellable = () => tellable;
    fixture.stt.recognitions[0]!.events.onPartial({ text: SAID });
    await settle();
    return fixture;
  }

  it('answers what the conversation will hold of them', async () => {
    const fixture = await pausedAfter('It is ••••.');
    expect(fixture.lm.requests.map(({ history }) => history)).toEqual([
      [GREETING, message('turn', 'caller', 'It is ••••.')],
    ]);
    fixture.commit('It is ••••.');
    fixture.caller.answer('a');
    await settle();
    expect(fixture.lm.requests).toHaveLength(1);
    expect(fixture.outcomes).toEqual(['prepared', 'adopted']);
  });

  it('is not made while they may be the beginning of one', async () => {
    const fixture = await pausedAfter(null);
    expect(fixture.lm.requests).toEqual([]);
    expect(fixture.held).toBe(1);
  });
});

describe('an answer made ready is taken over', () => {
  async function isTakenOver(
    fixture: PausedFixture,
    options = {},
    config?: SessionConfig,
  ): Promise<boolean> {
    fixture.caller.answer('a', options, config);
    await fixture.pass(0);
    const { words } = fixture.caller;
    expect(words).toBe('It has shipped.');
    expect(fixture.held).toBe(0);
    expect(fixture.outcomes[0]).toBe('prepared');
    return fixture.outcomes[1] === 'adopted' && fixture.lm.requests.length === 1;
  }

  it.each([
    ['the same', SAID, true],
    ['the same but for case and punctuation', ' Where is my order?', true],
    ['longer', `${SAID} please`, false],
    ['another', 'where is my odor', false],
    ['nothing', '', false],
  ])('where the final transcript is %s: %s, %s', async (_how, text, expected) => {
    const fixture = await PausedFixture.open({ turns: [{ text, partials: [SAID] }] });
    fixture.commit(text);
    expect(await isTakenOver(fixture)).toBe(expected);
    if (expected) return;
    const history = fixture.lm.requests[1]?.history;
    expect(history).toEqual([GREETING, message('turn', 'caller', text)]);
  });

  it.each([
    ['an equal configuration', { ...FIXTURE_CONFIG }, {}, true],
    ['other instructions', { ...FIXTURE_CONFIG, instructions: 'Be long.' }, {}, false],
    ['a tool less', { ...FIXTURE_CONFIG, tools: [] }, {}, false],
    ['an override', FIXTURE_CONFIG, { maxOutputTokens: 9 }, false],
    ['a context of its own', FIXTURE_CONFIG, { context: [] }, false],
    ['metadata, which no model reads', FIXTURE_CONFIG, { metadata: { a: 'b' } }, true],
  ])('by a request with %s: %#', async (...[, config, options, expected]) => {
    const fixture = await PausedFixture.open();
    fixture.commit();
    expect(await isTakenOver(fixture, options, config)).toBe(expected);
  });

  it.each<[string, (items: ConversationItem[]) => ConversationItem[], boolean]>([
    ['was copied', (items) => items.map((item) => ({ ...item })), true],
    ['was cut', ([, turn]) => [message('greeting', 'agent', 'He'), turn!], false],
    ['lost an item', ([, turn]) => [turn!], false],
    ['has a later item', (items) => [...items, message('typed', 'caller', 'hi')], false],
    ['has an item between', ([one, two]) => [one!, message('x', 'agent', 'Hm.'), two!], false],
    ['lacks the turn', ([one]) => [one!], false],
    ['has another turn', ([one]) => [one!, message('other', 'caller', SAID)], false],
  ])('where the history %s: %#', async (_how, change, expected) => {
    const fixture = await PausedFixture.open();
    fixture.commit();
    fixture.caller.items = change(fixture.caller.items);
    expect(await isTakenOver(fixture)).toBe(expected);
  });
});
