import { describe, expect, it } from 'vitest';
import { at, faultTrials } from './testing/fault-trials.ts';
import type { RealtimeFixture } from './testing/realtime-fixture.ts';
import type { UpstreamScript } from './testing/upstream-script.ts';

const start = faultTrials();

const REQUEST = { operation: 'realtime_inference', provider: 'openai', model: 'gpt-realtime-2.1' };

/** The upstream takes 300 ms to accept an answer, and 400 ms more to end it. */
async function slow(script: UpstreamScript = {}): Promise<RealtimeFixture> {
  const fixture: RealtimeFixture = await start({
    ...script,
    sends: (event) => {
      if (event.type === 'response.created') fixture.clock.advance(300);
      if (event.type === 'response.done') fixture.clock.advance(400);
      return true;
    },
  });
  await fixture.connected();
  return fixture;
}

const measured = (fixture: RealtimeFixture) =>
  fixture.caller.used.filter(({ durationMs }) => durationMs !== null);

describe('what a request for an answer takes', () => {
  it('is measured from asking to the last word of the upstream', async () => {
    const fixture = await slow({ countsTokens: true });
    fixture.answer('a');
    await fixture.until(() => fixture.caller.used.length > 0);
    const used = { inputTextTokens: 100, outputAudioTokens: 100 };
    expect(fixture.caller.used).toMatchObject([
      { ...REQUEST, ...used, durationMs: 700, errorCode: null },
    ]);
  });

  it('is measured of an upstream that counts no tokens, without a cost', async () => {
    const fixture = await slow();
    fixture.answer('a');
    await fixture.until(() => fixture.caller.used.length > 0);
    expect(fixture.caller.used).toMatchObject([
      { ...REQUEST, outputAudioTokens: 0, dollars: null, durationMs: 700, errorCode: null },
    ]);
  });

  it('is told with what failed where the upstream says that it did', async () => {
    const fixture = await slow({ answer: () => ({ failure: 'rate_limit_exceeded' }) });
    fixture.answer('a');
    await fixture.until(() => fixture.caller.used.length > 0);
    expect(fixture.caller.used).toMatchObject([
      { ...REQUEST, durationMs: 700, errorCode: 'provider_rate_limited' },
    ]);
  });

  it('is told of a request that is refused', async () => {
    const refused = at('response.created', 1, (connection) => {
      connection.fail('rate_limit_exceeded', 'response_1');
    });
    const fixture = await start(refused);
    fixture.answer('a');
    await fixture.ended('a');
    expect(measured(fixture)).toMatchObject([
      { ...REQUEST, errorCode: 'provider_rate_limited', dollars: null },
    ]);
  });

  it('is told of each request that is lost with its connection, and of the one after it', async () => {
    const fixture = await start(at('response.created', 1, (connection) => connection.cut()));
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(measured(fixture).map(({ errorCode }) => errorCode)).toEqual(['provider_lost', null]);
  });

  it('is told, once, of a request that nothing comes of', async () => {
    const fixture = await start(at('response.created', 1, () => {}));
    await fixture.connected();
    const askedAtMs = fixture.clock.now();
    fixture.answer('a');
    await fixture.ended('a');
    const [timeout, ...others] = measured(fixture);
    expect(timeout).toMatchObject({ ...REQUEST, errorCode: 'provider_timeout' });
    expect(timeout?.durationMs).toBeGreaterThan(0);
    expect(timeout?.durationMs).toBeLessThanOrEqual(fixture.clock.now() - askedAtMs);
    expect(others).toEqual([]);
  });

  it('is not told of an answer that was stopped, of which the tokens are', async () => {
    const fixture = await start({ countsTokens: true });
    fixture.answer('a');
    await fixture.until(() => fixture.caller.audioMs > 0);
    fixture.caller.session.cancel('a');
    await fixture.until(() => fixture.caller.used.length > 0);
    expect(fixture.caller.used).toMatchObject([
      { ...REQUEST, outputAudioTokens: 100, durationMs: null, errorCode: null },
    ]);
  });

  it('is not told of transcripts', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.turn('one');
    await fixture.until(() => fixture.caller.used.length > 0);
    expect(fixture.caller.used).toMatchObject([{ operation: 'speech_to_text', durationMs: null }]);
  });
});
