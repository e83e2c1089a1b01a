import { describe, expect, it } from 'vitest';
import { faultTrials } from './testing/fault-trials.ts';

const start = faultTrials();

const APOLOGY = 'Sorry, could you say that again?';

const aloud = { readsAloud: true, hasLastResort: true } as const;

/** The longest that a caller waits for a spoken fallback. */
const MOST_MS = 2_000;

describe('a text that the model is to read aloud', () => {
  it.each([
    ['there is no connection', { refuses: () => ({ status: 503, code: 'server_error' }) }],
    ['the key is wrong', { refuses: () => ({ status: 401, code: 'invalid_api_key' }) }],
    ['it has used up what was paid for', { answer: () => ({ failure: 'insufficient_quota' }) }],
    ['it says something else', { answer: () => ({ messages: [{ text: 'Sure, sorry!' }] }) }],
  ])('is said by the last resort where %s', async (_why, script) => {
    const fixture = await start(script, aloud);
    const startedAtMs = fixture.clock.now();
    fixture.caller.say('a', APOLOGY);
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(fixture.caller.words).toBe(APOLOGY);
    expect(fixture.caller.text).toBe(APOLOGY);
    expect(fixture.clock.now() - startedAtMs).toBeLessThan(MOST_MS);
    expect(fixture.caller.tookOver).toMatchObject([
      { service: 'textToSpeech', to: 'fake-synthesizer', why: 'failed' },
    ]);
  });

  it('is said by the model as long as it can', async () => {
    const fixture = await start({}, aloud);
    fixture.caller.say('a', APOLOGY);
    await fixture.ended('a');
    expect(fixture.caller.tookOver).toEqual([]);
  });

  it('is not said on once it is cancelled', async () => {
    const fixture = await start(
      { refuses: () => ({ status: 401, code: 'invalid_api_key' }) },
      aloud,
    );
    await fixture.until(() => fixture.faults.length > 0);
    const keepConversation = fixture.caller.onEvent;
    fixture.caller.onEvent = () => fixture.caller.session.cancel('a');
    fixture.caller.say('a', APOLOGY);
    await fixture.until(() => fixture.caller.events.length > 0);
    await fixture.pass(3_000);
    expect(fixture.caller.events).toHaveLength(1);
    fixture.caller.onEvent = keepConversation;
    fixture.caller.say('b', APOLOGY);
    expect((await fixture.ended('b')).outcome).toBe('completed');
  });
});
