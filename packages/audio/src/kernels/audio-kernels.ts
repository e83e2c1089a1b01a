import { AUDIO_KERNELS } from './audio-kernels-bytes.ts';

/** Addresses in bytes and counts, as audio-kernels.wat names them. */
type Kernel = (...values: number[]) => void;

interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly filter: Kernel;
  readonly interleave: Kernel;
  readonly isSilent: (...values: number[]) => number;
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
  /** What the sum of products is multiplied with. */
  readonly scale: number;
}

/** How many samples go through the kernels at a time, what a filter looks back on included. */
export const MOST_INPUT = 8_192;

/** How many come out at a time. */
export const MOST_OUTPUT = 16_384;

// Bytes: input, output, and weights behind them.
const IN_AT = 0;
const OUT_AT = 2 * MOST_INPUT;
const WEIGHTS_AT = OUT_AT + 2 * MOST_OUTPUT;
/** The inner loop of the filter takes so many weights at a time. */
const ROW_MULTIPLE = 56;
/** One less than 16 bits hold: a rounded weight may be moved by one for the sum of its row. */
const GREATEST_WEIGHT = 32_766;
/** A lane of the sum has a quarter of the weights: so much of them, and the loudest input, is below 2^31. */
const MOST_A_LANE = 65_400;

const { memory, filter, interleave, isSilent } = instantiate();
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
 * taps. They are rounded to 16 bits, each row so that its sum stays. Throws a RangeError for rows
 * that do not fit.
 */
export function placeWeights(
  rows: Float32Array,
  { phases, step }: { readonly phases: number; readonly step: number },
): PlacedWeights {
  const given = rows.length / phases;
  const taps = Math.ceil(given / ROW_MULTIPLE) * ROW_MULTIPLE;
  const at = weightsEnd;
  const end = at + 2 * phases * taps;
  if (end > memory.buffer.byteLength) {
    throw new RangeError(`${phases} rows of ${given} weights do not fit`);
  }
  const each = Array.from({ length: phases }, (_, phase) =>
    rows.subarray(phase * given, (phase + 1) * given),
  );
  const unit = Math.floor(Math.min(...each.map(finestUnit)));
  const placed = new Int16Array(memory.buffer, at, phases * taps);
  each.forEach((row, phase) => placed.set(roundedRow(row, unit), phase * taps));
  weightsEnd = end;
  return { at, taps, phases, step, scale: 1 / unit };
}

/** The most that weights can be multiplied with. */
function finestUnit(row: Float32Array): number {
  const lanes = [0, 0, 0, 0];
  row.forEach((weight, tap) => (lanes[(tap >> 1) & 3]! += Math.abs(weight)));
  const greatest = row.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  return Math.min(GREATEST_WEIGHT / greatest, MOST_A_LANE / Math.max(...lanes));
}

/** The weights in units of 1 / `unit`, each less than one of them off. */
function roundedRow(row: Float32Array, unit: number): Int16Array {
  const rounded = Int16Array.from(row, (weight) => Math.round(weight * unit));
  const sum = row.reduce((total, weight) => total + weight, 0);
  const missing = Math.round(sum * unit) - rounded.reduce((total, weight) => total + weight, 0);
  const sign = Math.sign(missing);
  // Those that were rounded the other way the most bear it best.
  const owed = (tap: number) => sign * (row[tap]! * unit - rounded[tap]!);
  const taps = [...rounded.keys()].toSorted((one, other) => owed(other) - owed(one));
  for (const tap of taps.slice(0, Math.abs(missing))) rounded[tap]! += sign;
  return rounded;
}

/** Where input of a filter is laid: what came before, then what is new. Used by one caller at a time. */
export function inputRoom(): Int16Array {
  return input;
}

/** Whether so many samples of the room, counted from its start, have no sound. */
export function isRoomSilent(samples: number): boolean {
  // Eight are looked at at once.
  for (let at = samples; at % 8 !== 0; at++) input[at] = 0;
  return isSilent(IN_AT, samples) === 1;
}

/**
 * Filters `count` outputs, at most MOST_OUTPUT, out of the samples of the room: the
 * first output's row of weights is `phase`, and lies over the first sample. What it returns is
 * good until the next call.
 */
export function filterInput(
  weights: PlacedWeights,
  { phase, count }: { phase: number; count: number },
): Int16Array {
  const { at, taps, phases, step, scale } = weights;
  filter(IN_AT, at, taps, phases, step, phase, count, OUT_AT, scale);
  return output.subarray(0, count);
}

/**
 * Lays two channels side by side into `out`, as the data of a WAV file is; one that is shorter than
 * half of it is silent from there on.
 */
export function interleaveStereo(left: Int16Array, right: Int16Array, out: Int16Array): void {
  const most = MOST_INPUT / 2;
  const samples = out.length / 2;
  for (let from = 0; from < samples; from += most) {
    const count = Math.min(most, samples - from);
    layChannel(left, { from, count, at: 0 });
    layChannel(right, { from, count, at: most });
    interleave(IN_AT, IN_AT + 2 * most, OUT_AT, count);
    out.set(output.subarray(0, 2 * count), 2 * from);
  }
}

function layChannel(
  samples: Int16Array,
  { from, count, at }: { readonly from: number; readonly count: number; readonly at: number },
): void {
  const given = Math.max(0, Math.min(count, samples.length - from));
  if (given === samples.length) input.set(samples, at);
  else if (given > 0) input.set(samples.subarray(from, from + given), at);
  if (given < count) input.fill(0, at + given, at + count);
}
