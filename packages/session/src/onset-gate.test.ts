import { describe, expect, it } from 'vitest';
import { CallerLevel } from './caller-level.ts';
import { EchoWatch } from './echo-watch.ts';
import { OnsetGate } from './onset-gate.ts';

/** Syllables of a voice at a peak amplitude: 60 ms loud, 40 ms soft. */
function speech(ms: number, peak: number): Int16Array {
  return Int16Array.from({ length: 8 * ms }, (_, i) =>
    Math.round((i % 800 < 480 ? 1 : 0.2) * peak * Math.sin(0.15 * i) * Math.sin(0.011 * i)),
  );
}

/** A gate that knows a caller who spoke a turn at this peak, or knows nobody. */
function gate(peak: number | null): OnsetGate {
  const level = new CallerLevel();
  const turn = peak === null ? [] : speech(1_500, peak);
  for (let at = 0; at < turn.length; at += 160)
    level.hear(Int16Array.from(turn.slice(at, at + 160)));
  return new OnsetGate(level, new EchoWatch(400));
}

const sourceOf = (of: OnsetGate, pcm: Int16Array): string =>
  of.sourceOf({ pcm, sampleRate: 8000 }, 120, 10_000);

const softer = (db: number): Int16Array => speech(400, 8_000 * 10 ** (-db / 20));

describe('a gate before the caller’s turns', () => {
  it.each([0, 3, 6, 8])('takes the caller’s words %i dB softer than before for theirs', (db) => {
    expect(sourceOf(gate(8_000), softer(db))).toBe('caller');
  });

  it.each([15, 20, 25])('takes speech %i dB softer for somebody else’s', (db) => {
    expect(sourceOf(gate(8_000), softer(db))).toBe('background');
  });

  it('takes any voice for the caller’s while it knows none', () => {
    expect(sourceOf(gate(null), softer(25))).toBe('caller');
  });

  it.each([
    ['a known caller', 8_000],
    ['nobody', null],
  ])('tells an echo from a voice over it, knowing %s', (_name, peak) => {
    const agent = speech(2_000, 9_000).map((sample, i) => sample * Math.cos(0.00002 * i * i));
    const level = new CallerLevel();
    if (peak !== null) level.hear(speech(60, peak));
    const watch = new EchoWatch(2_000);
    watch.play(agent, 8000, 10_000);
    const of = new OnsetGate(level, watch);
    const line = agent.map((_, i) => (i < 640 ? 0 : agent[i - 640]! / 3));
    const voice = Int16Array.from(line, (_, i) => 5_000 * Math.sin(0.09 * i));
    const both = line.map((sample, i) => sample + voice[i]!);
    const heard = (pcm: Int16Array) => ({ pcm: pcm.subarray(0, 9_600), sampleRate: 8000 }) as const;
    expect(of.sourceOf(heard(line), 120, 11_200)).toBe('echo');
    expect(of.isEcho(heard(line), 120, 11_200)).toBe(true);
    expect(of.sourceOf(heard(both), 120, 11_200)).toBe('caller');
    expect(of.isEcho(heard(both), 120, 11_200)).toBe(false);
  });
});
