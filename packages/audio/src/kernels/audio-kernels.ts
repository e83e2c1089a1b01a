import { AUDIO_KERNELS } from './audio-kernels-bytes.ts';

/** Addresses in bytes and counts, as audio-kernels.wat names them. */
type Kernel = (...values: number[]) => void;

interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly widen: Kernel;
  readonly filter: Kernel;
  readonly interleave: Kernel;
}

/** The global WebAssembly object, whose functions the types of Node leave out. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** Rows of weights in the kernels' memory. */
export interface PlacedWeights {
  readonly at: number;
  readonly taps: number;
  readonly phases: number;
  readonly step: number;
}

/** How many samples go through the kernels at a time, what a filter looks back on included. */
export const MOST_INPUT = 4_096;

/** How many come out at a time. */
export const MOST_OUTPUT = 16_384;

// Bytes: 16-bit input, the same widened, output, and weights behind them.
const IN_AT = 0;
const WIDE_AT = 2 * MOST_INPUT;
const OUT_AT = WIDE_AT + 4 * MOST_INPUT;
const WEIGHTS_AT = OUT_AT + 2 * MOST_OUTPUT;
/** The inner loop of the filter takes so many weights at a time. */
const ROW_MULTIPLE = 28;

const { memory, widen, filter, interleave } = instantiate();
const input = new Int16Array(memory.buffer, IN_AT, MOST_INPUT);
const output = new Int16Array(memory.buffer, OUT_AT, MOST_OUTPUT);
let weightsEnd = WEIGHTS_AT;

function instantiate(): Kernels {
  const bytes = Uint8Array.from(atob(AUDIO_KERNELS), (character) => character.codePointAt(0)!);
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi })
    .WebAssembly;
  return new Instance(new Module(bytes)).exports as Kernels;
}

/**
 * Puts a filter's rows into the kernels' memory, for good: one `Float32Array` of `phases` rows of
 * taps, whose number is a multiple of 28. Throws a RangeError for rows that do not fit.
 */
export function placeWeights(
  rows: Float32Array,
  { phases, step }: { readonly phases: number; readonly step: number },
): PlacedWeights {
  const taps = rows.length / phases;
  const at = weightsEnd;
  if (taps % ROW_MULTIPLE !== 0 || at + rows.byteLength > memory.buffer.byteLength) {
    throw new RangeError(`${phases} rows of ${taps} weights do not fit`);
  }
  new Float32Array(memory.buffer, at, rows.length).set(rows);
  weightsEnd = at + rows.byteLength;
  return { at, taps, phases, step };
}

/** Where input of a filter is laid: what came before, then what is new. Used by one caller at a time. */
export function inputRoom(): Int16Array {
  return input;
}

/**
 * Filters `count` outputs, at most MOST_OUTPUT, out of the first `inputs` samples of the room: the
 * first output's row of weights is `phase`, and lies over the first sample. What it returns is
 * good until the next call.
 */
export function filterInput(
  weights: PlacedWeights,
  { inputs, phase, count }: { inputs: number; phase: number; count: number },
): Int16Array {
  const { at, taps, phases, step } = weights;
  widen(IN_AT, WIDE_AT, inputs);
  filter(WIDE_AT, at, taps, phases, step, phase, count, OUT_AT);
  return output.subarray(0, count);
}

/**
 * Lays two channels of equal length side by side into `out`, of twice the length, as the data of a
 * WAV file is.
 */
export function interleaveStereo(left: Int16Array, right: Int16Array, out: Int16Array): void {
  const most = MOST_INPUT / 2;
  for (let from = 0; from < left.length; from += most) {
    const count = Math.min(most, left.length - from);
    input.set(left.subarray(from, from + count));
    input.set(right.subarray(from, from + count), most);
    interleave(IN_AT, IN_AT + 2 * most, OUT_AT, count);
    out.set(output.subarray(0, 2 * count), 2 * from);
  }
}
