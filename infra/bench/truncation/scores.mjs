import { wordsPlayed } from '@antiphon/session/testing';

/** @typedef {import('./interruptions.mjs').Interruption} Interruption */
/** @typedef {import('./antiphon-trials.mjs').Outcome} Outcome */

/**
 * How the histories of some interruptions compare with what was played.
 * @typedef {object} Score
 * @property {number} trials
 * @property {number} exact histories that are the words played, neither more nor less
 * @property {number} over histories with words that were not played, and such words in all
 * @property {number} overWords
 * @property {number} under histories that lack words that were played, and such words in all
 * @property {number} underWords
 */

/**
 * @param {readonly Interruption[]} interruptions
 * @param {readonly Outcome[]} outcomes in the same order
 * @returns {Score}
 */
export function scoreOf(interruptions, outcomes) {
  const score = { trials: 0, exact: 0, over: 0, overWords: 0, under: 0, underWords: 0 };
  for (const [index, interruption] of interruptions.entries()) {
    const outcome = outcomes[index];
    if (!outcome) throw new Error(`interruption ${index} has no outcome`);
    const kept = wordsOf(outcome.kept);
    const played = wordsOf(wordsPlayed(interruption, outcome.playedMs));
    const surplus = kept.length - played.length;
    score.trials += 1;
    if (kept.join(' ') === played.join(' ')) score.exact += 1;
    else if (surplus > 0) {
      score.over += 1;
      score.overWords += surplus;
    } else {
      score.under += 1;
      score.underWords -= surplus;
    }
  }
  return score;
}

/** @param {string} text */
function wordsOf(text) {
  return text.split(/\s+/u).filter((word) => word !== '');
}
