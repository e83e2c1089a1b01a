import type { ConversationItem, MessageItem } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { PipelineError } from '../pipeline-error.ts';
import { CascadeFixture } from './cascade-fixture.ts';
import type { FixtureOptions } from './cascade-fixture.ts';

const LOST = { error: new PipelineError('provider_unauthorized', 'the key is wrong') };

const caller = (id: string, text: string | null): MessageItem => ({
  kind: 'message',
  id,
  speaker: 'caller',
  medium: 'audio',
  status: 'completed',
  text,
  audioMs: 0,
});

function fixtureOf(turns: FixtureOptions['turns'] = [LOST], more: FixtureOptions = {}) {
  const fixture = new CascadeFixture({ ...more, turns });
  fixture.caller.items = [caller('a', null)];
  fixture.caller.turn('a');
  return fixture;
}

const ends = (fixture: CascadeFixture) =>
  fixture.caller.of('generation.ended').map(({ outcome, error }) => [outcome, error?.code]);

describe('an answer to a turn whose words were lost', () => {
  it('fails with the code of the recogniser, and no model is asked', async () => {
    const fixture = fixtureOf();
    fixture.caller.answer('gen_1');
    await fixture.pass(100);
    expect(ends(fixture)).toEqual([['failed', 'provider_unauthorized']]);
    expect(fixture.lm.requests).toEqual([]);
    expect(fixture.held).toBe(0);
  });

  it('fails when the recogniser has taken too long, after the cover that was said meanwhile', async () => {
    const fixture = fixtureOf([{ isStuck: true }], { timeouts: { transcriptMs: 500 } });
    fixture.caller.answer('gen_1');
    await fixture.pass(300);
    fixture.caller.session.cover?.('gen_1', 'One moment.');
    fixture.caller.items = [
      ...fixture.caller.items,
      { ...caller('b', 'One moment.'), speaker: 'agent', status: 'inProgress' },
    ];
    await fixture.pass(1_000);
    expect(fixture.caller.text).toBe('One moment.');
    expect(fixture.caller.audioMs).toBeGreaterThan(0);
    expect(ends(fixture)).toEqual([['failed', 'provider_timeout']]);
    expect(fixture.lm.requests).toEqual([]);
    expect(fixture.held).toBe(0);
  });

  it('is not the answer to the turn that follows, which is made', async () => {
    const fixture = fixtureOf([LOST, { text: 'where is it' }]);
    await fixture.pass(20);
    fixture.caller.items = [caller('a', ''), caller('b', 'where is it')];
    fixture.caller.turn('b');
    fixture.caller.answer('gen_1');
    await fixture.pass(100);
    expect(ends(fixture)).toEqual([['completed', undefined]]);
  });

  it('fails once: who asks again is answered', async () => {
    const fixture = fixtureOf();
    fixture.caller.answer('gen_1');
    await fixture.pass(100);
    fixture.caller.answer('gen_2');
    await fixture.pass(100);
    expect(ends(fixture).map(([outcome]) => outcome)).toEqual(['failed', 'completed']);
  });

  it.each([
    ['the result of a tool', { kind: 'toolOutput', callId: 'c', output: '{}' } as const],
    ['what was typed since', { ...caller('b', 'Where is it?'), medium: 'text' } as const],
  ])('is not meant where %s is to be answered', async (_what, item) => {
    const fixture = fixtureOf();
    await fixture.pass(20);
    const added = { id: 'b', status: 'completed', ...item } as ConversationItem;
    fixture.caller.items = [...fixture.caller.items, added];
    fixture.caller.answer('gen_1');
    await fixture.pass(100);
    expect(ends(fixture)).toEqual([['completed', undefined]]);
  });
});

it('words that were heard and not understood are answered', async () => {
  const fixture = fixtureOf([{ text: 'order', unclear: 0.9 }]);
  fixture.caller.answer('gen_1');
  await fixture.pass(100);
  expect(ends(fixture)).toEqual([['completed', undefined]]);
});
