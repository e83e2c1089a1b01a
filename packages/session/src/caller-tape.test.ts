import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallerAudio } from './caller-audio.ts';
import { CallerTape } from './caller-tape.ts';
import type { AudioFrame } from './ports/audio-frame.ts';
import { DrivenClock } from './testing/driven-clock.ts';
import { MemoryRecording } from './testing/memory-recorder.ts';

interface Told extends AudioFrame {
  readonly toldAtMs: number;
}

/** A tape, and what a recording is told by it. */
function open() {
  const clock = new DrivenClock();
  const audio = new CallerAudio();
  const told: Told[] = [];
  const recording = new MemoryRecording();
  recording.caller = (frame) => {
    told.push({ ...frame, pcm: frame.pcm.slice(), toldAtMs: clock.now() });
  };
  const tape = new CallerTape({ recording, audio, clock });
  let sample = 0;
  /** Takes a frame that comes now, of samples that count on. */
  const take = (ms: number, sampleRate: AudioFrame['sampleRate'] = 8000): AudioFrame => {
    const pcm = Int16Array.from({ length: (ms * sampleRate) / 1000 }, () => sample++ % 30_000);
    const frame = { pcm, sampleRate, atMs: clock.now() };
    tape.accept(frame);
    audio.accept(frame);
    return { ...frame, pcm: pcm.slice() };
  };
  return { clock, tape, told, take };
}

const samplesOf = (frames: readonly AudioFrame[]) => frames.flatMap(({ pcm }) => [...pcm]);

describe('CallerTape', () => {
  it('tells frames in step together, as if they came with the last of them', () => {
    const { clock, tape, told, take } = open();
    const taken = [];
    for (let frame = 0; frame < 20; frame++) {
      clock.advance(20);
      taken.push(take(20));
    }
    expect(told).toEqual([]);
    tape.close();
    expect(told.map(({ pcm }) => pcm.length)).toEqual([3_200]);
    expect(told[0]?.atMs).toBe(clock.now());
    expect(samplesOf(told)).toEqual(samplesOf(taken));
    expect(clock.pending).toBe(0);
  });

  it('tells what came before a gap without what comes after it', () => {
    const { clock, tape, told, take } = open();
    const first = take(20);
    clock.advance(20 + 11);
    const second = take(20);
    expect(told.map(({ atMs }) => atMs)).toEqual([first.atMs]);
    tape.close();
    expect(told.map(({ atMs }) => atMs)).toEqual([first.atMs, second.atMs]);
  });

  it('tells what came ahead of its time without what comes after a gap', () => {
    const { clock, tape, told, take } = open();
    const early = [take(20), take(20)];
    clock.advance(20 + 11);
    const late = take(20);
    tape.close();
    expect(told.map(({ atMs }) => atMs)).toEqual([early[1]?.atMs, late.atMs]);
    expect(samplesOf(told)).toEqual(samplesOf([...early, late]));
  });

  it('tells a caller who sends nothing any more 800 ms after the first frame that was not told', () => {
    const { clock, told, take } = open();
    const { atMs } = take(20);
    clock.advance(799);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toMatchObject([{ atMs, toldAtMs: atMs + 800 }]);
    expect(clock.pending).toBe(0);
  });

  it('tells a frame that is longer than a part as it is', () => {
    const { tape, told, take } = open();
    const taken = [take(20), take(5_000), take(20)];
    tape.close();
    expect(told.map(({ pcm }) => pcm.length)).toEqual(taken.map(({ pcm }) => pcm.length));
  });

  it('tells every sample once, in order, near its time and within a second', () => {
    const step = fc.record({
      waitMs: fc.oneof(
        { weight: 8, arbitrary: fc.constant(20) },
        fc.integer({ min: 0, max: 3_000 }),
      ),
      // Some come all at once.
      frames: fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 200 })),
      rate: fc.oneof(
        { weight: 20, arbitrary: fc.constant(8000 as const) },
        fc.constant(24000 as const),
      ),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { clock, tape, told, take } = open();
        const taken: AudioFrame[] = [];
        for (const { waitMs, frames, rate } of steps) {
          clock.advance(waitMs);
          for (let frame = 0; frame < frames; frame++) taken.push(take(20, rate));
        }
        tape.close();
        expect(clock.pending).toBe(0);
        expect(samplesOf(told)).toEqual(samplesOf(taken));
        expectNearTheirTimes(told, taken);
      }),
      { numRuns: 100 },
    );
  });
});

/** Frames of 20 ms, none of which is in two parts. */
function expectNearTheirTimes(told: readonly Told[], taken: readonly AudioFrame[]): void {
  let index = 0;
  for (const { pcm, sampleRate, atMs, toldAtMs } of told) {
    let samples = pcm.length;
    let toldEndMs = atMs - (pcm.length * 1000) / sampleRate;
    while (samples > 0) {
      const frame = taken[index++]!;
      expect(frame.sampleRate).toBe(sampleRate);
      toldEndMs += (frame.pcm.length * 1000) / sampleRate;
      samples -= frame.pcm.length;
      // Earlier if those after it caught up, and later by what counts as in step at most.
      expect(frame.atMs - toldEndMs).toBeLessThanOrEqual(1_000);
      expect(frame.atMs - toldEndMs).toBeGreaterThanOrEqual(-10);
      expect(toldAtMs - frame.atMs).toBeLessThanOrEqual(1_000);
    }
    expect(samples).toBe(0);
  }
}
