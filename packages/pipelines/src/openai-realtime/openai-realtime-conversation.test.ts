import { afterEach, describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import {
  callerFrame,
  itemOf,
  message,
  PLAIN_CONFIG,
} from '../upstream/testing/conversation-fixture.ts';
import { RealtimeFixture } from './testing/realtime-fixture.ts';
import type { FixtureOptions } from './testing/realtime-fixture.ts';
import type { UpstreamScript } from './testing/upstream-script.ts';

const open: RealtimeFixture[] = [];

afterEach(async () => {
  for (const fixture of open.splice(0)) {
    // Whatever else a test shows, the upstream was asked for nothing that it had to refuse.
    const codes = fixture.upstream.connections.flatMap(({ errors }) => errors);
    expect(codes.filter((code) => code !== 'response_cancel_not_active')).toEqual([]);
    await fixture.close();
  }
});

async function start(script: UpstreamScript = {}, options: FixtureOptions = {}) {
  const fixture = await RealtimeFixture.start(script, options);
  open.push(fixture);
  await fixture.connected();
  return fixture;
}

const said = (fixture: RealtimeFixture): string[] => fixture.upstream.last.conversation.said;

describe("the upstream's conversation", () => {
  it('holds what the session and the client added, in our order, when an answer is asked for', async () => {
    const fixture = await start();
    fixture.add(message('greeting', 'agent', 'Hello, Acme here.'));
    fixture.add({ ...message('typed', 'caller', 'Order 4471.'), medium: 'text' });
    fixture.turn('turn');
    fixture.answer('a');
    await fixture.ended('a');
    expect(said(fixture)).toEqual([
      'assistant: Hello, Acme here.',
      'user: Order 4471.',
      'user: 200 ms',
      'assistant: 430 ms',
    ]);
  });

  it('is not told again what it holds', async () => {
    const fixture = await start();
    fixture.turn('one');
    fixture.answer('a');
    await fixture.ended('a');
    fixture.turn('two');
    fixture.answer('b');
    await fixture.ended('b');
    expect(fixture.upstream.last.types.filter((type) => type.startsWith('conversation'))).toEqual(
      [],
    );
    expect(said(fixture)).toHaveLength(4);
  });

  it('is cut where the caller heard an answer end, before the next answer is asked for', async () => {
    const fixture = await start();
    fixture.answer('a');
    await fixture.ended('a');
    fixture.change(itemOf('a'), { status: 'incomplete', text: 'It has', audioMs: 123 });
    fixture.turn('turn');
    fixture.answer('b');
    await fixture.ended('b');
    expect(said(fixture)).toEqual(['assistant: 123 ms', 'user: 200 ms', 'assistant: 430 ms']);
    const types = fixture.upstream.last.types;
    expect(types.indexOf('conversation.item.truncate')).toBeLessThan(
      types.lastIndexOf('response.create'),
    );
  });

  it('loses an answer of which nothing was heard, and one the client deleted', async () => {
    const fixture = await start();
    fixture.answer('a');
    await fixture.ended('a');
    fixture.turn('turn');
    fixture.answer('b');
    await fixture.ended('b');
    fixture.change(itemOf('a'), { status: 'incomplete', text: '', audioMs: 0 });
    fixture.caller.items = fixture.caller.items.filter(({ id }) => id !== 'turn');
    fixture.answer('c');
    await fixture.ended('c');
    expect(said(fixture)).toEqual(['assistant: 430 ms', 'assistant: 430 ms']);
  });

  it('is cut where an answer was stopped, though the upstream had made more of it', async () => {
    const fixture = await start();
    fixture.answer('a');
    await fixture.until(() => fixture.caller.audioMs > 0);
    fixture.caller.session.cancel('a');
    fixture.change(itemOf('a'), { status: 'incomplete', text: 'It', audioMs: 55 });
    fixture.turn('turn');
    fixture.answer('b');
    await fixture.ended('b');
    expect(said(fixture)).toEqual(['assistant: 55 ms', 'user: 200 ms', 'assistant: 430 ms']);
  });

  it('does not keep an answer that was stopped before any of it came', async () => {
    const fixture = await start();
    fixture.answer('a');
    await fixture.until(() => fixture.upstream.last.types.includes('response.create'));
    fixture.caller.session.cancel('a');
    fixture.answer('b');
    await fixture.ended('b');
    expect(said(fixture)).toEqual(['assistant: 430 ms']);
    expect(
      fixture.caller.events.some(
        (event) =>
          'generationId' in event && event.generationId === 'a' && event.type !== 'generation.mark',
      ),
    ).toBe(false);
  });

  it('has a text of ours anew where less of it was heard than was told before', async () => {
    const fixture = await start();
    fixture.add({ ...message('cover', 'agent', 'One moment, please.'), status: 'inProgress' });
    fixture.answer('a');
    await fixture.ended('a');
    fixture.change('cover', { status: 'incomplete', text: 'One', audioMs: 200 });
    fixture.answer('b');
    await fixture.ended('b');
    expect(said(fixture)).toEqual(['assistant: One', 'assistant: 430 ms', 'assistant: 430 ms']);
  });

  it('has no turn that was dropped, whether before or after its commit', async () => {
    const fixture = await start();
    const { session } = fixture.caller;
    session.beginTurn('noise');
    for (let frame = 0; frame < 10; frame += 1) session.hear(callerFrame());
    session.dropTurn('noise');
    session.beginTurn('uh-huh');
    for (let frame = 0; frame < 10; frame += 1) session.hear(callerFrame());
    session.commitTurn('uh-huh');
    await fixture.until(() => fixture.caller.of('transcript').length > 0);
    session.dropTurn('uh-huh');
    fixture.turn('turn');
    fixture.answer('a');
    await fixture.ended('a');
    expect(said(fixture)).toEqual(['user: 200 ms', 'assistant: 430 ms']);
  });

  it('takes the outputs of parallel calls before one answer to them', async () => {
    const calls = ['4471', '8820'].map((id) => ({
      name: 'lookup_order',
      arguments: `{"order_id":"${id}"}`,
    }));
    const fixture = await start({
      answer: ({ items }) =>
        items.at(-1)?.type === 'function_call_output'
          ? { messages: [{ text: 'Both have shipped.' }] }
          : { messages: [{ text: 'I look.' }], calls },
    });
    fixture.turn('turn');
    fixture.answer('a', FIXTURE_CONFIG);
    await fixture.ended('a');
    const made = fixture.caller.of('generation.toolCall');
    expect(made.map((call) => call.arguments)).toEqual(calls.map((call) => call.arguments));
    for (const { callId } of made) {
      const output = { kind: 'toolOutput', status: 'completed', output: 'shipped' } as const;
      fixture.add({ ...output, id: `out_${callId}`, callId });
    }
    fixture.answer('b', FIXTURE_CONFIG);
    await fixture.ended('b');
    expect(said(fixture)).toEqual([
      'user: 200 ms',
      'assistant: 70 ms',
      'call: lookup_order',
      'call: lookup_order',
      'output: shipped',
      'output: shipped',
      'assistant: 180 ms',
    ]);
  });

  it('takes two messages of one response as one of ours, and cuts each where it was heard', async () => {
    const messages = [{ text: 'Well.' }, { text: 'It has shipped.' }];
    const fixture = await start({ answer: () => ({ messages }) });
    fixture.answer('a');
    await fixture.ended('a');
    expect(fixture.caller.text).toBe('Well. It has shipped.');
    expect(fixture.caller.words).toBe('Well. It has shipped.');
    fixture.change(itemOf('a'), { status: 'incomplete', text: 'Well. It', audioMs: 90 });
    fixture.answer('b');
    await fixture.until(() => said(fixture).length > 3);
    expect(said(fixture).slice(0, 2)).toEqual(['assistant: 50 ms', 'assistant: 40 ms']);
  });

  it('goes on in another upstream session before the hour is over, from what was heard', async () => {
    const fixture = await start();
    fixture.turn('one');
    fixture.answer('a');
    await fixture.ended('a');
    fixture.change(itemOf('a'), { status: 'incomplete', text: 'It has', audioMs: 123 });
    await fixture.pass(55 * 60_000);
    await fixture.connected(2);
    fixture.turn('two');
    fixture.answer('b');
    await fixture.ended('b');
    expect(said(fixture)).toEqual([
      'user: where is my order',
      'assistant: It has',
      'user: 200 ms',
      'assistant: 430 ms',
    ]);
    await fixture.until(() => fixture.upstream.open === 1);
    expect(fixture.faults).toEqual([]);
    expect(fixture.caller.of('generation.ended').map(({ outcome }) => outcome)).toEqual([
      'completed',
      'completed',
    ]);
  });

  it('is begun anew for another voice, which an upstream session that has spoken does not take', async () => {
    const fixture = await start();
    fixture.answer('a');
    await fixture.ended('a');
    fixture.answer('b', { ...PLAIN_CONFIG, voice: 'cedar' });
    await fixture.ended('b');
    expect(fixture.upstream.connections).toHaveLength(2);
    expect(fixture.upstream.last.session.audio?.output?.voice).toBe('cedar');
    expect(said(fixture)[0]).toBe('assistant: It has shipped. Order 4471 comes on Friday.');
  });
});
