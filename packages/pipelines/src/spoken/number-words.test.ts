import { describe, expect, it } from 'vitest';
import { cardinalWords, digitWords, ordinalWords, yearWords } from './number-words.ts';

describe('number words', () => {
  it.each([
    [0, 'zero'],
    [13, 'thirteen'],
    [20, 'twenty'],
    [99, 'ninety nine'],
    [100, 'one hundred'],
    [1_000, 'one thousand'],
    [1_000_001, 'one million one'],
    [2_300_450, 'two million three hundred thousand four hundred fifty'],
  ])('counts %i', (value, words) => {
    expect(cardinalWords(value).join(' ')).toBe(words);
  });

  it.each([
    [1, 'first'],
    [12, 'twelfth'],
    [20, 'twentieth'],
    [25, 'twenty fifth'],
    [100, 'one hundredth'],
  ])('ranks %i', (value, words) => {
    expect(ordinalWords(value).join(' ')).toBe(words);
  });

  it.each([
    [1805, 'eighteen oh five'],
    [1900, 'nineteen hundred'],
    [2000, 'two thousand'],
    [2005, 'two thousand five'],
    [2026, 'twenty twenty six'],
  ])('says the year %i', (year, words) => {
    expect(yearWords(year).join(' ')).toBe(words);
  });

  it('reads digits and passes over the rest', () => {
    expect(digitWords('4-71')).toEqual(['four', 'seven', 'one']);
  });
});
