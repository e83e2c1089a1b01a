import { readFileSync } from 'node:fs';
import { encodeAudio, readWav } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import { describe, expect, it } from 'vitest';
import {
  DECLARABLE,
  expectedName,
  nameOfFormat,
  isWrong,
  sampleBytes,
  SENT,
  sentAs,
  toldOfStream,
} from './testing/format-trials.ts';
import type { Told, TrialFormat } from './testing/format-trials.ts';
import { LIVE_PATTERNS, liveArrivals, seededRandom } from './testing/live-arrivals.ts';
import type { Arrival } from './testing/live-arrivals.ts';
import { PLAIN_SOUNDS } from './testing/plain-sounds.ts';

type Declared = (typeof DECLARABLE)[number];

const pcmOf = (name: string): Int16Array =>
  readWav(readFileSync(new URL(`../fixtures/${name}.wav`, import.meta.url))).pcm;

const OPENING_SAMPLES = 12_800;

/** The openings begin 0.3 s before the speech. */
const LEAD_SAMPLES = 2_400;
const LEAD_MS = 300;

/** Half a second after an opening, in which nothing is said. */
const TAIL = new Int16Array(4_000);

const babble = pcmOf('babble');

const joined = (...parts: readonly Int16Array[]): Int16Array =>
  Int16Array.from(parts.flatMap((part) => [...part]));

/** A tenth of the power of the speech. */
const withNoise = (pcm: Int16Array, noise: (sample: number) => number): Int16Array => {
  const power = (values: Iterable<number>) => [...values].reduce((sum, v) => sum + v * v, 0);
  const noises = Float64Array.from(pcm, (_, sample) => noise(sample));
  const gain = Math.sqrt(power(pcm.subarray(LEAD_SAMPLES)) / power(noises) / 10);
  return pcm.map((value, sample) =>
    Math.max(-32768, Math.min(32767, Math.round(value + gain * noises[sample]!))),
  );
};

const openings = ['hts', 'rms', 'slt'].flatMap((voice) => {
  const pcm = pcmOf(`openings-${voice}`);
  return Array.from({ length: pcm.length / OPENING_SAMPLES }, (_, index) =>
    joined(pcm.subarray(index * OPENING_SAMPLES, (index + 1) * OPENING_SAMPLES), TAIL),
  );
});

const random = seededRandom(1);
const noisy = openings.flatMap((pcm, index) => [
  withNoise(pcm, () => random() + random() + random() - 1.5),
  withNoise(pcm, (sample) => babble[(sample + 300 * index) % babble.length]!),
]);
const clips = [...openings, ...noisy];

const patterns = Object.values(LIVE_PATTERNS);

/** What is told of each stream, each carried in another of the ways. */
const told = (
  streams: readonly Uint8Array[],
  sent: TrialFormat,
  declared: (typeof DECLARABLE)[number],
) =>
  streams.map((bytes, index) => {
    const samples = bytes.length / sampleBytes(sent.encoding);
    const pattern = patterns[index % patterns.length]!;
    const arrivals = liveArrivals({ hz: sent.hz, samples }, pattern, seededRandom(index + sent.hz));
    return toldOfStream({ bytes, sent }, declared, arrivals);
  });

/** The share of trials in which exactly `name` was told, once and `withinMs` of the beginning. */
const shareOf = (trials: readonly (readonly Told[])[], name: string, withinMs: number): number =>
  trials.filter(
    (all) => all.length === 1 && all[0]!.looksLike === name && all[0]!.afterMs <= withinMs,
  ).length / trials.length;

/** Encoding so many clips takes seconds of a busy machine. */
const timeout = 120_000;

describe('speech that is not in its declared format', () => {
  for (const sent of SENT) {
    it(`is told, once and within a second of sound: ${nameOfFormat(sent)}`, { timeout }, () => {
      const spoken = clips.map((pcm) => sentAs(pcm, sent));
      const leadBytes = (LEAD_MS / 1_000) * sent.hz * sampleBytes(sent.encoding);
      const atOnce = spoken.map((bytes) => bytes.subarray(leadBytes));
      const wrong = DECLARABLE.filter((declared) => isWrong(sent, declared));
      expect(wrong.length).toBeGreaterThanOrEqual(2);
      for (const declared of wrong) {
        const name = expectedName(sent, declared);
        const share = shareOf(told(spoken, sent, declared), name, LEAD_MS + 1_000);
        expect(share, nameOfFormat(declared)).toBeGreaterThanOrEqual(0.99);
        // Without the silence before it, the pace must be judged by less.
        const shareAtOnce = shareOf(told(atOnce, sent, declared), name, 1_000);
        expect(shareAtOnce, nameOfFormat(declared)).toBeGreaterThanOrEqual(0.98);
      }
    });
  }

  it('is found by its pace where nothing is said', () => {
    const sent = { encoding: 'pcm16', hz: 16_000 } as const;
    const quiet = sentAs(new Int16Array(32_000), sent);
    for (const trial of told([quiet, quiet, quiet], sent, DECLARABLE[0]!)) {
      expect(trial).toMatchObject([{ looksLike: 'pcm16 at 16000 Hz' }]);
      expect(trial[0]!.afterMs).toBeLessThanOrEqual(2_500);
    }
  });

  it('is not found by its pace before the encoding is known that could explain it', () => {
    const sent = { encoding: 'pcm16', hz: 8_000 } as const;
    const late = sentAs(joined(new Int16Array(40_000), openings[0]!), sent);
    expect(told([late], sent, DECLARABLE[1]!)).toMatchObject([[{ looksLike: 'pcm16' }]]);
  });
});

describe('audio that is in its declared format', () => {
  /** The ways of a live stream, and clients that send as fast as they can. */
  const carriers = [
    ...patterns.map(
      (pattern) => (hz: number, samples: number, seed: number) =>
        liveArrivals({ hz, samples }, pattern, seededRandom(seed)),
    ),
    (_: number, samples: number): Arrival[] => [{ samples, atMs: 0 }],
    (hz: number, samples: number): Arrival[] =>
      liveArrivals({ hz, samples }, patterns[0]!, seededRandom(0)).map((arrival, index) => ({
        ...arrival,
        atMs: index / 4,
      })),
  ];

  const toldOf = (sounds: readonly ((hz: SampleRate) => Uint8Array)[], declared: Declared) =>
    sounds.flatMap((bytesAt, index) => {
      const bytes = bytesAt(declared.hz);
      const samples = bytes.length / sampleBytes(declared.encoding);
      return carriers.flatMap((carry) =>
        toldOfStream({ bytes, sent: declared }, declared, carry(declared.hz, samples, index)),
      );
    });

  for (const declared of DECLARABLE) {
    const name = nameOfFormat(declared);

    it(`is never doubted where it is speech: ${name}`, { timeout }, () => {
      const spoken = [...clips, joined(babble, babble)];
      expect(
        toldOf(
          spoken.map((pcm) => () => sentAs(pcm, declared)),
          declared,
        ),
      ).toEqual([]);
    });

    for (const [sound, pcmAt] of Object.entries(PLAIN_SOUNDS)) {
      it(`is never doubted where it is ${sound}: ${name}`, () => {
        const made = (hz: SampleRate) => encodeAudio(pcmAt(hz), declared.encoding);
        expect(toldOf([made], declared)).toEqual([]);
      });
    }
  }
});
