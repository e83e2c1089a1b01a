import type { SampleRate } from '@antiphon/audio';
import type { TimedWord } from '../ports/voice-engine.ts';

/** A text as a voice of which everything is known says it. */
export interface KnownSpeech {
  readonly text: string;
  /** Written words; each ends with the last of its spoken tokens, in whole milliseconds. */
  readonly words: readonly TimedWord[];
  /** Spoken tokens in order: the sounds from which the words above are made up. */
  readonly tokens: readonly SpokenToken[];
  readonly lengthMs: number;
}

/** A sound of a written word: 4471 has four. */
export interface SpokenToken {
  readonly text: string;
  /** Which written word it belongs to. */
  readonly word: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** What is said for written words that are more than one token, without the punctuation around. */
const SPOKEN: Readonly<Record<string, string>> = {
  '4471': 'four four seven one',
  '8820': 'eight eight two oh',
  '$19.99': 'nineteen dollars and ninety nine cents',
  '$1,240.55': 'one thousand two hundred forty dollars and fifty five cents',
  '25': 'twenty fifth',
  '14th': 'four teenth',
  '9:30': 'nine thirty',
};

/** Numbers, amounts and dates among plain words, as an agent says them. */
export const KNOWN_LINES: readonly string[] = [
  'Order 4471 shipped already. Expected delivery is April 25, does that match what you see?',
  'It costs $19.99, and I can cancel order 4471 for you. Shall I do that now?',
  'Your account ends in 8820, the balance is $1,240.55, and the next payment is due May 14th.',
  'Let me check that for you. One moment. The technician arrives at 9:30 on April 25.',
  'Sure. That was $19.99 for order 4471.',
];

/** Numbers from 0 to below 1, the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Says a text in tokens of 70 to 350 ms, with pauses after punctuation. */
export function knownSpeech(text: string, random: () => number): KnownSpeech {
  // Even, so that a mark every 20 ms is never the millisecond before the end of a word.
  const between = (low: number, high: number) =>
    2 * Math.round((low + random() * (high - low)) / 2);
  const tokens: SpokenToken[] = [];
  let atMs = 0;
  const words = text.split(' ').map((written, word): TimedWord => {
    const startMs = atMs;
    const plain = written.replace(/[.,?!]+$/u, '');
    for (const token of (SPOKEN[plain] ?? plain).split(' ')) {
      const endMs = atMs + between(70, 350);
      tokens.push({ text: token, word, startMs: atMs, endMs });
      atMs = endMs;
    }
    const endMs = atMs;
    if (/[.?!]$/u.test(written)) atMs += between(150, 400);
    else if (written.endsWith(',')) atMs += between(50, 200);
    return { text: written, startMs, endMs };
  });
  return { text, words, tokens, lengthMs: atMs };
}

/** The written words whose last spoken token ended at or before a position, joined by blanks. */
export function wordsPlayed({ words, tokens }: KnownSpeech, playedMs: number): string {
  const unplayed = tokens.find((token) => token.endMs > playedMs + SAMPLE_MS);
  return words
    .slice(0, unplayed?.word ?? words.length)
    .map((word) => word.text)
    .join(' ');
}

/** Sums of fractions of a millisecond are off by less than one sample at 24 kHz. */
const SAMPLE_MS = 0.04;

/** A quiet sound as long as a stretch of the speech. */
export function knownAudio(fromMs: number, untilMs: number, sampleRate: SampleRate): Int16Array {
  const length =
    Math.round((untilMs * sampleRate) / 1000) - Math.round((fromMs * sampleRate) / 1000);
  return new Int16Array(length).fill(1_000);
}
