import { readdirSync, readFileSync } from 'node:fs';
import { pcm16ToUlaw, readWav, speechIntervals, ulawToPcm16 } from '@antiphon/audio';

/** Samples a second of everything here. */
export const RATE = 8000;

/** What a telephone sends at once. */
export const FRAME_MS = 20;
export const FRAME_SAMPLES = (RATE * FRAME_MS) / 1000;

const FOLDERS = [
  '../../../packages/pipelines/fixtures',
  '../../../apps/cli/scenarios/acme-support/audio/hts',
  '../../../apps/cli/scenarios/acme-support/audio/rms',
];

/** Between two sentences of somebody who goes on speaking. */
const BREATH_MS = 450;

const LINE_NOISE_DBFS = -50;

/** @typedef {'speaking' | 'silent, digital silence' | 'silent, noise at -66 dBFS' | 'silent, noise at -50 dBFS'} LineKind */

/**
 * Every clip of the repository from its first to its last sound, as a G.711 line carries it.
 * @returns {Int16Array[]}
 */
export function speechClips() {
  return FOLDERS.flatMap((folder) => {
    const url = new URL(`${folder}/`, import.meta.url);
    const names = readdirSync(url).filter((name) => name.endsWith('.wav'));
    return names.map((name) => {
      const { pcm } = readWav(readFileSync(new URL(name, url)));
      const loud = speechIntervals(pcm, RATE);
      const [first, last] = [loud[0], loud.at(-1)];
      if (!first || !last) throw new Error(`${name} holds no speech`);
      return overG711(pcm.subarray((first.startMs * RATE) / 1000, (last.endMs * RATE) / 1000));
    });
  });
}

/**
 * @param {Int16Array} pcm
 * @returns {Int16Array}
 */
export function overG711(pcm) {
  return ulawToPcm16(pcm16ToUlaw(pcm));
}

/**
 * White noise as a line carries it.
 * @param {number} ms
 * @param {number} dbfs
 */
function noise(ms, dbfs) {
  let seed = 4471;
  const amplitude = 32_768 * 10 ** (dbfs / 20) * Math.sqrt(3);
  const pcm = Int16Array.from({ length: (ms * RATE) / 1000 }, () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.round((seed / 1073741824 - 1) * amplitude);
  });
  return overG711(pcm);
}

/** What is heard on lines, in loops: of somebody who speaks on and on, or who is silent. */
export class Lines {
  /** @type {Record<LineKind, Int16Array>} */
  #loops;

  constructor() {
    const breath = noise(BREATH_MS, LINE_NOISE_DBFS);
    this.#loops = {
      speaking: Int16Array.from(speechClips().flatMap((clip) => [...clip, ...breath])),
      'silent, digital silence': new Int16Array(RATE),
      'silent, noise at -66 dBFS': noise(1000, -66),
      'silent, noise at -50 dBFS': noise(1000, LINE_NOISE_DBFS),
    };
  }

  get kinds() {
    return /** @type {LineKind[]} */ (Object.keys(this.#loops));
  }

  /**
   * The frames of a line, endlessly; different lines are at different places of the loop.
   * @param {LineKind} kind
   * @param {number} index of the line
   * @returns {() => Int16Array} the next frame
   */
  frames(kind, index) {
    const loop = this.#loops[kind];
    // Whole frames, and far apart from the neighbour's.
    const frames = Math.floor(loop.length / FRAME_SAMPLES);
    let at = Math.floor(index * 0.618 * frames) % frames;
    return () => {
      const from = at * FRAME_SAMPLES;
      at = (at + 1) % frames;
      return loop.subarray(from, from + FRAME_SAMPLES);
    };
  }
}
