import { describe, expect, it } from 'vitest';
import { firstUnsaid, saysPhrase, spokenWords } from './spoken-words.ts';

describe('spokenWords', () => {
  it('keeps what is heard and drops how it is written', () => {
    expect(spokenWords('Sure. What’s the order number — 4471?')).toEqual([
      'sure',
      "what's",
      'the',
      'order',
      'number',
      '4471',
    ]);
  });
});

describe('saysPhrase', () => {
  it('wants whole words in a row', () => {
    expect(saysPhrase('Does that fit what your tracking shows?', 'tracking shows')).toBe(true);
    expect(saysPhrase('Does that fit what your tracking shows?', 'show')).toBe(false);
    expect(saysPhrase('tracking it shows', 'tracking shows')).toBe(false);
  });
});

describe('firstUnsaid', () => {
  const phrases = [['one moment', 'let me check'], ['has shipped']];

  it('is null when one wording of every phrase is said, in order', () => {
    expect(firstUnsaid('Let me check. It has shipped.', phrases)).toBeNull();
  });

  it('names the phrase that is missing', () => {
    expect(firstUnsaid('It has shipped.', phrases)).toEqual(['one moment', 'let me check']);
  });

  it('does not take a phrase that comes too early', () => {
    expect(firstUnsaid('It has shipped. One moment.', phrases)).toEqual(['has shipped']);
  });
});
