import { describe, expect, it } from 'vitest';
import { spokenNumber } from './spoken-number.ts';
import { spokenTokens } from './spoken-tokens.ts';

const ORDER = { minLength: 4, maxLength: 5 };

describe('spokenNumber', () => {
  it.each([
    ['my number is five five one two nine', '55129'],
    ['four four seven one no sorry four four one seven', '4417'],
    ['four four seven one i mean four four one seven', '4417'],
    ['oh four four seven one', '4471'],
    ['zero four four seven one', '04471'],
    ['four four seven one four four seven one', '4471'],
    ['four four then seven one', '4471'],
    ['four four it is four four seven one', '4471'],
    ['order 4471 and order 5520', '4471'],
  ])('finds the number meant in %j', (text, value) => {
    expect(spokenNumber(spokenTokens(text), ORDER)?.value).toBe(value);
  });

  it.each(['four four seven', 'four four seven one five five', '4471 no 52'])(
    'tells that %j is no whole number',
    (text) => {
      expect(spokenNumber(spokenTokens(text), ORDER)).toMatchObject({ value: null });
    },
  );

  it.each(['cancel that one', 'where is my package', ''])('finds no number in %j', (text) => {
    expect(spokenNumber(spokenTokens(text), ORDER)).toBeNull();
  });

  it('says which tokens the number is made of', () => {
    expect(spokenNumber(spokenTokens('it is four four seven one please'), ORDER)).toEqual({
      value: '4471',
      from: 2,
      to: 6,
    });
  });
});
