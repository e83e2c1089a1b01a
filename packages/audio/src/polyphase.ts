import {
  filterInput,
  inputRoom,
  isRoomSilent,
  MOST_INPUT,
  MOST_OUTPUT,
  placeWeights,
} from './kernels/audio-kernels.ts';
import type { PlacedWeights } from './kernels/audio-kernels.ts';
import type { ResamplingFilter } from './resampling-filter.ts';

const placed = new WeakMap<ResamplingFilter, PlacedWeights>();

/**
 * One stream through a polyphase filter: keeps the input that coming outputs still need and makes
 * every output as soon as its last input is there.
 */
export class Polyphase {
  readonly #filter: ResamplingFilter;
  readonly #weights: PlacedWeights;
  /** What the next output still needs of the input, oldest first. */
  readonly #history: Int16Array;
  /** Valid samples in `#history`: the next output's row of weights begins with the first of them. */
  #filled = 0;
  /** How far the next output lies after an input sample, in units of 1 / phases of one. */
  #phase = 0;
  /** Whether all of the history is silent. */
  #isSilent = true;

  constructor(filter: ResamplingFilter) {
    this.#filter = filter;
    this.#weights = weightsOf(filter);
    this.#history = new Int16Array(2 * filter.halfTaps);
    this.reset();
  }

  /** Starts a stream that silence precedes; its first output has the time of its first input. */
  reset(): void {
    this.#filled = this.#filter.halfTaps - 1;
    this.#history.fill(0, 0, this.#filled);
    this.#phase = 0;
    this.#isSilent = true;
  }

  /** Number of outputs that `addedSamples` more inputs make possible. */
  dueSamples(addedSamples: number): number {
    const { phases, step, halfTaps } = this.#filter;
    // The last input of an output's row is 2 * halfTaps - 1 after its first.
    const reachable = this.#filled + addedSamples - 2 * halfTaps + 1;
    return Math.max(0, Math.ceil((reachable * phases - this.#phase) / step));
  }

  /** Takes `pcm` and writes all due outputs to `out`, which has room for `dueSamples(pcm.length)`. */
  push(pcm: Int16Array, out: Int16Array): void {
    const { phases, step } = this.#filter;
    const most =
      Math.min(MOST_INPUT, Math.floor((MOST_OUTPUT * step) / phases)) - this.#history.length;
    let written = 0;
    for (let read = 0; read < pcm.length; read += most) {
      const part = pcm.length <= most ? pcm : pcm.subarray(read, read + most);
      written += this.#pushPart(part, written === 0 ? out : out.subarray(written));
    }
  }

  #pushPart(pcm: Int16Array, out: Int16Array): number {
    const count = this.dueSamples(pcm.length);
    const room = inputRoom();
    const { phases, step } = this.#filter;
    const kept = this.#filled;
    const inputs = kept + pcm.length;
    room.set(this.#history.subarray(0, kept));
    room.set(pcm, kept);
    const isSilent = this.#isSilent && isRoomSilent(inputs);
    if (isSilent) out.fill(0, 0, count);
    else if (count > 0) out.set(filterInput(this.#weights, { phase: this.#phase, count }));
    const reached = this.#phase + count * step;
    this.#phase = reached % phases;
    const oldest = Math.floor(reached / phases);
    this.#filled = inputs - oldest;
    this.#history.set(room.subarray(oldest, inputs));
    this.#isSilent = isSilent || isAllZero(this.#history, this.#filled);
    return count;
  }
}

function weightsOf(filter: ResamplingFilter): PlacedWeights {
  const found = placed.get(filter);
  if (found) return found;
  const made = placeWeights(filter.weights, filter);
  placed.set(filter, made);
  return made;
}

function isAllZero(samples: Int16Array, count: number): boolean {
  for (let index = 0; index < count; index++) if (samples[index] !== 0) return false;
  return true;
}
