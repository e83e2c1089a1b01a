import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64DecodedBytes, decodeBase64Audio, isBase64 } from './base64-audio.ts';

const STRICT = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

describe('decodeBase64Audio', () => {
  it('returns the bytes that were encoded, and their count without decoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const base64 = Buffer.from(bytes).toString('base64');
        expect(Buffer.from(decodeBase64Audio(base64) ?? []).equals(bytes)).toBe(true);
        expect(base64DecodedBytes(base64)).toBe(bytes.length);
      }),
    );
  });

  it('decodes audio longer than the scratch space of the check', () => {
    const bytes = Buffer.alloc(200_001, 7);
    expect(Buffer.from(decodeBase64Audio(bytes.toString('base64')) ?? []).equals(bytes)).toBe(true);
    expect(decodeBase64Audio(`${bytes.toString('base64').slice(0, -4)}A-==`)).toBeNull();
  });

  it.each([
    ['a missing pad', 'QQ'],
    ['a length that is no multiple of four', 'QUJDR'],
    ['URL-safe letters', 'QUJ-'],
    ['the other URL-safe letter', 'QUJ_'],
    ['whitespace', 'QUJD\n==='],
    ['a pad inside', 'QU=D'],
    ['pads only', '===='],
    ['a letter beyond one byte that truncates to a valid one', 'QUJ\u0141'],
    ['a letter beyond ASCII', 'QUJ\u00e9'],
    ['a data URL', 'data:audio/pcm;base64,QUJD'],
  ])('refuses %s', (_, text) => {
    expect(decodeBase64Audio(text)).toBeNull();
  });
});

describe('isBase64', () => {
  it('agrees with the grammar of RFC 4648', () => {
    const alphabet = [...'ABab01+/=-_ \n'.split(''), '\u0141', '\u00e9', '\u{1f600}'];
    const nearBase64 = fc.array(fc.constantFrom(...alphabet), { maxLength: 12 });
    fc.assert(
      fc.property(nearBase64, (characters) => {
        const text = characters.join('');
        expect(isBase64(text)).toBe(STRICT.test(text));
      }),
      { numRuns: 2000 },
    );
  });
});
