import { describe, expect, it } from 'vitest';
import { IntentClassifier } from './intent-classifier.ts';
import { spokenTokens } from '../../spoken/spoken-tokens.ts';

const classifier = new IntentClassifier({
  slots: {
    street: { kind: 'choice', values: ['high street', 'station road'] },
    door: { kind: 'digits', minLength: 1, maxLength: 3 },
    zip: { kind: 'digits', minLength: 5, maxLength: 5 },
  },
  intents: {
    pickUp: { examples: ['pick me up [please]', 'i need a taxi at {street} {door}'] },
    post: { examples: ['number {door} zip {zip}'] },
    price: { examples: ['how much is the trip', 'how much [is it] to {street}'] },
    cancel: { examples: ["i don't need the taxi any more"] },
  },
});

function best(text: string) {
  return classifier.scores(spokenTokens(text))[0];
}

describe('IntentClassifier', () => {
  it('scores an example, with and without its optional part, as word for word', () => {
    for (const text of ['pick me up', 'Pick me up, please!', 'how much is it to station road']) {
      expect(best(text)?.score).toBeCloseTo(1, 5);
    }
  });

  it('scores a value of a slot like the slot', () => {
    expect(best('I need a taxi at high street twelve')).toEqual({
      intent: 'pickUp',
      score: expect.closeTo(1, 5) as number,
      slots: ['street', 'door'],
    });
  });

  it('keeps the slots of an example in its order', () => {
    expect(best('number 12 zip 90210')?.slots).toEqual(['door', 'zip']);
  });

  it('is not thrown off by a word more, a word less or another ending', () => {
    for (const text of ['could you pick me up', 'pick up please', 'how much is this trips']) {
      expect(best(text)?.score).toBeGreaterThan(0.5);
    }
    expect(best('how much are the trips')?.intent).toBe('price');
  });

  it('scores what has no word in common with any example as nothing', () => {
    expect(classifier.scores(spokenTokens('purple elephants'))).toEqual([]);
    expect(classifier.scores([])).toEqual([]);
  });

  it('scores what has only common words with an example low', () => {
    expect(best('is it on the table')?.score ?? 0).toBeLessThan(0.42);
  });
});
