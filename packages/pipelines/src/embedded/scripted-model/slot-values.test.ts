import { describe, expect, it } from 'vitest';
import { choiceValue, digitsValue } from './slot-values.ts';
import { spokenTokens } from './spoken-tokens.ts';

const ORDER = { kind: 'digits', minLength: 4, maxLength: 5 } as const;

describe('digitsValue', () => {
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
    expect(digitsValue(spokenTokens(text), ORDER)?.value).toBe(value);
  });

  it.each(['four four seven', 'four four seven one five five', '4471 no 52'])(
    'tells that %j is no whole number',
    (text) => {
      expect(digitsValue(spokenTokens(text), ORDER)).toMatchObject({ value: null });
    },
  );

  it.each(['cancel that one', 'where is my package', ''])('finds no number in %j', (text) => {
    expect(digitsValue(spokenTokens(text), ORDER)).toBeNull();
  });

  it('says which tokens the number is made of', () => {
    expect(digitsValue(spokenTokens('it is four four seven one please'), ORDER)).toEqual({
      value: '4471',
      from: 2,
      to: 6,
    });
  });
});

describe('choiceValue', () => {
  const SIZE = { kind: 'choice', values: ['small', 'extra large', 'large'] } as const;

  it('finds the value that was said, in the words of the slot', () => {
    expect(choiceValue(spokenTokens('An extra large, please'), SIZE)?.value).toBe('extra large');
    expect(choiceValue(spokenTokens('the large one'), SIZE)?.value).toBe('large');
    expect(choiceValue(spokenTokens('the smaller one'), SIZE)).toBeNull();
  });
});
