import { describe, expect, it } from 'vitest';
import { everydaySentences } from './everyday-phrases.ts';
import { sentencesOfPhrases } from './training-sentences.ts';
import { dictionaryFor } from './vocabulary.ts';

function weightOf(sentences: readonly { readonly weight: number }[]): number {
  return sentences.reduce((sum, { weight }) => sum + weight, 0);
}

describe('everydaySentences', () => {
  it('are a quarter of all that is said, however large the script', () => {
    for (const phrases of [['hello'], ['one', 'two', 'three', 'four']]) {
      const scripted = sentencesOfPhrases(phrases);
      const everyday = weightOf(everydaySentences(scripted));
      expect(everyday / (everyday + weightOf(scripted))).toBeCloseTo(0.25, 9);
    }
  });

  it('hold the signs of listening and the words that claim the floor', () => {
    const texts = everydaySentences(sentencesOfPhrases(['hello'])).map(({ places }) =>
      places.map((choice) => choice[0]![0]).join(' '),
    );
    for (const text of ['uh-huh', 'mm-hmm', 'yeah', 'right', 'okay', 'stop', 'wait', 'hold on']) {
      expect(texts).toContain(text);
    }
  });
});

describe('dictionaryFor', () => {
  it('knows the signs of listening in several ways of making them', async () => {
    const lines = (await dictionaryFor(['uh-huh', 'mm-hmm', 'no'])).split('\n');
    expect(lines).toContain('uh-huh AH HH AH');
    expect(lines).toContain('mm-hmm M HH M');
    expect(lines).toContain('mm-hmm(3) AH M HH AH M');
    expect(lines.filter((line) => line.startsWith('no'))).toEqual(['no N OW']);
  });
});
