import { describe, expect, it } from 'vitest';
import { saysTheSame } from './speculation.ts';

describe('saysTheSame', () => {
  it.each([
    ['', ' '],
    ['Yes, please.', 'yes please'],
    ['  where   is it ', 'Where is it?'],
    ['ÜBER uns', 'über uns'],
  ])('makes no difference between %j and %j', (one, other) => {
    expect(saysTheSame(one, other)).toBe(true);
  });

  it.each([
    ['yes', 'yes please'],
    ['four four', 'fourfour'],
    ['19.99', '1999'],
    ['take 5%', 'take 5'],
    ['it is $5', 'it is 5'],
    ['résumé', 'resume'],
    ['', '?!a'],
  ])('tells %j from %j', (one, other) => {
    expect(saysTheSame(one, other)).toBe(false);
  });
});
