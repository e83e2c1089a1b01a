import { describe, expect, it } from 'vitest';
import { FAKE_END, fakeText } from '../testing/index.ts';
import type { FakeStep } from '../testing/index.ts';
import { CascadeFixture } from './cascade-fixture.ts';
import type { FixtureOptions } from './cascade-fixture.ts';

const COVER = 'One moment.';
const SLOW: readonly FakeStep[] = [{ type: 'wait', ms: 1_000 }, ...fakeText('It has shipped.')];

const guard = () => ({ more: 'Want the rest?', list: 'There are {count}.' });

function slow(options: FixtureOptions = {}): CascadeFixture {
  return new CascadeFixture({ answers: [SLOW], ...options });
}

const marks = ({ caller }: CascadeFixture): string[] =>
  caller.of('generation.mark').map(({ mark }) => mark);

describe('the cover of an answer whose model is slow', () => {
  it.each([
    ['without a guard', {}],
    ['with one', { guard }],
  ])('is heard while the model is waited for, %s', async (_name, options) => {
    const fixture = slow(options);
    const { caller } = fixture;
    caller.answer('a');
    await fixture.pass(400);
    caller.session.cover?.('a', COVER);
    await fixture.pass(100);
    expect(caller.words).toBe(COVER);
    expect(caller.audioMs).toBeGreaterThan(0);
    expect(marks(fixture)).toEqual(['transcriptReady', 'firstSentence', 'firstByte']);
    await fixture.pass(1_000);
    expect(caller.text).toBe('One moment. It has shipped.');
    expect(caller.words).toBe('One moment. It has shipped.');
    expect(caller.of('generation.ended')).toMatchObject([{ outcome: 'completed' }]);
    expect(fixture.held).toBe(0);
  });

  it('is heard while a transcript is waited for, whose answer follows', async () => {
    const fixture = slow({ answers: [fakeText('It has shipped.')], turns: [{ delayMs: 1_000 }] });
    const { caller } = fixture;
    caller.turn('item_1');
    caller.answer('a');
    await fixture.pass(400);
    caller.session.cover?.('a', COVER);
    await fixture.pass(300);
    expect(caller.words).toBe(COVER);
    expect(fixture.lm.requests).toHaveLength(0);
    await fixture.pass(1_000);
    expect(caller.text).toBe('One moment. It has shipped.');
    expect(fixture.lm.requests).toHaveLength(1);
    expect(fixture.held).toBe(0);
  });

  it('is followed by the failure of a model that never answers', async () => {
    const fixture = slow({ answers: [[{ type: 'hang' }]] });
    fixture.caller.answer('a');
    await fixture.pass(1_000);
    fixture.caller.session.cover?.('a', COVER);
    await fixture.pass(3_000);
    expect(fixture.caller.text).toBe(COVER);
    expect(fixture.caller.of('generation.ended')).toMatchObject([
      { outcome: 'failed', error: { code: 'provider_timeout' } },
    ]);
    expect(fixture.held).toBe(0);
  });

  it('is said before a call that the model makes in the end', async () => {
    const call: FakeStep = { type: 'toolCall', callId: 'c', name: 'lookup_order', arguments: '{}' };
    const fixture = slow({ answers: [[{ type: 'wait', ms: 500 }, call, FAKE_END]] });
    fixture.caller.answer('a');
    await fixture.pass(400);
    fixture.caller.session.cover?.('a', COVER);
    await fixture.pass(600);
    const types = fixture.caller.events.map(({ type }) => type);
    expect(types.indexOf('generation.toolCall')).toBeGreaterThan(types.indexOf('generation.audio'));
    expect(fixture.caller.text).toBe(COVER);
  });

  it('makes nothing of an answer of which a guard leaves nothing', async () => {
    const code: readonly FakeStep[] = [{ type: 'wait', ms: 500 }, ...fakeText('{"a": 1}')];
    const fixture = slow({ answers: [code], guard });
    fixture.caller.answer('a');
    await fixture.pass(400);
    fixture.caller.session.cover?.('a', COVER);
    await fixture.pass(600);
    expect(fixture.caller.of('generation.ended')).toMatchObject([
      { outcome: 'failed', error: { code: 'provider_garbled' } },
    ]);
  });

  it('is not said of what is said as it stands, nor of an answer in writing', async () => {
    const fixture = slow();
    const { caller } = fixture;
    caller.say('a', 'Hello.');
    caller.session.cover?.('a', COVER);
    await fixture.pass(500);
    caller.answer('b', { modality: 'text' });
    caller.session.cover?.('b', COVER);
    await fixture.pass(2_000);
    expect(caller.text).toBe('Hello.It has shipped.');
  });
});
