import { describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import { PLAIN_CONFIG } from '../upstream/testing/conversation-fixture.ts';
import type { GeminiFixture } from './testing/gemini-fixture.ts';
import { at, geminiTrials, sound } from './testing/gemini-trials.ts';
import type { LiveScript } from './testing/live-script.ts';

const start = geminiTrials();

const REQUEST = {
  operation: 'realtime_inference',
  provider: 'gcp.gemini',
  model: 'gemini-3.8-live',
  outputAudioTokens: 0,
  dollars: null,
};

const measured = (fixture: GeminiFixture) =>
  fixture.caller.used.filter(({ durationMs }) => durationMs !== null);

describe('what an answer takes', () => {
  it('is measured until the model has made all of it, not until that was played', async () => {
    let steps = 0;
    const fixture: GeminiFixture = await start({
      countsTokens: true,
      sends: ({ serverContent }) => {
        if (serverContent?.generationComplete) fixture.clock.advance(300);
        return true;
      },
      waitsForPlaying: async () => {
        // All that was sent has come by then.
        await fixture.until(() => steps++ > 50);
        fixture.clock.advance(400);
      },
    });
    await fixture.connected();
    fixture.turn('one');
    fixture.answer('a');
    await fixture.until(() => fixture.caller.used.length > 1);
    expect(measured(fixture)).toMatchObject([{ ...REQUEST, durationMs: 300, errorCode: null }]);
    await fixture.ended('a');
    expect(fixture.caller.used).toHaveLength(2);
  });

  it('is measured until the model calls a tool, and anew from the result of that', async () => {
    const fixture: GeminiFixture = await start({
      sends: ({ toolCall }) => {
        if (toolCall) fixture.clock.advance(300);
        return true;
      },
    });
    fixture.turn('one');
    fixture.answer('a', FIXTURE_CONFIG);
    await fixture.ended('a');
    const [call] = fixture.caller.of('generation.toolCall');
    const output = { kind: 'toolOutput', status: 'completed', output: 'shipped' } as const;
    fixture.add({ ...output, id: 'out', callId: call!.callId });
    fixture.answer('b', FIXTURE_CONFIG);
    await fixture.ended('b');
    const [first, second, ...others] = measured(fixture);
    expect([first, second]).toMatchObject([REQUEST, REQUEST]);
    expect(first?.durationMs).toBeGreaterThanOrEqual(300);
    expect(second?.durationMs).toBeLessThan(300);
    expect(others).toEqual([]);
  });

  it('is told with what failed of an answer without content', async () => {
    const fixture = await start({ answer: () => ({}) });
    fixture.turn('one');
    fixture.answer('a');
    await fixture.ended('a');
    expect(measured(fixture)).toMatchObject([{ ...REQUEST, errorCode: 'provider_silent' }]);
  });

  it('is told of one that is lost with its connection, and of the one after it', async () => {
    const fixture = await start(at(sound, 1, (connection) => connection.cut()));
    fixture.turn('one');
    fixture.answer('a');
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(measured(fixture).map(({ errorCode }) => errorCode)).toEqual(['provider_lost', null]);
  });

  it('is told, once, of one that does not come', async () => {
    const fixture = await start({ sends: (sent) => sound(sent) === undefined && !isSaid(sent) });
    fixture.turn('one');
    fixture.answer('a');
    await fixture.ended('a');
    expect(measured(fixture)).toMatchObject([{ ...REQUEST, errorCode: 'provider_timeout' }]);
  });

  it('is not told of one that was stopped', async () => {
    const fixture = await start();
    fixture.turn('one');
    fixture.answer('a', PLAIN_CONFIG);
    await fixture.until(() => fixture.caller.audioMs > 0);
    fixture.caller.session.cancel('a');
    await fixture.connected(2);
    expect(measured(fixture)).toEqual([]);
  });
});

/** Anything of an answer, or its end. */
function isSaid({ serverContent }: Parameters<NonNullable<LiveScript['sends']>>[0]): boolean {
  return serverContent !== undefined && serverContent.inputTranscription === undefined;
}
