import { describe, expect, it } from 'vitest';
import { PronouncingDictionary } from './pronouncing-dictionary.ts';

const SMALL = new PronouncingDictionary(
  Buffer.from(";; a comment\n'bout B AW T\na AH\na(2) EY\na's EY Z\nbee B IY\nzoo Z UW\n"),
);

describe('PronouncingDictionary', () => {
  it('finds the first, the last and every word between', () => {
    expect(SMALL.lookup("'bout")).toEqual([['B', 'AW', 'T']]);
    expect(SMALL.lookup("a's")).toEqual([['EY', 'Z']]);
    expect(SMALL.lookup('bee')).toEqual([['B', 'IY']]);
    expect(SMALL.lookup('zoo')).toEqual([['Z', 'UW']]);
  });

  it('gives every way to say a word', () => {
    expect(SMALL.lookup('a')).toEqual([['AH'], ['EY']]);
  });

  it('finds nothing for words that it does not have', () => {
    for (const word of ['', "'", 'aa', 'be', 'bees', 'zz', 'a(2)', ';;']) {
      expect(SMALL.lookup(word)).toEqual([]);
    }
  });

  it('reads the installed dictionary', () => {
    const dictionary = PronouncingDictionary.read();
    expect(dictionary.lookup('order')).toEqual([['AO', 'R', 'D', 'ER']]);
    expect(dictionary.lookup('zywicki')).toHaveLength(1);
    expect(dictionary.lookup('kubernetes')).toEqual([]);
  });
});
