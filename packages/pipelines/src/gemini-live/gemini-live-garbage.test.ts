import { describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import { itemOf } from '../upstream/testing/conversation-fixture.ts';
import { at, expectToGoOn, geminiTrials, sound } from './testing/gemini-trials.ts';
import type { LocalConnection } from './testing/local-connection.ts';

const start = geminiTrials();

const ANSWER = 'It has shipped. Order 4471 comes on Friday.';

describe('an upstream that sends what it should not', () => {
  it.each([
    ['text that is no JSON', (connection: LocalConnection) => connection.sendRaw('hello')],
    ['half a message', (connection) => connection.sendRaw('{"serverContent":{"modelTu')],
    ['a list', (connection) => connection.sendRaw('[]')],
    [
      'parts that are no list',
      (connection) => connection.sendRaw('{"serverContent":{"modelTurn":{"parts":{}}}}'),
    ],
    [
      'sound that is no PCM',
      (connection) =>
        connection.sendRaw(
          '{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/mp3","data":""}}]}}}',
        ),
    ],
    [
      'a call without a name',
      (connection) => connection.sendRaw('{"toolCall":{"functionCalls":[{"id":"x"}]}}'),
    ],
  ] satisfies [string, (connection: LocalConnection) => void][])(
    '%s: the answer fails as garbled, and the session goes on',
    async (_case, act) => {
      const fixture = await start(at(sound, 2, act));
      fixture.turn('one');
      fixture.answer('a');
      expect((await fixture.ended('a')).error?.code).toBe('provider_garbled');
      fixture.change(itemOf('a'), { status: 'incomplete', text: '', audioMs: 100 });
      await expectToGoOn(fixture);
    },
  );

  it('half a frame and then nothing: the answer fails as lost', async () => {
    const fixture = await start(at(sound, 2, (connection) => connection.sendHalfFrame()));
    fixture.turn('one');
    fixture.answer('a');
    expect((await fixture.ended('a')).error?.code).toBe('provider_lost');
    fixture.change(itemOf('a'), { status: 'incomplete', text: '', audioMs: 100 });
    await expectToGoOn(fixture);
  });

  it('what nobody knows: it is passed over', async () => {
    const fixture = await start({
      sends: (message, connection) => {
        if (sound(message)) connection.sendRaw('{"voiceActivity":{"type":"ACTIVITY_START"}}');
        return true;
      },
    });
    fixture.turn('one');
    fixture.answer('a');
    await fixture.ended('a');
    expect(fixture.caller.audioMs).toBe(ANSWER.length * 10);
  });

  it('half samples: they are put together', async () => {
    const fixture = await start({
      sends: (message, connection) => {
        const data = message.serverContent?.modelTurn?.parts?.[0]?.inlineData?.data;
        if (data === undefined) return true;
        const bytes = Buffer.from(data, 'base64');
        const parts = [bytes.subarray(0, 7), bytes.subarray(7)].map((part) => ({
          inlineData: { mimeType: 'audio/pcm;rate=24000', data: part.toString('base64') },
        }));
        connection.sendAsItIs({ serverContent: { modelTurn: { parts } } });
        return false;
      },
    });
    fixture.turn('one');
    fixture.answer('a');
    await fixture.ended('a');
    const samples = fixture.caller.of('generation.audio').flatMap(({ pcm }) => [...pcm]);
    expect(samples).toHaveLength(24 * 430);
    expect(samples.every((sample, index) => sample === (index % 1000) * 8)).toBe(true);
  });

  it.each([
    [16_000, 'completed', undefined],
    [11_025, 'failed', 'provider_garbled'],
  ])('audio of %d Hz, as it says: %s', async (outputRate, outcome, code) => {
    const fixture = await start({ outputRate });
    fixture.turn('one');
    fixture.answer('a');
    const end = await fixture.ended('a');
    expect([end.outcome, end.error?.code]).toEqual([outcome, code]);
    const rates = new Set(
      fixture.caller.of('generation.audio').map(({ sampleRate }) => sampleRate),
    );
    expect([...rates]).toEqual(outcome === 'completed' ? [outputRate] : []);
  });

  it('an answer that nothing was asked for: none of it is heard, and it is not known any more', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.upstream.last.respond();
    await fixture.connected(2);
    fixture.turn('one');
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(fixture.caller.text).toBe(ANSWER);
    expect(fixture.said).toEqual(['user: 200 ms', `model: ${ANSWER}`]);
  });

  it('a second answer after the one asked for: none of it is heard, and it is not known any more', async () => {
    const fixture = await start();
    fixture.turn('one');
    fixture.answer('a');
    await fixture.ended('a');
    fixture.upstream.last.respond();
    await fixture.connected(2);
    await expectToGoOn(fixture);
    expect(fixture.caller.audioMs).toBe(2 * ANSWER.length * 10);
    expect(fixture.said).toEqual([
      'user: where is my order',
      `model: ${ANSWER}`,
      'user: 200 ms',
      `model: ${ANSWER}`,
    ]);
  });

  it('a long answer that nobody asks for: it is not kept, and asked for anew', async () => {
    const fixture = await start({ answer: () => ({ text: 'word '.repeat(500) }) });
    await fixture.connected();
    fixture.turn('one');
    await fixture.connected(2);
    expect(fixture.faults.map(({ code }) => code)).toEqual(['provider_failed']);
    fixture.upstream.script = {};
    fixture.answer('a');
    await fixture.ended('a');
    expect(fixture.caller.text).toBe(ANSWER);
    expect(fixture.said[0]).toBe('user: where is my order');
  });

  it('the end of an answer only when it would have been played: that is not waited for, nor taken for the end of the next', async () => {
    const ends: (() => void)[] = [];
    const fixture = await start({
      waitsForPlaying: () => new Promise<void>((resolve) => void ends.push(resolve)),
    });
    fixture.turn('one');
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    const { session } = fixture.caller;
    session.beginTurn('two');
    fixture.turn('two');
    await fixture.until(() => fixture.said.length > 2);
    ends.shift()!();
    fixture.answer('b');
    expect((await fixture.ended('b')).outcome).toBe('completed');
    expect(fixture.caller.text).toBe(ANSWER + ANSWER);
    expect(fixture.upstream.connections).toHaveLength(1);
    ends.shift()!();
  });

  it('arguments that are none: they reach the session as they are, which has them mended', async () => {
    const odd = [{}, { args: null }, { args: [1] }, { args: 'x' }] as unknown[];
    const calls = odd.map((call) => ({ name: 'lookup_order', ...(call as { args?: never }) }));
    const fixture = await start({ answer: () => ({ calls }) });
    fixture.turn('one');
    fixture.answer('a', FIXTURE_CONFIG);
    expect((await fixture.ended('a')).outcome).toBe('completed');
    const made = fixture.caller.of('generation.toolCall').map((call) => call.arguments);
    expect(made).toEqual(['{}', '{}', '[1]', '"x"']);
  });

  it('calls without ids: each has one of its own', async () => {
    const fixture = await start({
      sends: (message, connection) => {
        const calls = message.toolCall?.functionCalls;
        if (!calls) return true;
        const functionCalls = calls.map(({ name }) => ({ name: name! }));
        connection.sendAsItIs({ toolCall: { functionCalls } });
        return false;
      },
      answer: () => ({ calls: [{ name: 'lookup_order' }, { name: 'lookup_order' }] }),
    });
    fixture.turn('one');
    fixture.answer('a', FIXTURE_CONFIG);
    await fixture.ended('a');
    const ids = fixture.caller.of('generation.toolCall').map(({ callId }) => callId);
    expect(new Set(ids).size).toBe(2);
  });
});
