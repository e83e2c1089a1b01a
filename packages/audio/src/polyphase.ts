import type { ResamplingFilter } from './resampling-filter.ts';

// 20 ms at 24 kHz, the usual frame, is taken in one piece; longer input goes through in several.
const BLOCK_SAMPLES = 480;

/**
 * One stream through a polyphase filter: keeps the input that coming outputs still need and makes
 * every output as soon as its last input is there, without allocating.
 */
export class Polyphase {
  readonly #filter: ResamplingFilter;
  readonly #history: Float64Array;
  /** Valid samples in `#history`. */
  #filled = 0;
  /** Index in `#history` of the input sample at or just before the time of the next output. */
  #center = 0;
  /** How far the next output lies after that sample, in units of 1 / phases of an input sample. */
  #phase = 0;

  constructor(filter: ResamplingFilter) {
    this.#filter = filter;
    this.#history = new Float64Array(2 * filter.halfTaps + BLOCK_SAMPLES);
    this.reset();
  }

  /** Starts a stream that silence precedes; its first output has the time of its first input. */
  reset(): void {
    const silent = this.#filter.halfTaps - 1;
    this.#history.fill(0, 0, silent);
    this.#filled = silent;
    this.#center = silent;
    this.#phase = 0;
  }

  /** Number of outputs that `addedSamples` more inputs make possible. */
  dueSamples(addedSamples: number): number {
    const { phases, step, halfTaps } = this.#filter;
    const reachable = this.#filled + addedSamples - halfTaps - this.#center;
    return Math.max(0, Math.ceil((reachable * phases - this.#phase) / step));
  }

  /** Takes `pcm` and writes all due outputs to `out`, which has `dueSamples(pcm.length)` places. */
  push(pcm: Int16Array, out: Int16Array): void {
    const history = this.#history;
    let written = 0;
    for (let read = 0; read < pcm.length;) {
      if (this.#filled === history.length) this.#dropOldest();
      const start = this.#filled;
      const taken = Math.min(history.length - start, pcm.length - read);
      for (let i = 0; i < taken; i++) history[start + i] = pcm[read + i]!;
      this.#filled += taken;
      read += taken;
      written = this.#writeDue(out, written);
    }
  }

  #dropOldest(): void {
    const oldest = this.#center - this.#filter.halfTaps + 1;
    this.#history.copyWithin(0, oldest, this.#filled);
    this.#filled -= oldest;
    this.#center -= oldest;
  }

  #writeDue(out: Int16Array, from: number): number {
    const { phases, step } = this.#filter;
    const end = from + this.dueSamples(0);
    let written = from;
    while (end - written >= 4 * phases) {
      for (let i = 0; i < phases; i++) {
        this.#writeFour(out, written + i);
        this.#advance();
      }
      this.#center += 3 * step;
      written += 4 * phases;
    }
    while (written < end) {
      this.#writeOne(out, written++);
      this.#advance();
    }
    return written;
  }

  #advance(): void {
    const { phases, step } = this.#filter;
    const phase = this.#phase + step;
    this.#center += Math.floor(phase / phases);
    this.#phase = phase % phases;
  }

  #writeOne(out: Int16Array, at: number): void {
    const { step, halfTaps, weights } = this.#filter;
    const history = this.#history;
    const oldest = this.#center - halfTaps + 1;
    const newest = this.#center + halfTaps;
    let w = this.#phase * 2 * halfTaps;
    let sum = 0;
    for (let group = 0; group < step; group++) {
      for (let x = oldest + group; x <= newest; x += step) sum += history[x]! * weights[w++]!;
    }
    out[at] = saturate(sum);
  }

  /**
   * Writes the next output and those one, two and three rounds of phases later. They share their
   * weights, and within a group each needs the input its successor needed one weight before: two
   * loads serve four multiplications. Each sum adds in the order of `#writeOne`, so that an output
   * does not depend on which of the two made it.
   */
  #writeFour(out: Int16Array, at: number): void {
    const { phases, step, halfTaps, weights } = this.#filter;
    const history = this.#history;
    const oldest = this.#center - halfTaps + 1;
    const groupTaps = (2 * halfTaps) / step;
    let w = this.#phase * 2 * halfTaps;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let group = 0; group < step; group++) {
      let x = oldest + group;
      let x0 = history[x]!;
      let x1 = history[(x += step)]!;
      let x2 = history[(x += step)]!;
      for (const end = w + groupTaps; w < end; w += 4) {
        let weight = weights[w]!;
        const x3 = history[(x += step)]!;
        a += x0 * weight;
        b += x1 * weight;
        c += x2 * weight;
        d += x3 * weight;
        weight = weights[w + 1]!;
        x0 = history[(x += step)]!;
        a += x1 * weight;
        b += x2 * weight;
        c += x3 * weight;
        d += x0 * weight;
        weight = weights[w + 2]!;
        x1 = history[(x += step)]!;
        a += x2 * weight;
        b += x3 * weight;
        c += x0 * weight;
        d += x1 * weight;
        weight = weights[w + 3]!;
        x2 = history[(x += step)]!;
        a += x3 * weight;
        b += x0 * weight;
        c += x1 * weight;
        d += x2 * weight;
      }
    }
    out[at] = saturate(a);
    out[at + phases] = saturate(b);
    out[at + 2 * phases] = saturate(c);
    out[at + 3 * phases] = saturate(d);
  }
}

function saturate(value: number): number {
  return value > 32767 ? 32767 : value < -32768 ? -32768 : Math.round(value);
}
