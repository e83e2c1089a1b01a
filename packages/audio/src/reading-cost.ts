import type { AudioEncoding } from './audio-encoding.ts';
import { alawToPcm16, ulawToPcm16 } from './g711.ts';

/** What it costs to take bytes for audio of an encoding. */
export interface ReadingCost {
  /**
   * Bits per byte that a coder would need which predicts each sample from the two before it:
   * little where the reading makes sense, 7 to 8 where it makes noise of it.
   */
  bits: number;
  /** How much of the sound's power the two samples before foretell, in dB; 0 for white noise. */
  gainDb: number;
}

/** The steps of a law, by code. */
interface Steps {
  /** log2 of the distance between the value of the code and its neighbours. */
  readonly bits: Float64Array;
  /** That distance squared. */
  readonly squares: Float64Array;
}

const STEPS: Readonly<Record<'g711_ulaw' | 'g711_alaw', Steps>> = {
  g711_ulaw: stepsOf((code) => 3 + ((~code >> 4) & 7)),
  g711_alaw: stepsOf((code) => 3 + Math.max(1, ((code ^ 0x55) >> 4) & 7)),
};

/** Half of log2(2 pi e): the entropy of a Gaussian whose deviation is one step. */
const GAUSSIAN_BITS = 0.5 * Math.log2(2 * Math.PI * Math.E);

/** Rounding to steps makes noise of this share of a step squared. */
const ROUNDING = 1 / 12;

/** Reads frames of `frameBytes`, an even number, as one encoding or another. */
export class ByteReading {
  readonly #pcm: Int16Array;

  constructor(frameBytes: number) {
    this.#pcm = new Int16Array(frameBytes);
  }

  /** What `encoding` makes of a frame, written to `cost`. */
  read(frame: Uint8Array, encoding: AudioEncoding, cost: ReadingCost): void {
    const pcm = this.#pcm;
    let samples = frame.length;
    let stepBits = 0;
    let roundingPower = ROUNDING;
    if (encoding === 'pcm16') {
      samples /= 2;
      for (let i = 0; i < samples; i++) pcm[i] = frame[2 * i]! | (frame[2 * i + 1]! << 8);
    } else {
      (encoding === 'g711_ulaw' ? ulawToPcm16 : alawToPcm16)(frame, pcm);
      const { bits, squares } = STEPS[encoding];
      let square = 0;
      for (let i = 0; i < samples; i++) {
        const code = frame[i]!;
        stepBits += bits[code]!;
        square += squares[code]!;
      }
      stepBits /= samples;
      roundingPower = (ROUNDING * square) / samples;
    }
    let sum = 0;
    for (let i = 0; i < samples; i++) sum += pcm[i]!;
    const mean = sum / samples;
    let r0 = 0;
    let r1 = 0;
    let r2 = 0;
    let before = 0;
    let earlier = 0;
    for (let i = 0; i < samples; i++) {
      const value = pcm[i]! - mean;
      r0 += value * value;
      r1 += value * before;
      r2 += value * earlier;
      earlier = before;
      before = value;
    }
    const power = r0 / samples + roundingPower;
    const k1 = r0 > 0 ? r1 / r0 : 0;
    const error1 = r0 * (1 - k1 * k1);
    const k2 = error1 > 0 ? (r2 - k1 * r1) / error1 : 0;
    const unforetold = (error1 * (1 - k2 * k2)) / samples + roundingPower;
    const bitsPerSample = GAUSSIAN_BITS + 0.5 * Math.log2(unforetold) - stepBits;
    cost.bits = Math.max(0, bitsPerSample) / (encoding === 'pcm16' ? 2 : 1);
    cost.gainDb = 10 * Math.log10(power / unforetold);
  }
}

function stepsOf(bitsOf: (code: number) => number): Steps {
  const bits = Float64Array.from({ length: 256 }, (_, code) => bitsOf(code));
  return { bits, squares: bits.map((log2) => 4 ** log2) };
}
