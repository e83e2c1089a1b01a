import { describe, expect, it } from 'vitest';
import { learnBigrams, SENTENCE_END, SENTENCE_START, type BigramModel } from './bigram-model.ts';
import { sentencesOfPhrases } from './training-sentences.ts';

/** What a model gives a word after a history, by the pair or through the back-off. */
function probability(model: BigramModel, history: string, word: string): number {
  const pair = model.bigrams[history]?.[word];
  return pair ?? (model.backOff[history] ?? 1) * model.unigrams[word]!;
}

describe('learnBigrams', () => {
  const model = learnBigrams(sentencesOfPhrases(['yes please', 'yes', 'no thank you']));
  const words = Object.keys(model.unigrams);

  it('shares out all probability after every history', () => {
    for (const history of [SENTENCE_START, 'yes', 'please', 'no', 'thank', 'you']) {
      const sum = words.reduce((total, word) => total + probability(model, history, word), 0);
      expect(sum).toBeCloseTo(1, 6);
    }
    expect(Object.values(model.unigrams).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
  });

  it('prefers what it has seen and allows what it has not', () => {
    expect(probability(model, SENTENCE_START, 'yes')).toBeGreaterThan(
      probability(model, SENTENCE_START, 'please'),
    );
    expect(probability(model, 'yes', SENTENCE_END)).toBeGreaterThan(
      probability(model, 'yes', 'thank'),
    );
    expect(probability(model, 'yes', 'thank')).toBeGreaterThan(0);
  });
});
