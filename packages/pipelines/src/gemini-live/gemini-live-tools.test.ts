import { describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import type { GeminiFixture } from './testing/gemini-fixture.ts';
import { geminiTrials } from './testing/gemini-trials.ts';

const start = geminiTrials();

const ANSWER = 'It has shipped. Order 4471 comes on Friday.';

/** A turn that is answered, all of which is heard. */
async function exchange(fixture: GeminiFixture, turnId: string, generationId: string) {
  fixture.turn(turnId);
  fixture.answer(generationId, FIXTURE_CONFIG);
  return fixture.ended(generationId);
}

function toolOutput(fixture: GeminiFixture, callId: string, output = '{"status":"shipped"}'): void {
  fixture.add({ kind: 'toolOutput', id: `out_${callId}`, status: 'completed', callId, output });
}

describe("the model's tools", () => {
  it('give their results to the calls that wait for them, all at once', async () => {
    const calls = ['4471', '8820'].map((id) => ({ name: 'lookup_order', args: { order_id: id } }));
    const fixture = await start({
      answer: ({ said }) =>
        said.at(-1)?.startsWith('result')
          ? { text: 'Both have shipped.' }
          : { text: 'I look.', calls },
    });
    await exchange(fixture, 'one', 'a');
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
    await exchange(fixture, 'two', 'c');
    expect(fixture.said.slice(0, 2)).toEqual(['user: where is my order', 'model: I look.']);
    expect(fixture.said).toContain('model: One moment.');
  });

  it('have ids of their own where another connection gives those of the one before', async () => {
    const calls = [{ name: 'lookup_order', args: { order_id: '4471' } }];
    const fixture = await start({
      answer: ({ said }) =>
        said.at(-1)?.startsWith('user:') ? { text: 'I look.', calls } : { text: 'Shipped.' },
    });
    for (const [call, turnId] of ['one', 'two'].entries()) {
      await exchange(fixture, turnId, `call ${turnId}`);
      const made = fixture.caller.of('generation.toolCall');
      expect(made).toHaveLength(call + 1);
      toolOutput(fixture, made[call]!.callId);
      fixture.answer(`answer ${turnId}`, FIXTURE_CONFIG);
      await fixture.ended(`answer ${turnId}`);
      const { connections } = fixture.upstream;
      expect(connections.at(-1)!.said.slice(-2)).toEqual([
        'result: {"status":"shipped"}',
        'model: Shipped.',
      ]);
      // Whatever the session says itself goes to another connection.
      fixture.caller.say(`aside ${turnId}`, 'Still there?');
      await fixture.ended(`aside ${turnId}`);
      await fixture.connected(connections.length + 1);
    }
    const ids = fixture.caller.of('generation.toolCall').map(({ callId }) => callId);
    expect(new Set(ids).size).toBe(2);
    const { connections } = fixture.upstream;
    const responses = connections
      .flatMap(({ heard }) => heard)
      .flatMap(({ toolResponse }) => toolResponse?.functionResponses ?? []);
    expect(responses.map(({ id }) => id)).toEqual(['function-call-1', 'function-call-1']);
    expect(connections.flatMap(({ faults }) => faults)).toEqual([]);
  });

  it('give their results in writing where the caller spoke in between', async () => {
    const fixture = await start();
    await exchange(fixture, 'one', 'a');
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
    await exchange(fixture, 'one', 'a');
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
    await exchange(fixture, 'one', 'a');
    expect(fixture.caller.of('generation.toolCall')).toEqual([]);
  });
});
