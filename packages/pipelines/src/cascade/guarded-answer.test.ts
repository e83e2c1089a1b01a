import type { ConversationItem } from '@antiphon/session';
import { expect, it } from 'vitest';
import { FAKE_END, fakeText } from '../testing/index.ts';
import { CascadeFixture, FIXTURE_CONFIG, FIXTURE_FRAME, settle } from './cascade-fixture.ts';

const guard = () => ({ more: 'Want the rest?', list: 'There are {count}.' });

function fixtureOf(...deltas: string[]): CascadeFixture {
  const steps = deltas.map((delta) => ({ type: 'text', delta }) as const);
  return new CascadeFixture({ answers: [[...steps, FAKE_END]], guard });
}

it('an answer that is guarded is written as it is spoken, and says what was done to it before that', async () => {
  const { caller } = fixtureOf('**It** has ', 'shipped. 🎉 ', 'It comes', ' Monday.');
  caller.answer('a');
  await settle();
  expect(caller.text).toBe('It has shipped. It comes Monday.');
  expect(caller.words).toBe('It has shipped. It comes Monday.');
  const types = caller.events.map(({ type }) => type);
  expect(types.indexOf('generation.edited')).toBeLessThan(types.indexOf('generation.text'));
  expect(caller.of('generation.edited').map(({ edits }) => edits)).toEqual([
    ['markup'],
    ['markup'],
  ]);
  expect(caller.of('generation.ended')).toMatchObject([{ outcome: 'completed' }]);
});

it('an answer that comes word by word keeps the blanks between them', async () => {
  const fixture = new CascadeFixture({
    answers: [fakeText("Sure. What's the order number?")],
    guard,
  });
  fixture.caller.answer('a');
  await settle();
  expect(fixture.caller.words).toBe("Sure. What's the order number?");
});

it('an answer that is too long ends with a question, and may still call a tool', async () => {
  const fixture = new CascadeFixture({
    answers: [
      [
        { type: 'text', delta: 'One here. Two here. Three here. Four here. Five here.' },
        { type: 'toolCall', callId: 'c', name: 'lookup_order', arguments: '{}' },
        FAKE_END,
      ],
    ],
    guard,
  });
  fixture.caller.answer('a');
  await settle();
  expect(fixture.caller.words).toBe('One here. Two here. Three here. Want the rest?');
  expect(fixture.caller.of('generation.toolCall')).toHaveLength(1);
});

it('what the session itself says is not touched', async () => {
  const { caller } = fixtureOf('unused');
  const text = 'Cancel **4471**? One. Two. Three. Four.';
  caller.session.generate({ kind: 'say', generationId: 's', config: FIXTURE_CONFIG, text });
  await settle();
  expect(caller.text).toBe(text);
  expect(caller.of('generation.edited')).toEqual([]);
});

it('an answer to be read is not touched', async () => {
  const text = '**One.** Two. Three. Four.';
  const fixture = new CascadeFixture({ answers: [fakeText(text)], guard });
  fixture.caller.answer('a', {}, { ...FIXTURE_CONFIG, modality: 'text' });
  await settle();
  expect(fixture.caller.text).toBe(text);
  expect(fixture.caller.of('generation.edited')).toEqual([]);
});

it('an answer with nothing that can be heard has failed, so that the caller is told something', async () => {
  const { caller } = fixtureOf('{"status": "shipped"}');
  caller.answer('a');
  await settle();
  expect(caller.text).toBe('');
  expect(caller.of('generation.ended')).toMatchObject([
    { outcome: 'failed', error: { code: 'provider_garbled' } },
  ]);
});

it('three sentences are said in a turn, with a tool between them or without', async () => {
  const call = { type: 'toolCall', callId: 'c', name: 'lookup_order', arguments: '{}' } as const;
  const { caller } = new CascadeFixture({
    answers: [
      [{ type: 'text', delta: 'One here. Two here.' }, call, FAKE_END],
      fakeText('Three here. Four here. Five here.'),
      [{ type: 'text', delta: 'Six here. Seven here. Eight here.' }, FAKE_END],
      fakeText('Nine here.'),
    ],
    guard,
  });
  const question = message('caller', 'q');
  const output = { kind: 'toolOutput', id: 'o', status: 'completed', callId: 'c', output: '{}' };
  caller.items = [question];
  caller.answer('a');
  await settle();
  caller.items = [question, message('agent', 'a'), output as ConversationItem];
  caller.answer('b');
  await settle();
  expect(caller.text).toBe('One here. Two here.Three here. Want the rest?');
  caller.answer('c');
  await settle();
  expect(caller.of('generation.ended').map(({ outcome }) => outcome)).toEqual([
    'completed',
    'completed',
    'completed',
  ]);
  expect(caller.text).toBe('One here. Two here.Three here. Want the rest?');
  caller.items = [...caller.items, message('caller', 'yes')];
  caller.answer('d');
  await settle();
  expect(caller.text).toBe('One here. Two here.Three here. Want the rest?Nine here.');
});

it('an answer made ready counts in the turn that it answers', async () => {
  const call = { type: 'toolCall', callId: 'c', name: 'lookup_order', arguments: '{}' } as const;
  const fixture = new CascadeFixture({
    turns: [{ partials: ['where is it'], text: 'where is it' }],
    answers: [
      [{ type: 'text', delta: 'One here. Two here. Three here.' }, call, FAKE_END],
      fakeText('Four here.'),
    ],
    guard,
  });
  const { caller } = fixture;
  caller.session.beginTurn('q');
  caller.session.hear(FIXTURE_FRAME);
  await settle();
  caller.session.prepareAnswer('q', FIXTURE_CONFIG);
  await settle();
  caller.session.commitTurn('q');
  await settle();
  caller.items = [message('caller', 'q', 'where is it')];
  caller.answer('a');
  await fixture.pass(20_000);
  expect(fixture.speculation.map(({ kind }) => kind)).toEqual(['prepared', 'adopted']);
  caller.items = [
    ...caller.items,
    { kind: 'toolOutput', id: 'o', status: 'completed', callId: 'c', output: '{}' },
  ];
  caller.answer('b');
  await settle();
  expect(caller.text).toBe('One here. Two here. Three here.Want the rest?');
});

function message(speaker: 'caller' | 'agent', id: string, text = 'words'): ConversationItem {
  return { kind: 'message', id, speaker, medium: 'audio', status: 'completed', text, audioMs: 0 };
}
