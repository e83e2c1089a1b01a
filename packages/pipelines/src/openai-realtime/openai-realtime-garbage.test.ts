import { describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import { at, expectToGoOn, faultTrials } from './testing/fault-trials.ts';
import { itemOf } from '../upstream/testing/conversation-fixture.ts';
import type { UpstreamConnection } from './testing/upstream-connection.ts';

const start = faultTrials();

describe('an upstream that sends what it should not', () => {
  it.each([
    ['text that is no JSON', (connection: UpstreamConnection) => connection.sendRaw('hello')],
    ['half an event', (connection) => connection.sendRaw('{"type":"response.output_aud')],
    [
      'an event without what makes it one',
      (connection) => connection.sendRaw('{"type":"response.output_audio.delta","delta":"AAAA"}'),
    ],
    ['bytes', (connection) => connection.sendBytes()],
  ] satisfies [string, (connection: UpstreamConnection) => void][])(
    '%s: the answer fails as garbled, and the session goes on',
    async (_case, act) => {
      const fixture = await start(at('response.output_audio.delta', 2, act));
      fixture.answer('a');
      expect((await fixture.ended('a')).error?.code).toBe('provider_garbled');
      fixture.change(itemOf('a'), { status: 'incomplete', text: '', audioMs: 100 });
      await expectToGoOn(fixture);
    },
  );

  it('half a frame and then nothing: the answer fails as lost', async () => {
    const act = (connection: UpstreamConnection) => connection.sendHalfFrame();
    const fixture = await start(at('response.output_audio.delta', 2, act));
    fixture.answer('a');
    expect((await fixture.ended('a')).error?.code).toBe('provider_lost');
    fixture.change(itemOf('a'), { status: 'incomplete', text: '', audioMs: 100 });
    await expectToGoOn(fixture);
  });

  it('events nobody knows are passed over', async () => {
    const fixture = await start({
      sends: (event, connection) => {
        if (event.type === 'response.created') connection.sendRaw('{"type":"something.new"}');
        return true;
      },
    });
    await expectToGoOn(fixture);
  });

  it('half samples are put together', async () => {
    const fixture = await start(
      {
        sends: (event, connection) => {
          if (event.type !== 'response.output_audio.delta') return true;
          const bytes = Buffer.from(event.delta, 'base64');
          for (const part of [bytes.subarray(0, 7), bytes.subarray(7)]) {
            connection.sendRaw(JSON.stringify({ ...event, delta: part.toString('base64') }));
          }
          return false;
        },
      },
      { settings: { audio: 'pcm' } },
    );
    fixture.answer('a');
    await fixture.ended('a');
    const samples = fixture.caller.of('generation.audio').flatMap(({ pcm }) => [...pcm]);
    expect(samples).toHaveLength(24 * 430);
    expect(samples.every((sample, index) => sample === (index % 1000) * 8)).toBe(true);
  });

  it.each([
    [16_000, 'completed', undefined],
    [11_025, 'failed', 'provider_garbled'],
  ])('audio of %d Hz, as it says: %s', async (rate, outcome, code) => {
    const format = { type: 'audio/pcm', rate };
    const fixture = await start({
      sends: (event, connection) => {
        if (event.type !== 'response.created') return true;
        const response = { ...event.response, audio: { output: { format, voice: 'marin' } } };
        connection.sendRaw(JSON.stringify({ ...event, response }));
        return false;
      },
    });
    fixture.answer('a');
    const end = await fixture.ended('a');
    expect([end.outcome, end.error?.code]).toEqual([outcome, code]);
    const rates = new Set(
      fixture.caller.of('generation.audio').map(({ sampleRate }) => sampleRate),
    );
    expect([...rates]).toEqual(outcome === 'completed' ? [rate] : []);
  });

  it('an answer that nobody asked for: it is stopped, and none of it is heard', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.upstream.last.respond();
    fixture.turn('turn');
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(fixture.caller.text).toBe('It has shipped. Order 4471 comes on Friday.');
    expect(fixture.upstream.last.conversation.said).toEqual(['user: 200 ms', 'assistant: 430 ms']);
  });

  it('a second answer beside the one asked for: it is stopped, and none of it is heard', async () => {
    const fixture = await start({
      sends: (event, connection) => {
        const isFirst = event.type === 'response.created' && !event.response.metadata?.['other'];
        if (isFirst) {
          const response = { conversation: 'none' as const, metadata: { other: 'yes' } };
          connection.respond({ response });
        }
        return true;
      },
    });
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(fixture.caller.text).toBe('It has shipped. Order 4471 comes on Friday.');
    expect(fixture.caller.audioMs).toBe(430);
  });

  it('calls with broken JSON reach the session as they are, which has them mended', async () => {
    const calls = [
      { name: 'lookup_order', arguments: '{"order_id":' },
      { name: 'lookup_order', arguments: '' },
    ];
    const fixture = await start({ answer: () => ({ calls }) });
    fixture.answer('a', FIXTURE_CONFIG);
    expect((await fixture.ended('a')).outcome).toBe('completed');
    const made = fixture.caller.of('generation.toolCall').map((call) => call.arguments);
    expect(made).toEqual(['{"order_id":', '{}']);
  });

  it('a text that it changes: the caller never hears it', async () => {
    const answer = () => ({ messages: [{ text: 'Order 4472 is cancelled.' }] });
    const fixture = await start({ answer }, { readsAloud: true });
    fixture.caller.say('said', 'Order 4471 is cancelled.');
    expect((await fixture.ended('said')).error?.code).toBe('altered_text');
    expect(fixture.caller.of('generation.audio')).toEqual([]);
    expect(fixture.caller.text).toBe('');
    const asked = fixture.upstream.last.types.filter((type) => type === 'response.create');
    expect(asked).toHaveLength(2);
  });

  it('a text that does not come to an end: it is stopped', async () => {
    const pcm = (rate: number) => new Int16Array(rate * 61);
    const answer = () => ({ messages: [{ text: 'Hello.', pcm }] });
    const fixture = await start({ answer }, { readsAloud: true });
    fixture.caller.say('said', 'Hello.');
    expect((await fixture.ended('said', 1)).error?.code).toBe('altered_text');
    expect(fixture.caller.of('generation.audio')).toEqual([]);
    await fixture.until(() => fixture.upstream.last.types.includes('response.cancel'));
  });

  it('a text that it changes once: it is asked again', async () => {
    let count = 0;
    const text = 'Order 4471 is cancelled.';
    const answer = () => ({ messages: [{ text: count++ === 0 ? 'Sure!' : text.toUpperCase() }] });
    const fixture = await start({ answer }, { readsAloud: true });
    fixture.caller.say('said', text);
    expect((await fixture.ended('said')).outcome).toBe('completed');
    expect(fixture.caller.text).toBe(text);
    expect(fixture.caller.words).toBe(text);
    expect(fixture.caller.audioMs).toBe(text.length * 10);
  });
});
