import { describe, expect, it } from 'vitest';
import {
  callerFrame,
  itemOf,
  message,
  PLAIN_CONFIG,
} from '../upstream/testing/conversation-fixture.ts';
import type { GeminiFixture } from './testing/gemini-fixture.ts';
import { geminiTrials } from './testing/gemini-trials.ts';

const start = geminiTrials();

const ANSWER = 'It has shipped. Order 4471 comes on Friday.';

/** A turn that is answered, all of which is heard. */
async function exchange(fixture: GeminiFixture, turnId: string, generationId: string) {
  fixture.turn(turnId);
  fixture.answer(generationId);
  return fixture.ended(generationId);
}

describe('a connection that is about to end', () => {
  it('is left for one that takes the session up again, when nobody speaks', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    await fixture.until(() => fixture.upstream.resumable.size > 0);
    const { session } = fixture.caller;
    session.beginTurn('two');
    session.hear(callerFrame());
    fixture.upstream.last.goAway('50s');
    for (let turn = 0; turn < 20; turn += 1) await fixture.until(() => true);
    for (let frame = 0; frame < 9; frame += 1) session.hear(callerFrame());
    fixture.add(message('two', 'caller', null));
    session.commitTurn('two');
    fixture.answer('b');
    await fixture.ended('b');
    await fixture.connected(2);
    expect(fixture.upstream.last.setup?.sessionResumption?.handle).toMatch(/^handle_0_/u);
    await exchange(fixture, 'three', 'c');
    expect(fixture.said.slice(-2)).toEqual(['user: 200 ms', `model: ${ANSWER}`]);
    expect(fixture.said).toHaveLength(6);
    expect(fixture.said[0]).toBe('user: 200 ms');
    await fixture.until(() => fixture.upstream.open === 1);
    expect(fixture.faults).toEqual([]);
  });

  it('is left in the middle of a turn rather than at its end, and the turn is told again', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    const { session } = fixture.caller;
    session.beginTurn('two');
    for (let frame = 0; frame < 10; frame += 1) session.hear(callerFrame());
    const before = fixture.upstream.last;
    await fixture.until(() => before.types.filter((type) => type === 'activityStart').length === 2);
    const { pending } = fixture.clock;
    before.goAway('10s');
    await fixture.until(() => fixture.clock.pending === pending + 1);
    fixture.clock.advance(7_999);
    expect(fixture.upstream.connections).toHaveLength(1);
    fixture.clock.advance(1);
    await fixture.connected(2);
    fixture.add(message('two', 'caller', null));
    session.commitTurn('two');
    fixture.answer('b');
    expect((await fixture.ended('b')).outcome).toBe('completed');
    expect(fixture.said.at(-2)).toBe('user: 200 ms');
    expect(fixture.said).toHaveLength(4);
  });

  it('is told anew where what it knows is not what was heard', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    await fixture.until(() => fixture.upstream.resumable.size > 0);
    fixture.change(itemOf('a'), { status: 'incomplete', text: 'It has', audioMs: 80 });
    fixture.upstream.last.goAway('5s');
    await fixture.connected(2);
    expect(fixture.upstream.last.setup?.sessionResumption).toEqual({});
    await exchange(fixture, 'two', 'b');
    expect(fixture.said.slice(0, 2)).toEqual(['user: where is my order', 'model: It has']);
  });

  it('is told anew where the upstream does not take a session up again', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    await fixture.until(() => fixture.upstream.resumable.size > 0);
    fixture.upstream.resumable.clear();
    fixture.upstream.last.goAway('5s');
    await fixture.connected(3);
    await exchange(fixture, 'two', 'b');
    expect(fixture.said).toEqual([
      'user: where is my order',
      `model: ${ANSWER}`,
      'user: 200 ms',
      `model: ${ANSWER}`,
    ]);
  });

  it('is left before it is as old as connections get', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    await fixture.pass(50 * 60_000);
    await fixture.connected(2);
    await exchange(fixture, 'two', 'b');
    expect(fixture.said).toHaveLength(4);
    expect(fixture.faults).toEqual([]);
  });
});

describe('another configuration', () => {
  it('opens another connection, for a connection keeps its own', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    fixture.answer('b', { ...PLAIN_CONFIG, voice: 'Kore', instructions: 'Be long.' });
    await fixture.ended('b');
    const { setup } = fixture.upstream.last;
    expect(setup?.systemInstruction).toEqual({ parts: [{ text: 'Be long.' }] });
    expect(setup?.generationConfig?.speechConfig?.voiceConfig?.prebuiltVoiceConfig?.voiceName).toBe(
      'Kore',
    );
    expect(fixture.said.slice(0, 2)).toEqual(['user: where is my order', `model: ${ANSWER}`]);
  });

  it('is made ready while the caller speaks, once it is known', async () => {
    const fixture = await start();
    await fixture.connected();
    const { session } = fixture.caller;
    const config = { ...PLAIN_CONFIG, instructions: 'Be long.' };
    session.beginTurn('one');
    for (let frame = 0; frame < 10; frame += 1) session.hear(callerFrame());
    session.prepareAnswer('one', config);
    await fixture.connected(2);
    fixture.add(message('one', 'caller', null));
    session.commitTurn('one');
    fixture.answer('a', config);
    await fixture.ended('a');
    expect(fixture.said).toEqual(['user: 200 ms', `model: ${ANSWER}`]);
    expect(fixture.upstream.connections).toHaveLength(2);
  });
});
