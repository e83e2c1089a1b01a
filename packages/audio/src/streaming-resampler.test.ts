import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLE_RATES, type SampleRate } from './sample-rate.ts';
import { StreamingResampler } from './streaming-resampler.ts';

const PAIRS = SAMPLE_RATES.flatMap((from) =>
  SAMPLE_RATES.filter((to) => to !== from).map((to): [SampleRate, SampleRate] => [from, to]),
);

function resample(pcm: Int16Array, [from, to]: [SampleRate, SampleRate]): Int16Array {
  const resampler = new StreamingResampler(from, to);
  return join([resampler.process(pcm), resampler.flush()]);
}

function join(parts: Int16Array[]): Int16Array {
  return Int16Array.from(parts.flatMap((part) => [...part]));
}

function sine(hertz: number, rate: number, seconds: number): Int16Array {
  return Int16Array.from(
    { length: rate * seconds },
    (_, i) => 16000 * Math.sin((2 * Math.PI * hertz * i) / rate),
  );
}

/** The middle half of a signal, away from where the tone is switched on and off. */
function steadyPart(pcm: Int16Array): Int16Array {
  return pcm.subarray(pcm.length / 4, (pcm.length * 3) / 4);
}

/** Amplitude of the `hertz` component and RMS of all the rest, over whole periods. */
function analyse(pcm: Int16Array, rate: number, hertz: number): { tone: number; rest: number } {
  let re = 0;
  let im = 0;
  let power = 0;
  pcm.forEach((sample, i) => {
    re += sample * Math.cos((2 * Math.PI * hertz * i) / rate);
    im += sample * Math.sin((2 * Math.PI * hertz * i) / rate);
    power += sample * sample;
  });
  const tone = (2 * Math.hypot(re, im)) / pcm.length;
  return { tone, rest: Math.sqrt(Math.max(0, power / pcm.length - (tone * tone) / 2)) };
}

const decibels = (ratio: number): number => 20 * Math.log10(ratio);

const chunkLengths = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 12 });
const anySamples = fc.integer({ min: 0, max: 4000 }).chain((length) =>
  fc.integer().map((seed) => {
    let state = seed | 1;
    return Int16Array.from(
      { length },
      () => (state = Math.imul(state, 1664525) + 1013904223) >> 16,
    );
  }),
);

function resampleInChunks(
  pcm: Int16Array,
  [from, to]: [SampleRate, SampleRate],
  lengths: number[],
): Int16Array {
  const resampler = new StreamingResampler(from, to);
  const parts: Int16Array[] = [];
  let read = 0;
  for (const length of lengths) {
    parts.push(resampler.process(pcm.subarray(read, read + length)));
    read += length;
  }
  parts.push(resampler.process(pcm.subarray(read)), resampler.flush());
  return join(parts);
}

describe.each(PAIRS)('from %i to %i Hz', (from, to) => {
  const lowerHalf = Math.min(from, to) / 2;

  it('passes tones up to 85 % of the band within 0.1 dB and adds nothing within 60 dB', () => {
    for (const share of [0.025, 0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.85]) {
      const hertz = Math.round((lowerHalf * share) / 20) * 20;
      const out = steadyPart(resample(sine(hertz, from, 0.4), [from, to]));
      const { tone, rest } = analyse(out, to, hertz);
      expect(Math.abs(decibels(tone / 16000)), `${hertz} Hz`).toBeLessThan(0.1);
      expect(decibels((rest * Math.SQRT2) / 16000), `${hertz} Hz`).toBeLessThan(-60);
    }
  });

  it('gives the exact number of samples, whatever the length', () => {
    for (const length of [0, 1, 2, 3, 5, 160, 479, 481, 8000]) {
      const out = resample(new Int16Array(length), [from, to]);
      expect(out.length, `${length} in`).toBe(Math.ceil((length * to) / from));
    }
  });

  it('keeps an impulse at its time', () => {
    for (const at of [0, 7, 160, 1001]) {
      const pcm = new Int16Array(1200);
      pcm[at] = 20000;
      const out = resample(pcm, [from, to]);
      const highest = out.indexOf(out.reduce((a, b) => Math.max(a, b)));
      expect(Math.abs(highest - (at * to) / from)).toBeLessThan(1);
    }
  });

  it('delays a tone by less than a hundredth of a sample', () => {
    const hertz = lowerHalf / 4;
    const seconds = 0.4;
    const out = resample(sine(hertz, from, seconds), [from, to]);
    let re = 0;
    let im = 0;
    for (let i = out.length / 4; i < (out.length * 3) / 4; i++) {
      re += out[i]! * Math.sin((2 * Math.PI * hertz * i) / to);
      im += out[i]! * Math.cos((2 * Math.PI * hertz * i) / to);
    }
    const delaySamples = (Math.atan2(im, re) / (2 * Math.PI * hertz)) * to;
    expect(Math.abs(delaySamples)).toBeLessThan(0.01);
  });

  it('keeps a constant level', () => {
    const out = steadyPart(resample(new Int16Array(2000).fill(12345), [from, to]));
    expect(new Set(out)).toEqual(new Set([12345]));
  });

  it('saturates instead of wrapping where a square wave overshoots', () => {
    const halfPeriod = from / 200;
    const isHigh = (at: number): boolean => Math.floor((at + 0.5) / halfPeriod) % 2 === 0;
    const square = Int16Array.from({ length: from / 10 }, (_, i) => (isHigh(i) ? 32767 : -32768));
    const out = resample(square, [from, to]);
    expect(out).toContain(32767);
    expect(out).toContain(-32768);
    const withinEdge = (0.3 * from) / Math.min(from, to);
    out.forEach((sample, i) => {
      const at = (i * from) / to;
      if (at > square.length - 1) return;
      if (isHigh(at - withinEdge) === isHigh(at + withinEdge)) expect(sample > 0).toBe(isHigh(at));
    });
  });

  it('gives the same samples however the input is cut', () => {
    fc.assert(
      fc.property(anySamples, chunkLengths, (pcm, lengths) => {
        expect(resampleInChunks(pcm, [from, to], lengths)).toEqual(resample(pcm, [from, to]));
      }),
      { numRuns: 25 },
    );
  });

  it('gives the same samples when they come one by one', () => {
    const pcm = sine(440, from, 0.05);
    const ones = Array.from(pcm, () => 1);
    expect(resampleInChunks(pcm, [from, to], ones)).toEqual(resample(pcm, [from, to]));
  });

  it('lays in a given array what it would return, of silence between sounds too', () => {
    const pcm = new Int16Array(6_000);
    pcm.fill(9_000, 0, 700).fill(-9_000, 5_000);
    const [one, other] = [new StreamingResampler(from, to), new StreamingResampler(from, to)];
    for (let at = 0; at < pcm.length; at += 333) {
      const chunk = pcm.subarray(at, at + 333);
      const out = new Int16Array(one.mostOutputs(chunk.length)).fill(77);
      const count = one.processInto(chunk, out);
      expect(out.subarray(0, count)).toEqual(other.process(chunk));
    }
    expect(one.flush()).toEqual(other.flush());
  });

  it('starts anew after flush and after reset', () => {
    const pcm = sine(300, from, 0.03);
    const fresh = resample(pcm, [from, to]);
    const used = new StreamingResampler(from, to);
    used.process(new Int16Array(777).fill(-30000));
    used.flush();
    expect(join([used.process(pcm), used.flush()])).toEqual(fresh);
    used.process(new Int16Array(5).fill(-30000));
    used.reset();
    expect(join([used.process(pcm), used.flush()])).toEqual(fresh);
    expect(used.flush()).toEqual(new Int16Array(0));
  });

  it('holds back at most 28 samples of the lower rate', () => {
    const resampler = new StreamingResampler(from, to);
    const given = resampler.process(new Int16Array(from)).length;
    expect(to - given).toBe(Math.ceil((28 * to) / Math.min(from, to)));
  });
});

describe.each(PAIRS.filter(([from, to]) => to < from))('from %i down to %i Hz', (from, to) => {
  it('keeps tones above the new band at least 60 dB down', () => {
    for (let hertz = to / 2; hertz < from / 2; hertz += to / 16) {
      const out = steadyPart(resample(sine(hertz, from, 0.2), [from, to]));
      const level = Math.sqrt(out.reduce((sum, sample) => sum + sample * sample, 0) / out.length);
      expect(decibels((level * Math.SQRT2) / 16000), `${hertz} Hz`).toBeLessThan(-60);
    }
  });
});

describe.each(PAIRS.filter(([from, to]) => to > from))('from %i up to %i Hz', (from, to) => {
  it('keeps the images of tones in the upper band at least 60 dB down', () => {
    for (const hertz of [from * 0.43, from * 0.46, from * 0.49]) {
      const out = steadyPart(resample(sine(hertz, from, 0.2), [from, to]));
      for (let image = from - hertz; image < to / 2; image += from) {
        const { tone } = analyse(out, to, image);
        expect(decibels(tone / 16000), `${hertz} Hz at ${image} Hz`).toBeLessThan(-60);
      }
    }
  });
});

describe('equal rates', () => {
  it('return the input itself and owe nothing', () => {
    const resampler = new StreamingResampler(16000, 16000);
    const pcm = Int16Array.of(1, 2, 3);
    expect(resampler.process(pcm)).toBe(pcm);
    expect(resampler.flush()).toEqual(new Int16Array(0));
    resampler.reset();
  });
});

describe('an unsupported rate', () => {
  it('is refused at construction', () => {
    for (const rate of [44100, 0, NaN]) {
      expect(() => new StreamingResampler(rate as SampleRate, 8000)).toThrowError(/fromRate is/);
      expect(() => new StreamingResampler(8000, rate as SampleRate)).toThrowError(/toRate is/);
    }
  });
});
