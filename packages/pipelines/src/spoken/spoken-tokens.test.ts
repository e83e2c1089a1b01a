import { describe, expect, it } from 'vitest';
import { endsInHesitation, spokenTokens } from './spoken-tokens.ts';

describe('spokenTokens', () => {
  it.each([
    ["I'd like to check", ['i', 'would', 'like', 'to', 'check']],
    ['I don\u2019t know, can\u2019t say', ['i', 'do', 'not', 'know', 'can', 'not', 'say']],
    ["what's its name", ['what', 'is', 'it', 'is', 'name']],
    ['Yeah, um, OK!', ['yes', 'okay']],
    ['Caf\u00e9 \u2014 44-71', ['cafe', '44', '71']],
    ['uh-huh mm-hmm', []],
    ['... ?!', []],
  ])('reads %j', (text, tokens) => {
    expect(spokenTokens(text)).toEqual(tokens);
  });
});

describe('endsInHesitation', () => {
  it.each(['uh', "It's, um...", 'four four, er', 'well UHM —'])('holds for %j', (text) => {
    expect(endsInHesitation(text)).toBe(true);
  });

  it.each(['', 'uh yes', 'the drum', 'uh-huh', 'her', '4471'])('does not hold for %j', (text) => {
    expect(endsInHesitation(text)).toBe(false);
  });
});
