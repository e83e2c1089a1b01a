import { describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
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

function toolOutput(fixture: GeminiFixture, callId: string, output = '{"status":"shipped"}'): void {
  fixture.add({ kind: 'toolOutput', id: `out_${callId}`, status: 'completed', callId, output });
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

describe("the model's tools", () => {
  it('give their results to the calls that wait for them, all at once', async () => {
    const calls = ['4471', '8820'].map((id) => ({ name: 'lookup_order', args: { order_id: id } }));
    const fixture = await start({
      answer: ({ said }) =>
        said.at(-1)?.startsWith('result')
          ? { text: 'Both have shipped.' }
          : { text: 'I look.', calls },
    });
    fixture.turn('one');
    fixture.answer('a', FIXTURE_CONFIG);
    await fixture.ended('a');
    const made = fixture.caller.of('generation.toolCall');
    expect(made.map((call) => call.arguments)).toEqual([
      '{"order_id":"4471"}',
      '{"order_id":"8820"}',
    ]);
    fixture.caller.say('cover', 'One moment.');
    await fixture.ended('cover');
    for (const { callId } of made) toolOutput(fixture, callId);
    fixture.answer('b', FIXTURE_CONFIG);
    await fixture.ended('b');
    // The first connection was set up without the tools.
    const answered = fixture.upstream.connections[1]!;
    expect(answered.said.slice(-5)).toEqual([
      'user: where is my order',
      'model: I look.',
      'result: {"status":"shipped"}',
      'result: {"status":"shipped"}',
      'model: Both have shipped.',
    ]);
    // What was said while they ran is known from the next connection on.
    await fixture.connected(3);
    await exchangeWithTools(fixture, 'two', 'c');
    expect(fixture.said.slice(0, 2)).toEqual(['user: where is my order', 'model: I look.']);
    expect(fixture.said).toContain('model: One moment.');
  });

  it('give their results in writing where the caller spoke in between', async () => {
    const fixture = await start();
    fixture.turn('one');
    fixture.answer('a', FIXTURE_CONFIG);
    await fixture.ended('a');
    const [call] = fixture.caller.of('generation.toolCall');
    fixture.turn('two');
    await fixture.until(
      () => fixture.caller.of('transcript').some(({ itemId }) => itemId === 'two'),
      5,
    );
    toolOutput(fixture, call!.callId);
    fixture.answer('b', FIXTURE_CONFIG);
    await fixture.ended('b');
    expect(fixture.said).toEqual([
      'user: where is my order',
      'model: Let me look.',
      'user: [You called lookup_order with {"order_id":"4471"}] where is my order [Result of the call: {"status":"shipped"}]',
      `model: ${ANSWER}`,
    ]);
  });

  it('give their results in writing where the upstream has cancelled the calls', async () => {
    const fixture = await start();
    fixture.turn('one');
    fixture.answer('a', FIXTURE_CONFIG);
    await fixture.ended('a');
    const [call] = fixture.caller.of('generation.toolCall');
    const connections = fixture.upstream.connections.length;
    fixture.upstream.last.send({ toolCallCancellation: { ids: [call!.callId] } });
    await fixture.connected(connections + 1);
    toolOutput(fixture, call!.callId);
    fixture.answer('b', FIXTURE_CONFIG);
    await fixture.ended('b');
    expect(fixture.said.slice(2)).toEqual([
      'user: [You called lookup_order with {"order_id":"4471"}] [Result of the call: {"status":"shipped"}]',
      `model: ${ANSWER}`,
    ]);
  });

  it('are not called where the upstream takes its calls back before it has said all', async () => {
    const fixture = await start({
      sends: (sent, connection) => {
        const [call] = sent.toolCall?.functionCalls ?? [];
        if (!call) return true;
        connection.sendAsItIs(sent);
        connection.sendAsItIs({ toolCallCancellation: { ids: [call.id!] } });
        return false;
      },
    });
    fixture.turn('one');
    fixture.answer('a', FIXTURE_CONFIG);
    await fixture.ended('a');
    expect(fixture.caller.of('generation.toolCall')).toEqual([]);
  });

  async function exchangeWithTools(fixture: GeminiFixture, turnId: string, generationId: string) {
    fixture.turn(turnId);
    fixture.answer(generationId, FIXTURE_CONFIG);
    return fixture.ended(generationId);
  }
});

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
