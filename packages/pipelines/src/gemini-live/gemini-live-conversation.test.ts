import { describe, expect, it } from 'vitest';
import { callerFrame, itemOf, message } from '../upstream/testing/conversation-fixture.ts';
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

describe('what the upstream knows', () => {
  it('grows by each turn and its answer on one connection, and is told in no other way', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    await exchange(fixture, 'two', 'b');
    expect(fixture.said).toEqual([
      'user: 200 ms',
      `model: ${ANSWER}`,
      'user: 200 ms',
      `model: ${ANSWER}`,
    ]);
    expect(fixture.upstream.connections).toHaveLength(1);
    expect(fixture.upstream.last.types).toEqual([
      'setup',
      'activityStart',
      'activityEnd',
      'activityStart',
      'activityEnd',
    ]);
  });

  it('begins with the greeting that the session said, before the caller is heard', async () => {
    const fixture = await start();
    fixture.caller.say('greeting', 'Hello, Acme here.');
    await fixture.ended('greeting');
    await exchange(fixture, 'one', 'a');
    expect(fixture.said).toEqual(['model: Hello, Acme here.', 'user: 200 ms', `model: ${ANSWER}`]);
    expect(fixture.upstream.connections).toHaveLength(1);
  });

  it('is told anew, as far as it was heard, when the caller cut in while the answer was played', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    fixture.change(itemOf('a'), { status: 'inProgress' });
    const { session } = fixture.caller;
    session.beginTurn('two');
    session.hear(callerFrame());
    // Whether the caller takes the floor is not decided.
    expect(fixture.upstream.connections).toHaveLength(1);
    fixture.change(itemOf('a'), { status: 'incomplete', text: 'It has', audioMs: 80 });
    session.hear(callerFrame());
    await fixture.connected(2);
    for (let frame = 0; frame < 8; frame += 1) session.hear(callerFrame());
    await fixture.until(() => fixture.upstream.last.appendedBytes > 0);
    fixture.add(message('two', 'caller', null));
    session.commitTurn('two');
    fixture.answer('b');
    await fixture.ended('b');
    expect(fixture.said).toEqual([
      'user: where is my order',
      'model: It has',
      'user: 200 ms',
      `model: ${ANSWER}`,
    ]);
    expect(fixture.upstream.connections).toHaveLength(2);
  });

  it('is left as it is by a sign of listening, of which the upstream hears nothing', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    fixture.change(itemOf('a'), { status: 'inProgress' });
    const { session } = fixture.caller;
    session.beginTurn('uh-huh');
    for (let frame = 0; frame < 10; frame += 1) session.hear(callerFrame());
    session.dropTurn('uh-huh');
    fixture.change(itemOf('a'), { status: 'completed' });
    await exchange(fixture, 'two', 'b');
    expect(fixture.upstream.connections).toHaveLength(1);
    expect(fixture.said).toHaveLength(4);
  });

  it('is told anew after an answer that was stopped, with nothing of it that was not heard', async () => {
    const fixture = await start();
    fixture.turn('one');
    fixture.answer('a');
    await fixture.until(() => fixture.caller.audioMs > 0);
    fixture.caller.session.cancel('a');
    fixture.change(itemOf('a'), { status: 'incomplete', text: 'It', audioMs: 40 });
    const told = fixture.caller.events.length;
    // Another connection is there before the caller has said more.
    await fixture.connected(2);
    await exchange(fixture, 'two', 'b');
    expect(fixture.said).toEqual([
      'user: where is my order',
      'model: It',
      'user: 200 ms',
      `model: ${ANSWER}`,
    ]);
    const late = fixture.caller.events.slice(told);
    expect(late.some((event) => 'generationId' in event && event.generationId === 'a')).toBe(false);
  });

  it('is told anew when the client deletes an item', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    await exchange(fixture, 'two', 'b');
    fixture.caller.items = fixture.caller.items.filter(({ id }) => id !== 'one');
    await exchange(fixture, 'three', 'c');
    expect(fixture.said).toEqual([
      `model: ${ANSWER}`,
      'user: where is my order',
      `model: ${ANSWER}`,
      'user: 200 ms',
      `model: ${ANSWER}`,
    ]);
  });

  it('has what the session said in between, for which another connection is opened at once', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    fixture.caller.say('said', 'Shall I email you the answer?');
    await fixture.ended('said');
    await fixture.connected(2);
    await exchange(fixture, 'two', 'b');
    expect(fixture.said).toEqual([
      'user: where is my order',
      `model: ${ANSWER} Shall I email you the answer?`,
      'user: 200 ms',
      `model: ${ANSWER}`,
    ]);
  });

  it('is not told anew for a noise of listening before the turn is answered, but for the next turn', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    const { session } = fixture.caller;
    session.beginTurn('two');
    for (let frame = 0; frame < 5; frame += 1) session.hear(callerFrame());
    await fixture.until(() => fixture.upstream.last.types.length === 4);
    fixture.caller.say('noise', 'Mm-hmm.');
    await fixture.ended('noise');
    for (let frame = 0; frame < 5; frame += 1) session.hear(callerFrame());
    fixture.add(message('two', 'caller', null));
    session.commitTurn('two');
    fixture.answer('b');
    await fixture.ended('b');
    expect(fixture.upstream.connections[0]!.said.slice(2)).toEqual([
      'user: 200 ms',
      `model: ${ANSWER}`,
    ]);
    await fixture.connected(2);
    await exchange(fixture, 'three', 'c');
    expect(fixture.said[1]).toBe(`model: ${ANSWER} Mm-hmm.`);
    expect(fixture.upstream.connections).toHaveLength(2);
  });

  it('has what the client typed, which is answered on the same connection', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    fixture.add({ ...message('note', 'system', 'The caller is a member.'), medium: 'text' });
    fixture.add({ ...message('typed', 'caller', 'And 8820?'), medium: 'text' });
    fixture.answer('b');
    await fixture.ended('b');
    expect(fixture.said.slice(2)).toEqual([
      'user: [The caller is a member.] And 8820?',
      `model: ${ANSWER}`,
    ]);
    expect(fixture.upstream.connections).toHaveLength(1);
  });

  it('has what a client wrote before the first turn, told anew for the first answer', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.add({ ...message('typed', 'caller', 'Order 4471.'), medium: 'text' });
    await exchange(fixture, 'one', 'a');
    expect(fixture.said).toEqual(['user: Order 4471. where is my order', `model: ${ANSWER}`]);
  });

  it('has no turn that was dropped after it was written down', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    fixture.turn('noise');
    await fixture.until(() =>
      fixture.caller.of('transcript').some(({ itemId }) => itemId === 'noise'),
    );
    fixture.caller.items = fixture.caller.items.filter(({ id }) => id !== 'noise');
    fixture.caller.session.dropTurn('noise');
    await exchange(fixture, 'two', 'b');
    expect(fixture.said).toEqual([
      'user: where is my order',
      `model: ${ANSWER}`,
      'user: 200 ms',
      `model: ${ANSWER}`,
    ]);
  });

  it('has an answer to nobody where one is asked for', async () => {
    const fixture = await start();
    fixture.answer('a');
    await fixture.ended('a');
    expect(fixture.said).toEqual([
      'user: [The caller says nothing. It is your turn to speak.]',
      `model: ${ANSWER}`,
    ]);
  });
});

describe('an answer that the session did not ask for', () => {
  it('is never heard, and not known to the upstream that hears the next turn', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    fixture.turn('two');
    await fixture.until(() => fixture.said.length === 4);
    const audioMs = fixture.caller.audioMs;
    fixture.caller.say('said', 'All right.');
    await fixture.ended('said');
    await exchange(fixture, 'three', 'b');
    expect(fixture.said).toEqual([
      'user: where is my order',
      `model: ${ANSWER}`,
      'user: where is my order',
      'model: All right.',
      'user: 200 ms',
      `model: ${ANSWER}`,
    ]);
    const texts = fixture.caller.of('generation.text').map(({ generationId }) => generationId);
    expect([...new Set(texts)]).toEqual(['a', 'said', 'b']);
    expect(fixture.caller.audioMs).toBe(audioMs + 'All right.'.length * 10 + ANSWER.length * 10);
  });

  it('is given to a session that asks for it late, whole', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.turn('one');
    await fixture.until(() => fixture.said.length === 2);
    expect(fixture.caller.of('generation.audio')).toEqual([]);
    fixture.answer('a');
    await fixture.ended('a');
    expect(fixture.caller.text).toBe(ANSWER);
    expect(fixture.caller.audioMs).toBe(ANSWER.length * 10);
    expect(fixture.upstream.connections).toHaveLength(1);
  });

  it('may be asked for in the middle of a turn, which is told again after it', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
    const { session } = fixture.caller;
    session.beginTurn('two');
    for (let frame = 0; frame < 5; frame += 1) session.hear(callerFrame());
    await fixture.until(() => fixture.upstream.last.types.length === 4);
    fixture.add({ ...message('typed', 'caller', 'Hello?'), medium: 'text' });
    fixture.answer('b');
    await fixture.ended('b');
    for (let frame = 0; frame < 5; frame += 1) session.hear(callerFrame());
    fixture.add(message('two', 'caller', null));
    session.commitTurn('two');
    fixture.answer('c');
    await fixture.ended('c');
    expect(fixture.said).toEqual([
      'user: where is my order',
      `model: ${ANSWER}`,
      'user: Hello?',
      `model: ${ANSWER}`,
      'user: 200 ms',
      `model: ${ANSWER}`,
    ]);
  });

  it('is not taken for the answer to what was added since', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.turn('one');
    await fixture.until(() => fixture.said.length === 2);
    fixture.add({ ...message('typed', 'caller', 'I mean 8820.'), medium: 'text' });
    fixture.answer('a');
    await fixture.ended('a');
    expect(fixture.said).toEqual(['user: where is my order I mean 8820.', `model: ${ANSWER}`]);
    expect(fixture.caller.audioMs).toBe(ANSWER.length * 10);
  });
});
