import { LINE_RATE } from './sounds.ts';

const FULL_SCALE = 32_768;
const SLICE_SAMPLES = (20 * LINE_RATE) / 1000;

/** Slices this far below the loudest are pauses. */
const ACTIVE_RANGE_DB = 15;

/** A factor for samples. */
export function gainOf(db: number): number {
  return 10 ** (db / 20);
}

/** The level of a sound while it sounds: RMS of its slices of 20 ms that are no pauses, in dBFS. */
function activeDbfs(sound: Float64Array): number {
  const powers: number[] = [];
  for (let at = 0; at < sound.length; at += SLICE_SAMPLES) {
    const slice = sound.subarray(at, at + SLICE_SAMPLES);
    powers.push(slice.reduce((sum, sample) => sum + sample ** 2, 0) / slice.length);
  }
  const least = Math.max(...powers) * gainOf(-ACTIVE_RANGE_DB) ** 2;
  const active = powers.filter((power) => power >= least);
  const mean = active.reduce((sum, power) => sum + power, 0) / active.length;
  return 10 * Math.log10(mean / FULL_SCALE ** 2);
}

/** The sound at an active level. */
export function atLevel(sound: Float64Array, dbfs: number): Float64Array {
  const gain = gainOf(dbfs - activeDbfs(sound));
  return sound.map((sample) => gain * sample);
}
