import { describe, expect, it } from 'vitest';
import { spokenTokens } from './spoken-tokens.ts';

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
