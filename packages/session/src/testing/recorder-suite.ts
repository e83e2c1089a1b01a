import type { SampleRate } from '@antiphon/audio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Recorder, Recording } from '../ports/recorder.ts';
import type { SessionEvent } from '../ports/session-event.ts';
import type { DrivenClock } from './driven-clock.ts';

/** A recording read back: both channels from the start of the session, and the events. */
export interface RecordedSession {
  readonly sampleRate: number;
  readonly caller: Int16Array;
  readonly agent: Int16Array;
  readonly events: readonly unknown[];
}

/** What a {@link Recorder} is tried with; it keeps time by the clock. */
export interface RecorderTrial {
  readonly recorder: Recorder;
  readonly clock: DrivenClock;
  /** What a closed recording kept. */
  read(sessionId: string): Promise<RecordedSession>;
  close(): Promise<void>;
}

const LOUD = 8_000;

/** Where samples are above half of {@link LOUD}: the intervals in milliseconds, as heard. */
function soundIn(pcm: Int16Array, sampleRate: number): readonly (readonly [number, number])[] {
  const intervals: [number, number][] = [];
  let startMs: number | null = null;
  for (let index = 0; index <= pcm.length; index++) {
    const isLoud = Math.abs(pcm[index] ?? 0) > LOUD / 2;
    const atMs = (index * 1000) / sampleRate;
    if (isLoud && startMs === null) startMs = atMs;
    if (isLoud || startMs === null) continue;
    intervals.push([startMs, atMs]);
    startMs = null;
  }
  return intervals;
}

function expectSound(
  pcm: Int16Array,
  sampleRate: number,
  expected: readonly (readonly [number, number])[],
): void {
  const found = soundIn(pcm, sampleRate);
  const wrong = expected.filter(([startMs, endMs], index) => {
    const [foundStartMs, foundEndMs] = found[index] ?? [-Infinity, -Infinity];
    return Math.abs(foundStartMs - startMs) > 1 || Math.abs(foundEndMs - endMs) > 1;
  });
  expect(wrong.length === 0 && found.length === expected.length, JSON.stringify(found)).toBe(true);
}

/** The contract of the Recorder port. */
export function describeRecorder(name: string, setup: () => Promise<RecorderTrial>): void {
  describe(`Recorder: ${name}`, () => {
    let trial: RecorderTrial;
    let recording: Recording;
    const sessionId = 'sess_recorder-suite';

    beforeEach(async () => {
      trial = await setup();
      recording = trial.recorder.open(sessionId, trial.clock.now());
    });

    afterEach(async () => {
      await recording.close();
      await trial.close();
    });

    const tone = (ms: number, rate: SampleRate) => new Int16Array((ms * rate) / 1000).fill(LOUD);

    /** The caller speaks for a while, in frames of 20 ms. */
    const callerSpeaks = (ms: number, rate: SampleRate = 8000): void => {
      for (let spokenMs = 0; spokenMs < ms; spokenMs += 20) {
        trial.clock.advance(20);
        const atMs = trial.clock.now();
        const pcm = tone(20, rate);
        recording.caller({ pcm, sampleRate: rate, atMs });
        // What the memory holds after the call is not the caller's.
        pcm.fill(0);
      }
    };

    /** The agent is to be heard `inMs` from now, in chunks of 100 ms. */
    const agentSpeaks = (ms: number, inMs = 0, sampleRate: SampleRate = 8000): void => {
      const startAtMs = trial.clock.now() + inMs;
      for (let chunkMs = 0; chunkMs < ms; chunkMs += 100) {
        const pcm = tone(100, sampleRate);
        recording.agent({ itemId: 'item_1', pcm, sampleRate, playsAtMs: startAtMs + chunkMs });
      }
    };

    const closed = async (): Promise<RecordedSession> => {
      await recording.close();
      return trial.read(sessionId);
    };

    it('keeps the caller on the left and the agent on the right, when they were heard', async () => {
      trial.clock.advance(500);
      callerSpeaks(300);
      trial.clock.advance(200);
      agentSpeaks(400);
      trial.clock.advance(1_000);
      const { caller, agent, sampleRate } = await closed();
      expectSound(caller, sampleRate, [[500, 800]]);
      expectSound(agent, sampleRate, [[1_000, 1_400]]);
    });

    it('lasts as long as the session', async () => {
      callerSpeaks(100);
      trial.clock.advance(5_900);
      const { caller, agent, sampleRate } = await closed();
      expect(caller.length).toBe(6 * sampleRate);
      expect(agent.length).toBe(6 * sampleRate);
    });

    it.each([8000, 16000, 24000, 48000] as const)('takes both sides at %i Hz', async (rate) => {
      trial.clock.advance(250);
      agentSpeaks(300, 0, rate);
      callerSpeaks(300, rate);
      trial.clock.advance(400);
      const { caller, agent, sampleRate } = await closed();
      expectSound(caller, sampleRate, [[250, 550]]);
      expectSound(agent, sampleRate, [[250, 550]]);
    });

    it('fills with silence where the caller sent nothing', async () => {
      callerSpeaks(200);
      trial.clock.advance(700);
      callerSpeaks(200);
      trial.clock.advance(20_000);
      callerSpeaks(200);
      const { caller, sampleRate } = await closed();
      expectSound(caller, sampleRate, [
        [0, 200],
        [900, 1_100],
        [21_100, 21_300],
      ]);
    });

    it('keeps the caller in one piece when the network stalls and then delivers at once', async () => {
      callerSpeaks(200);
      const { clock } = trial;
      clock.advance(200);
      for (let frame = 0; frame < 10; frame++) {
        recording.caller({ pcm: tone(20, 8000), sampleRate: 8000, atMs: clock.now() });
      }
      callerSpeaks(200);
      clock.advance(100);
      const { caller, sampleRate } = await closed();
      expectSound(caller, sampleRate, [[0, 600]]);
    });

    it('leaves out what was cut before it was heard', async () => {
      agentSpeaks(3_000, 100);
      trial.clock.advance(1_350);
      recording.cut(trial.clock.now());
      trial.clock.advance(2_000);
      agentSpeaks(200);
      trial.clock.advance(1_000);
      const { agent, sampleRate } = await closed();
      expectSound(agent, sampleRate, [
        [100, 1_350],
        [3_350, 3_550],
      ]);
    });

    it('leaves out what was still to be heard when the session ended', async () => {
      agentSpeaks(2_000);
      trial.clock.advance(700);
      const { agent, sampleRate } = await closed();
      expectSound(agent, sampleRate, [[0, 700]]);
      expect(agent.length).toBe((700 * sampleRate) / 1000);
    });

    it('cuts audio far ahead of the ear', async () => {
      agentSpeaks(10_000);
      trial.clock.advance(9_000);
      recording.cut(trial.clock.now());
      trial.clock.advance(4_000);
      const { agent, sampleRate } = await closed();
      expectSound(agent, sampleRate, [[0, 9_000]]);
    });

    it('keeps every event in order', async () => {
      const events: SessionEvent[] = [
        { type: 'session.started', sessionId, agent: 'test', atMs: trial.clock.now() },
        { type: 'playout.drained', itemId: 'item_1', atMs: trial.clock.now() + 1 },
        { type: 'session.ended', reason: 'callerLeft', atMs: trial.clock.now() + 2 },
      ];
      recording.event(events[0]!);
      trial.clock.advance(3_000);
      recording.event(events[1]!);
      recording.event(events[2]!);
      expect((await closed()).events).toEqual(events);
    });

    it('does not keep the audio it was given: the caller of `agent` may use it again', async () => {
      const pcm = tone(200, 8000);
      const playsAtMs = trial.clock.now();
      recording.agent({ itemId: 'item_1', pcm, sampleRate: 8000, playsAtMs });
      pcm.fill(0);
      trial.clock.advance(500);
      const { agent, sampleRate } = await closed();
      expectSound(agent, sampleRate, [[0, 200]]);
    });

    it('ends once, holds no timer afterwards and takes nothing more', async () => {
      callerSpeaks(100);
      await recording.close();
      callerSpeaks(100);
      agentSpeaks(100);
      recording.cut(trial.clock.now());
      recording.event({ type: 'session.ended', reason: 'expired', atMs: 1 });
      const { caller, events, sampleRate } = await closed();
      expect(caller.length).toBe((100 * sampleRate) / 1000);
      expect(events).toEqual([]);
      expect(trial.clock.pending).toBe(0);
    });

    it('keeps sessions apart', async () => {
      const other = trial.recorder.open('sess_other', trial.clock.now());
      callerSpeaks(100);
      await other.close();
      expectSound((await trial.read('sess_other')).caller, 8000, []);
      const { caller, sampleRate } = await closed();
      expectSound(caller, sampleRate, [[0, 100]]);
    });
  });
}
