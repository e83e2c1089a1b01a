import { describe, expect, it } from 'vitest';
import { CallerTrack } from './caller-track.ts';
import { SampleBlocks } from './sample-blocks.ts';
import { SampleTrack } from './sample-track.ts';

const RATE = 8000;

/** A track from which everything that was laid can be read. */
function trackedCaller() {
  const track = new SampleTrack(new SampleBlocks(RATE), 60);
  const caller = new CallerTrack(track, 0, RATE);
  return {
    caller,
    track,
    heard: (): Int16Array => {
      caller.finish();
      const pcm = new Int16Array(caller.endSample);
      for (let block = 0; block * RATE < pcm.length; block++) {
        const samples = track.peek(block)?.subarray(0, pcm.length - block * RATE);
        if (samples) pcm.set(samples, block * RATE);
      }
      return pcm;
    },
  };
}

/** A tone that is the same however it is cut up. */
function tone(rate: 8000 | 24000, ms: number): Int16Array {
  const samples = (rate * ms) / 1000;
  return Int16Array.from({ length: samples }, (_, index) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * 440 * index) / rate)),
  );
}

describe('CallerTrack', () => {
  it('takes the slices of one message, which come at one instant, as one piece', () => {
    const whole = trackedCaller();
    const sliced = trackedCaller();
    const pcm = tone(24000, 1_000);
    for (let index = 0; index < 50; index++) {
      const slice = pcm.subarray(index * 480, (index + 1) * 480);
      whole.caller.accept({ pcm: slice, sampleRate: 24000, atMs: (index + 1) * 20 });
      // Five slices of 20 ms make a message of 100 ms.
      const messageAtMs = (Math.floor(index / 5) + 1) * 100;
      sliced.caller.accept({ pcm: slice, sampleRate: 24000, atMs: messageAtMs });
    }
    expect(sliced.heard()).toEqual(whole.heard());
  });

  it('hears no jitter: frames that come late and then early leave no trace', () => {
    const steady = trackedCaller();
    const jittery = trackedCaller();
    const pcm = tone(24000, 2_000);
    const delaysMs = [0, 35, 15, 70, 50, 30, 10, 0, 4, 2];
    for (let index = 0; index < 100; index++) {
      const slice = pcm.subarray(index * 480, (index + 1) * 480);
      const atMs = (index + 1) * 20;
      steady.caller.accept({ pcm: slice, sampleRate: 24000, atMs });
      const delayMs = delaysMs[index % delaysMs.length]!;
      jittery.caller.accept({ pcm: slice, sampleRate: 24000, atMs: atMs + delayMs });
    }
    expect(jittery.heard()).toEqual(steady.heard());
  });

  it('keeps what is left of a silence when only some of it was the network', () => {
    const { caller, heard } = trackedCaller();
    const pcm = new Int16Array(160).fill(1_000);
    caller.accept({ pcm, sampleRate: RATE, atMs: 20 });
    // Silent until 220 ms, and everything from then until 320 ms comes at 320 ms.
    for (let frame = 0; frame < 5; frame++) caller.accept({ pcm, sampleRate: RATE, atMs: 320 });
    const expected = new Int16Array(320 * 8).fill(1_000, 0, 160).fill(1_000, 220 * 8);
    expect(heard()).toEqual(expected);
  });

  it('decides a silence when it has waited, also when no frame follows', () => {
    const { caller, track } = trackedCaller();
    const pcm = new Int16Array(160).fill(1_000);
    caller.accept({ pcm, sampleRate: RATE, atMs: 300 });
    expect(track.endSample).toBe(0);
    caller.settle(0, 799);
    expect(track.endSample).toBe(0);
    caller.settle(0, 800);
    expect(track.endSample).toBe(300 * 8);
  });

  it('does not wait with more than can still be changed', () => {
    const { caller, track } = trackedCaller();
    const pcm = new Int16Array(800).fill(1_000);
    for (let index = 0; index < 10; index++) caller.accept({ pcm, sampleRate: RATE, atMs: 60_000 });
    expect(track.endSample).toBeGreaterThan(0);
  });
});
