import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { callerFrame } from '../upstream/testing/conversation-fixture.ts';
import { ProviderCall } from './testing/provider-call.ts';
import { RealtimeFixture } from './testing/realtime-fixture.ts';

/** No timer runs in these tests: whatever waits for time never arrives. */
let fixture: RealtimeFixture | null = null;

afterEach(async () => {
  await fixture?.close();
  fixture = null;
});

describe('the relay of OpenaiRealtimeEngine', () => {
  it.each([8000, 16_000, 24_000] as const)(
    'passes on 100 ms of the caller as soon as they are there, and the rest with the end of the turn (%i Hz)',
    async (rate) => {
      fixture = await RealtimeFixture.start();
      await fixture.connected();
      const { session } = fixture.caller;
      const { last } = fixture.upstream;
      session.beginTurn('turn');
      // A resampler keeps a little back, for which a batch waits for one frame more.
      const inBatch = rate === 16_000 ? 6 : 5;
      for (let frames = 1; frames <= inBatch; frames += 1) {
        expect(last.appends).toBe(0);
        session.hear(callerFrame(rate));
      }
      await fixture.until(() => last.appends === 1);
      for (let frames = 1; frames <= 10; frames += 1) session.hear(callerFrame(rate));
      session.commitTurn('turn');
      const { appends } = last;
      await fixture.until(() => last.types.includes('input_audio_buffer.commit'));
      expect(last.appends).toBeGreaterThan(appends);
      expect(last.appends).toBeLessThanOrEqual(appends + 6);
    },
  );

  it('passes on each frame as it comes where the upstream finds the turns', async () => {
    const call = await ProviderCall.start();
    const { connection } = call;
    for (let frames = 1; frames <= 10; frames += 1) {
      const { appends } = connection;
      call.leg.speak(new Int16Array(160));
      while (connection.appends === appends) await setImmediate();
      expect(connection.appends).toBe(appends + 1);
    }
    await call.close();
  });

  it("passes on each piece of the model's speech and each of its words as it comes", async () => {
    const gates: (() => void)[] = [];
    const step = (): Promise<void> => new Promise((resolve) => gates.push(resolve));
    fixture = await RealtimeFixture.start({ step });
    await fixture.connected();
    const { caller } = fixture;
    fixture.answer('a');
    const pass = async (): Promise<void> => {
      await fixture!.until(() => gates.length > 0);
      gates.shift()?.();
    };
    await pass();
    for (const word of [
      'It',
      ' has',
      ' shipped.',
      ' Order',
      ' 4471',
      ' comes',
      ' on',
      ' Friday.',
    ]) {
      const text = caller.text + word;
      await pass();
      await fixture.until(() => caller.text === text);
    }
    for (const audioMs of [100, 200, 300, 400, 430]) {
      await pass();
      await fixture.until(() => caller.audioMs === audioMs);
    }
    await pass();
    expect((await fixture.ended('a')).outcome).toBe('completed');
  });
});
