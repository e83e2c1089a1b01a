import { describe, expect, it } from 'vitest';
import { digitRuns } from './spoken-digits.ts';
import { spokenTokens } from './spoken-tokens.ts';

function digitsIn(text: string): string[] {
  return digitRuns(spokenTokens(text)).map((run) => run.digits);
}

describe('digitRuns', () => {
  it.each([
    ['four four seven one', ['4471']],
    ["It's, uh, four... four um seven one.", ['4471']],
    ['double four seven one', ['4471']],
    ['triple five twelve', ['55512']],
    ['oh four zero o', ['0400']],
    ['forty four seventy one', ['4471']],
    ['fifty five twenty', ['5520']],
    ['twenty oh four', ['2004']],
    ['4471', ['4471']],
    ['44-71', ['4471']],
    ['order #55129, please', ['55129']],
    ['four for seven to one', ['44721']],
    ['it is for to you', []],
    ['4471 and 5520', ['4471', '5520']],
    ['cancel that one', ['1']],
    ['double trouble', []],
    ['', []],
  ])('hears the digits of %j', (text, digits) => {
    expect(digitsIn(text)).toEqual(digits);
  });

  it('says which tokens spell the digits', () => {
    expect(digitRuns(['it', 'is', 'double', 'four', 'okay'])).toEqual([
      { digits: '44', from: 2, to: 4 },
    ]);
  });
});
