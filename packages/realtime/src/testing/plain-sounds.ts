import { seededRandom } from './live-arrivals.ts';

const DURATION_SECONDS = 2.5;

/** Makes the same sound at any rate, as PCM16. */
export type PlainSound = (hz: number) => Int16Array;

const made =
  (valueAt: (seconds: number) => number): PlainSound =>
  (hz) =>
    Int16Array.from({ length: DURATION_SECONDS * hz }, (_, sample) =>
      Math.max(-32768, Math.min(32767, Math.round(valueAt(sample / hz)))),
    );

const tones =
  (amplitude: number, ...hertz: readonly number[]) =>
  (seconds: number): number =>
    hertz.reduce((sum, f) => sum + amplitude * Math.sin(2 * Math.PI * f * seconds + f), 0);

/** Notes of five partials that fade. */
const melody =
  (lowestHz: number, notesPerSecond: number) =>
  (seconds: number): number => {
    const note = Math.floor(seconds * notesPerSecond);
    const hz = lowestHz * 2 ** (((note * 7) % 24) / 12);
    const amplitude = 5_000 * Math.exp((-3 * (seconds * notesPerSecond - note)) / 2);
    return [1, 2, 3, 4, 5].reduce(
      (sum, partial) => sum + tones(amplitude / partial, hz * partial)(seconds),
      0,
    );
  };

const noise = (colour: (fresh: () => number) => () => number): PlainSound => {
  const random = seededRandom(5);
  const next = colour(() => random() + random() + random() - 1.5);
  return made(() => next());
};

const pink = (fresh: () => number): (() => number) => {
  let slow = 0;
  let slower = 0;
  return () => {
    const value = fresh();
    slow = 0.9 * slow + 0.3 * value;
    slower = 0.995 * slower + 0.1 * value;
    return 6_000 * (slow + slower + 0.2 * value);
  };
};

const KEYS_HZ = [
  [697, 1209],
  [770, 1336],
  [852, 1477],
  [941, 1336],
  [697, 1633],
] as const;

/** Sounds that are not speech, by name: 2.5 s of each. */
export const PLAIN_SOUNDS: Readonly<Record<string, PlainSound>> = {
  silence: made(() => 0),
  'white noise': noise((fresh) => () => 4_000 * fresh()),
  'faint white noise': noise((fresh) => () => 40 * fresh()),
  'pink noise': noise(pink),
  chords: made((seconds) =>
    tones(3_000, ...[262, 330, 392, 523].map((hz) => hz * 2 ** ((seconds * 2) | 0)))(seconds),
  ),
  'a low melody': made(melody(82, 4)),
  'a high melody': made(melody(880, 8)),
  'a sung vowel': made((seconds) => {
    const phase = 220 * seconds + 2 * Math.sin(2 * Math.PI * 5.5 * seconds);
    return [6, 9, 5, 2, 1].reduce(
      (sum, amplitude, index) =>
        sum + 900 * amplitude * Math.sin(2 * Math.PI * (index + 1) * phase),
      0,
    );
  }),
  DTMF: made((seconds) => {
    const key = KEYS_HZ[Math.floor(seconds * 5) % KEYS_HZ.length]!;
    return (seconds * 5) % 1 < 0.5 ? tones(7_000, ...key)(seconds) : 0;
  }),
  hum: made(tones(1_500, 50, 150, 250)),
};
