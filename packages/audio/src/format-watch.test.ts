import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeAudio, type AudioEncoding } from './audio-encoding.ts';
import { FormatWatch, type FormatDoubt } from './format-watch.ts';
import { applyGain } from './loudness.ts';
import { readWav } from './read-wav.ts';
import type { SampleRate } from './sample-rate.ts';
import { speechIntervals } from './speech-intervals.ts';
import { StreamingResampler } from './streaming-resampler.ts';

const ENCODINGS: readonly AudioEncoding[] = ['pcm16', 'g711_ulaw', 'g711_alaw'];

/** What is sent on telephone lines and by browsers. */
const FORMATS: readonly (readonly [AudioEncoding, SampleRate])[] = [
  ['pcm16', 8000],
  ['pcm16', 16000],
  ['pcm16', 24000],
  ['g711_ulaw', 8000],
  ['g711_alaw', 8000],
];

const FIXTURES = new URL('../fixtures/', import.meta.url);

const CLIPS = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.wav'))
  .map((name) => ({ name, pcm: readWav(readFileSync(new URL(name, FIXTURES))).pcm }));

/** From barely audible to clipped. */
const GAINS = [0.02, 0.1, 0.4, 1, 3];

const at = (pcm: Int16Array, rate: SampleRate): Int16Array => {
  const resampler = new StreamingResampler(8000, rate);
  return Int16Array.from([...resampler.process(pcm), ...resampler.flush()]);
};

const listen = (watch: FormatWatch, bytes: Uint8Array, chunkBytes: number): FormatDoubt[] => {
  const doubts: FormatDoubt[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    const doubt = watch.hear(bytes.subarray(start, start + chunkBytes));
    if (doubt) doubts.push(doubt);
  }
  return doubts;
};

/** Every doubt over bytes that come in appends of 20 ms of PCM16 at 24 kHz. */
const doubtsOf = (bytes: Uint8Array, declared: AudioEncoding): FormatDoubt[] =>
  listen(new FormatWatch(declared), bytes, 960);

const speech = CLIPS.flatMap(({ name, pcm }) =>
  FORMATS.flatMap(([encoding, rate]) =>
    GAINS.map((gain) => ({
      name: `${name} as ${encoding} at ${rate} Hz, gain ${gain}`,
      encoding,
      gain,
      bytes: encodeAudio(at(applyGain(pcm, gain), rate), encoding),
      bytesPerSecond: rate * (encoding === 'pcm16' ? 2 : 1),
      onsetMs: speechIntervals(pcm, 8000)[0]?.startMs ?? 0,
    })),
  ),
);

/** Uniform in [0, 1), the same in every run. */
const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

const sound = (rate: number, valueAt: (seconds: number, sample: number) => number): Int16Array =>
  Int16Array.from({ length: 2 * rate }, (_, sample) =>
    Math.max(-32768, Math.min(32767, Math.round(valueAt(sample / rate, sample)))),
  );

const tones =
  (amplitude: number, ...hertz: number[]) =>
  (seconds: number): number =>
    hertz.reduce((sum, f) => sum + amplitude * Math.sin(2 * Math.PI * f * seconds + f), 0);

const white = (amplitude: number) => {
  const next = random(7);
  return () => amplitude * (next() + next() + next() - 1.5);
};

const rms = (pcm: Int16Array) =>
  Math.sqrt(pcm.reduce((sum, value) => sum + value * value, 0) / pcm.length);

const pink = (amplitude: number) => {
  const next = random(11);
  let slow = 0;
  let slower = 0;
  return () => {
    const fresh = next() - 0.5;
    slow = 0.9 * slow + 0.3 * fresh;
    slower = 0.995 * slower + 0.1 * fresh;
    return amplitude * (slow + slower + 0.2 * fresh);
  };
};

const SOUNDS: Readonly<Record<string, (rate: number) => Int16Array>> = {
  silence: (rate) => sound(rate, () => 0),
  'silence with an offset': (rate) => sound(rate, () => 700),
  'line noise of one bit': (rate) => sound(rate, white(2)),
  'quiet white noise': (rate) => sound(rate, white(200)),
  'loud white noise': (rate) => sound(rate, white(15_000)),
  'white noise at full scale': (rate) => sound(rate, white(60_000)),
  'pink noise': (rate) => sound(rate, pink(12_000)),
  'quiet pink noise': (rate) => sound(rate, pink(200)),
  hum: (rate) => sound(rate, tones(2_000, 50, 150, 250)),
  'quiet hum': (rate) => sound(rate, tones(20, 50, 100)),
  'the key 5': (rate) => sound(rate, tones(7_000, 770, 1336)),
  'the key D': (rate) => sound(rate, tones(7_000, 941, 1633)),
  'a chord': (rate) => sound(rate, tones(3_000, 262, 330, 392, 523, 659, 784, 1047)),
  'a melody': (rate) =>
    sound(rate, (seconds) => {
      const hertz = 220 * 2 ** (Math.floor(seconds * 6) / 12);
      return tones(
        4_000 * Math.exp(-3 * ((seconds * 6) % 1)),
        hertz,
        2 * hertz,
        3 * hertz,
      )(seconds);
    }),
  'a melody of 8 bits': (rate) =>
    sound(rate, (seconds) => {
      const hertz = 220 * 2 ** (Math.floor(seconds * 6) / 12);
      return tones(6_000, hertz, 2 * hertz)(seconds) & ~255;
    }),
  'a sawtooth': (rate) => sound(rate, (seconds) => ((seconds * 110) % 1) * 60_000 - 30_000),
  'a sawtooth of 8 bits': (rate) =>
    sound(rate, (seconds) => (((seconds * 110) % 1) * 60_000 - 30_000) & ~255),
  'a square wave': (rate) => sound(rate, (seconds) => ((seconds * 440) % 1 < 0.5 ? 9e3 : -9e3)),
  'a clipped tone': (rate) => sound(rate, tones(90_000, 300)),
  clicks: (rate) => sound(rate, (_, sample) => (sample % 200 === 7 ? 20_000 : 0)),
  'clicks in noise': (rate) => {
    const noise = white(6);
    return sound(rate, (_, sample) => noise() + (sample % 40 === 7 ? 30_000 : 0));
  },
};

/** Tones of few samples a period look regular in every reading. */
const SHORT_PERIODS = [2, 3, 4, 5, 6, 8, 10, 16];

describe('FormatWatch', () => {
  for (const declared of ENCODINGS) {
    it(`finds speech that is not the ${declared} it is declared to be, and what it is`, () => {
      const trials = speech.filter(({ encoding }) => encoding !== declared);
      const missed = trials.filter(({ bytes, encoding }) => {
        const doubts = doubtsOf(bytes, declared);
        return doubts.length !== 1 || doubts[0]?.looksLike !== encoding;
      });
      expect(trials.length).toBeGreaterThanOrEqual(40);
      expect(missed.map(({ name }) => name)).toEqual([]);
    });

    it(`never doubts speech that is the ${declared} it is declared to be`, () => {
      const trials = speech.filter(({ encoding }) => encoding === declared);
      expect(trials.length).toBeGreaterThanOrEqual(20);
      expect(trials.flatMap(({ bytes }) => doubtsOf(bytes, declared))).toEqual([]);
    });
  }

  it('finds bright and noisy speech, which is foretold the least', () => {
    const trials = CLIPS.flatMap(({ name, pcm }) => {
      const noise = white(0.2 * rms(pcm));
      const bright = pcm.map((value, sample) => value - 0.95 * (pcm[sample - 1] ?? 0));
      return [
        { name: `${name}, bright`, pcm: bright },
        { name: `${name}, noisy`, pcm: pcm.map((value) => value + noise()) },
        { name: `${name}, bright and noisy`, pcm: bright.map((value) => value + noise()) },
      ];
    });
    for (const sent of ENCODINGS) {
      const streams = trials.map(({ name, pcm }) => ({ name, bytes: encodeAudio(pcm, sent) }));
      for (const declared of ENCODINGS) {
        const wrong = streams.filter(({ bytes }) => {
          const looksLike = doubtsOf(bytes, declared).map((doubt) => doubt.looksLike);
          return looksLike.join() !== (sent === declared ? '' : sent);
        });
        expect(wrong.map(({ name }) => `${name}: ${sent} as ${declared}`)).toEqual([]);
      }
    }
  });

  it('believes speech that is what it is declared to be, and nothing else', () => {
    for (const { bytes, encoding } of speech.filter(({ gain }) => gain === 1)) {
      for (const declared of ENCODINGS) {
        const watch = new FormatWatch(declared);
        const believed = new Set<boolean>();
        for (let start = 0; start < bytes.length; start += 160) {
          watch.hear(bytes.subarray(start, start + 160));
          believed.add(watch.isBelieved);
        }
        expect([...believed]).toEqual(declared === encoding ? [false, true] : [false]);
      }
    }
  });

  it('finds it within the first second of sound', () => {
    const slowest = speech.map(({ bytes, encoding, bytesPerSecond, onsetMs }) => {
      const declared = encoding === 'pcm16' ? 'g711_ulaw' : 'pcm16';
      const afterBytes = doubtsOf(bytes, declared)[0]?.afterBytes ?? Infinity;
      return (afterBytes * 1000) / bytesPerSecond - onsetMs;
    });
    expect(Math.max(...slowest)).toBeLessThanOrEqual(1_000);
  });

  for (const [name, make] of Object.entries(SOUNDS)) {
    it(`never doubts ${name}`, () => {
      const doubts = FORMATS.flatMap(([encoding, rate]) =>
        doubtsOf(encodeAudio(make(rate), encoding), encoding),
      );
      expect(doubts).toEqual([]);
    });
  }

  it('never doubts a tone whose period is a few samples', () => {
    const next = random(3);
    const doubts = SHORT_PERIODS.flatMap((period) =>
      Array.from({ length: 10 }, () => {
        const amplitude = 10 ** (1 + 3.4 * next());
        const phase = 2 * Math.PI * next();
        const pcm = sound(
          8000,
          (_, sample) => amplitude * Math.sin((2 * Math.PI * sample) / period + phase),
        );
        return ENCODINGS.flatMap((encoding) => doubtsOf(encodeAudio(pcm, encoding), encoding));
      }).flat(),
    );
    expect(doubts).toEqual([]);
  });

  it('never doubts a tone at half the rate, whose bytes alternate as those of a law may', () => {
    const doubts = [4_113, 4_125, 4_323, 12_345].flatMap((value) =>
      doubtsOf(
        encodeAudio(
          sound(8000, (_, sample) => (sample % 2 ? value : -value)),
          'pcm16',
        ),
        'pcm16',
      ),
    );
    expect(doubts).toEqual([]);
  });

  it('finds the same however the stream is cut', () => {
    const { bytes } = speech.find(({ encoding }) => encoding === 'g711_ulaw')!;
    const whole = listen(new FormatWatch('pcm16'), bytes, bytes.length);
    expect(whole).toHaveLength(1);
    for (const chunkBytes of [1, 7, 160, 321, 4_000]) {
      expect(listen(new FormatWatch('pcm16'), bytes, chunkBytes)).toEqual(whole);
    }
  });

  it('says how sure it is', () => {
    const { bytes } = speech.find(({ encoding }) => encoding === 'g711_ulaw')!;
    const [doubt] = doubtsOf(bytes, 'pcm16');
    expect(doubt).toMatchObject({ declared: 'pcm16', looksLike: 'g711_ulaw' });
    expect(doubt!.declaredBits).toBeGreaterThan(7);
    expect(doubt!.declaredBits - doubt!.looksLikeBits).toBeGreaterThan(1.2);
  });

  it('is done after it has told, and after it has heard enough; silence is not enough', () => {
    const watch = new FormatWatch('g711_alaw');
    watch.hear(new Uint8Array(100_000).fill(0xd5));
    expect(watch.isDone).toBe(false);
    const right = encodeAudio(SOUNDS['a chord']!(24000), 'g711_alaw');
    expect(watch.hear(right)).toBeNull();
    expect(watch.isDone).toBe(true);
    const wrong = speech.find(({ encoding }) => encoding === 'pcm16')!.bytes;
    expect(watch.hear(wrong)).toBeNull();
    const telling = new FormatWatch('g711_alaw');
    expect(telling.hear(wrong)).not.toBeNull();
    expect(telling.isDone).toBe(true);
    expect(telling.hear(wrong)).toBeNull();
  });
});
