import { KNOWN_LINES, knownSpeech, seededRandom } from '@antiphon/session/testing';

/**
 * One interruption: what is said, when each of its words is said, and where the caller cuts in.
 * @typedef {import('@antiphon/session/testing').KnownSpeech & {
 *   readonly kind: 'answer' | 'say',
 *   readonly cutAtMs: number,
 * }} Interruption
 */

/** Nobody cuts in on the first or the last sound. */
const EDGE_MS = 300;

/**
 * The interruptions of a benchmark, the same for the same seed: answers and texts to be said in
 * turn, cut anywhere.
 * @param {number} count
 * @param {number} seed
 * @returns {Interruption[]}
 */
export function interruptions(count, seed) {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const line = KNOWN_LINES[Math.floor(random() * KNOWN_LINES.length)] ?? '';
    const speech = knownSpeech(line, random);
    const cutAtMs = Math.round(EDGE_MS + random() * (speech.lengthMs - 2 * EDGE_MS));
    return { ...speech, kind: index % 2 === 0 ? 'answer' : 'say', cutAtMs };
  });
}
