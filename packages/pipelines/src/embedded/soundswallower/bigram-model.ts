import type { TrainingSentence } from './training-sentences.ts';

/** Stands for the place before the first word and for the place after the last. */
export const SENTENCE_START = '<s>';
export const SENTENCE_END = '</s>';

/**
 * How likely words follow one another. Probabilities of a history are those of the pairs seen, and
 * for other words the history's `backOff` times the word's own probability.
 */
export interface BigramModel {
  /** Every word and {@link SENTENCE_END}, with its probability without a history. */
  readonly unigrams: Readonly<Record<string, number>>;
  /** By history, every word seen after it and its probability. */
  readonly bigrams: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** By history. */
  readonly backOff: Readonly<Record<string, number>>;
}

/**
 * Learns a model from sentences with Witten-Bell smoothing: the more different words followed a
 * history, the more likely is one that never did. Plain JSON, for it goes to worker threads.
 */
export function learnBigrams(sentences: readonly TrainingSentence[]): BigramModel {
  const pairs = new Map<string, Map<string, number>>();
  for (const { places, weight } of sentences) {
    let histories: readonly (readonly [string, number])[] = [[SENTENCE_START, 1]];
    for (const place of [...places, [[SENTENCE_END, 1]] as const]) {
      for (const [history, historyShare] of histories) {
        const followers = pairs.get(history) ?? new Map<string, number>();
        pairs.set(history, followers);
        for (const [word, share] of place) {
          followers.set(word, (followers.get(word) ?? 0) + weight * historyShare * share);
        }
      }
      histories = place;
    }
  }
  const unigrams = learnUnigrams(pairs);
  const bigrams: Record<string, Record<string, number>> = {};
  const backOff: Record<string, number> = {};
  for (const [history, followers] of pairs) {
    const seen = total(followers);
    const novelty = followers.size / (seen + followers.size);
    const probabilities: Record<string, number> = {};
    let seenShare = 0;
    let seenUnigramShare = 0;
    for (const [word, count] of followers) {
      const probability = (1 - novelty) * (count / seen) + novelty * unigrams[word]!;
      probabilities[word] = probability;
      seenShare += probability;
      seenUnigramShare += unigrams[word]!;
    }
    bigrams[history] = probabilities;
    // What the pairs seen leave over, shared out among the words not seen after this history.
    backOff[history] = Math.max(1e-9, 1 - seenShare) / Math.max(1e-9, 1 - seenUnigramShare);
  }
  return { unigrams, bigrams, backOff };
}

function learnUnigrams(
  pairs: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Record<string, number> {
  const counts = new Map<string, number>();
  for (const followers of pairs.values()) {
    for (const [word, count] of followers) counts.set(word, (counts.get(word) ?? 0) + count);
  }
  const novelty = counts.size / (total(counts) + counts.size);
  return Object.fromEntries(
    [...counts].map(([word, count]) => [
      word,
      (1 - novelty) * (count / total(counts)) + novelty / counts.size,
    ]),
  );
}

function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}
