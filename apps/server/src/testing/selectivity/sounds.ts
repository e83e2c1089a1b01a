import { seededRandom } from '@antiphon/session/testing';

/** The rate of everything here: a telephone line. */
export const LINE_RATE = 8_000;

/** A resonance of the mouth, or of whatever sounds: its centre, and how narrow it is. */
interface Resonance {
  readonly hz: number;
  readonly q: number;
  readonly gain: number;
}

/** How a burst of noise rises and dies away. */
interface Burst {
  readonly ms: number;
  readonly attackMs: number;
  /** Falls to a third in so many milliseconds. */
  readonly decayMs: number;
  readonly gain: number;
}

const samples = (ms: number): number => Math.round((ms * LINE_RATE) / 1000);

/** White noise, the same for the same seed, of about unit power. */
export function whiteNoise(ms: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from(
    { length: samples(ms) },
    () => 2 * (random() + random() + random() - 1.5),
  );
}

/** Noise that loses 3 dB an octave. */
export function pinkNoise(ms: number, seed: number): Float64Array {
  const poles = [0.99, 0.94, 0.75];
  const weights = [0.1, 0.29, 0.6];
  const state = [0, 0, 0];
  return whiteNoise(ms, seed).map((white) => {
    let sum = 0;
    for (const [index, pole] of poles.entries()) {
      state[index] = pole * state[index]! + (1 - pole) * white;
      sum += (weights[index]! * state[index]) / Math.sqrt(1 - pole);
    }
    return sum;
  });
}

/** Sines together, such as the two of a key. */
export function tones(ms: number, frequencies: readonly number[]): Float64Array {
  return Float64Array.from({ length: samples(ms) }, (_, index) =>
    frequencies.reduce(
      (sum, hz) => sum + Math.sin((2 * Math.PI * hz * index) / LINE_RATE) / frequencies.length,
      0,
    ),
  );
}

export function silence(ms: number): Float64Array {
  return new Float64Array(samples(ms));
}

export function inTurn(...parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}

/** A cough: a burst of air through the throat, in one or more pushes. */
export function cough(pushes: readonly number[], seed: number): Float64Array {
  const throat: readonly Resonance[] = [
    { hz: 480, q: 3, gain: 1 },
    { hz: 1_250, q: 4, gain: 0.8 },
    { hz: 2_600, q: 4, gain: 0.5 },
  ];
  return inTurn(
    ...pushes.flatMap((ms, index) => [
      ...(index > 0 ? [silence(90)] : []),
      burst(
        { ms, attackMs: 8, decayMs: ms / 3, gain: index === 0 ? 1 : 0.7 },
        throat,
        seed + index,
      ),
    ]),
  );
}

/** A cough with the voice in it, which falls as the air runs out. */
export function voicedCough(ms: number, pitchHz: number, seed: number): Float64Array {
  const voice: readonly Resonance[] = [
    { hz: 600, q: 5, gain: 1 },
    { hz: 1_150, q: 6, gain: 0.5 },
    { hz: 2_500, q: 6, gain: 0.25 },
  ];
  const pulses = voiced(ms, (share) => pitchHz * (1.2 - 0.5 * share), seed);
  const shape: Burst = { ms, attackMs: 15, decayMs: ms / 2, gain: 1 };
  return inTurn(scaled(cough([70], seed), 0.6), scaled(shaped(through(pulses, voice), shape), 1));
}

/** Short voiced puffs: ha ha ha. */
export function laugh(count: number, pitchHz: number, seed: number): Float64Array {
  const mouth: readonly Resonance[] = [
    { hz: 700, q: 5, gain: 1 },
    { hz: 1_200, q: 6, gain: 0.6 },
    { hz: 2_600, q: 6, gain: 0.3 },
  ];
  const puff: Burst = { ms: 110, attackMs: 25, decayMs: 60, gain: 1 };
  return inTurn(
    ...Array.from({ length: count }, (_, index) => {
      const pulses = voiced(puff.ms, () => pitchHz * (1 - 0.05 * index), seed + index);
      return inTurn(
        scaled(breath(70, seed + index), 0.1),
        scaled(shaped(through(pulses, mouth), puff), 1),
        silence(20),
      );
    }),
  );
}

/** A child's cry: a high voice that rises and falls. */
export function cry(ms: number, seed: number): Float64Array {
  const mouth: readonly Resonance[] = [
    { hz: 1_100, q: 4, gain: 1 },
    { hz: 2_900, q: 5, gain: 0.6 },
  ];
  const pulses = voiced(ms, (share) => 380 + 160 * Math.sin(Math.PI * share), seed);
  return shaped(through(pulses, mouth), { ms, attackMs: 80, decayMs: ms, gain: 1 });
}

/** A few bars from a radio: chords of plucked strings. */
export function music(seed: number): Float64Array {
  const chords = [
    [262, 330, 392],
    [220, 262, 330],
    [247, 294, 392],
  ];
  return inTurn(
    ...chords.map((notes, index) => {
      const ms = 450;
      const sum = silence(ms);
      for (const hz of notes) {
        const string = voiced(ms, () => hz, seed + index);
        for (let i = 0; i < sum.length; i++) sum[i]! += string[i]!;
      }
      return shaped(sum, { ms, attackMs: 5, decayMs: 300, gain: 1 });
    }),
  );
}

/** Air through the mouth or the nose. */
export function breath(ms: number, seed: number): Float64Array {
  const mouth: readonly Resonance[] = [
    { hz: 900, q: 1, gain: 0.7 },
    { hz: 2_200, q: 1, gain: 1 },
  ];
  return burst({ ms, attackMs: ms / 2, decayMs: ms, gain: 1 }, mouth, seed);
}

/** A door: a blow with a low ring. */
export function doorSlam(seed: number): Float64Array {
  const door: readonly Resonance[] = [
    { hz: 110, q: 4, gain: 1 },
    { hz: 260, q: 3, gain: 0.6 },
    { hz: 900, q: 1, gain: 0.25 },
  ];
  return burst({ ms: 380, attackMs: 2, decayMs: 70, gain: 1 }, door, seed);
}

/** Keys of a keyboard, so many milliseconds apart. */
export function keyClicks(gapsMs: readonly number[], seed: number): Float64Array {
  const key: readonly Resonance[] = [
    { hz: 1_800, q: 2, gain: 1 },
    { hz: 3_200, q: 2, gain: 0.8 },
  ];
  const click: Burst = { ms: 22, attackMs: 1, decayMs: 5, gain: 1 };
  return inTurn(
    ...gapsMs.flatMap((gapMs, index) => [burst(click, key, seed + index), silence(gapMs)]),
  );
}

/** The handset is put down on a table: two dull knocks. */
export function knocks(seed: number): Float64Array {
  const table: readonly Resonance[] = [
    { hz: 180, q: 2, gain: 1 },
    { hz: 700, q: 2, gain: 0.4 },
  ];
  const knock: Burst = { ms: 90, attackMs: 2, decayMs: 20, gain: 1 };
  return inTurn(burst(knock, table, seed), silence(120), burst(knock, table, seed + 1));
}

/** Paper or cloth at the microphone: noise that comes and goes. */
export function rustle(ms: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const parts: Float64Array[] = [];
  const paper: readonly Resonance[] = [{ hz: 2_800, q: 0.7, gain: 1 }];
  for (let madeMs = 0; madeMs < ms;) {
    const lengthMs = 20 + 60 * random();
    const shape: Burst = { ms: lengthMs, attackMs: 8, decayMs: lengthMs / 2, gain: random() };
    parts.push(burst(shape, paper, seed + parts.length));
    madeMs += lengthMs;
  }
  return inTurn(...parts);
}

/** Noise through resonances, with a rise and a fall. */
function burst(shape: Burst, resonances: readonly Resonance[], seed: number): Float64Array {
  return shaped(through(whiteNoise(shape.ms, seed), resonances), shape);
}

/** Pulses of the vocal folds with some breath, at a pitch by the share of the time that is over. */
function voiced(ms: number, pitchAt: (share: number) => number, seed: number): Float64Array {
  const noise = whiteNoise(ms, seed);
  let phase = 0;
  return noise.map((sample, index) => {
    phase += pitchAt(index / noise.length) / LINE_RATE;
    if (phase >= 1) phase -= 1;
    // A pulse that opens slowly and closes at once.
    return phase * phase - 1 / 3 + 0.05 * sample;
  });
}

function through(source: Float64Array, resonances: readonly Resonance[]): Float64Array {
  const sound = new Float64Array(source.length);
  for (const resonance of resonances) {
    const part = resonate(source, resonance);
    for (let i = 0; i < sound.length; i++) sound[i]! += part[i]!;
  }
  return sound;
}

/** The sound with this much of full power at its loudest. */
function scaled(sound: Float64Array, peak: number): Float64Array {
  const loudest = sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return sound.map((sample) => (peak * sample) / loudest);
}

function shaped(sound: Float64Array, { attackMs, decayMs, gain }: Burst): Float64Array {
  return sound.map((sample, index) => {
    const ms = (index * 1000) / LINE_RATE;
    const rise = Math.min(1, ms / attackMs);
    const fall = Math.exp(-Math.max(0, ms - attackMs) / decayMs);
    return gain * sample * rise * fall;
  });
}

/** A band-pass of second order with unit gain at its centre. */
function resonate(input: Float64Array, { hz, q, gain }: Resonance): Float64Array {
  const omega = (2 * Math.PI * hz) / LINE_RATE;
  const alpha = Math.sin(omega) / (2 * q);
  const scale = 1 / (1 + alpha);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  return input.map((x) => {
    const y = scale * (alpha * (x - x2) + 2 * Math.cos(omega) * y1 - (1 - alpha) * y2);
    [x2, x1, y2, y1] = [x1, x, y1, y];
    return gain * y;
  });
}
