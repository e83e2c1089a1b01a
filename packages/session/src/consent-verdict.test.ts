import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONSENT_WINDOW_MS, verdictOfKey, verdictOfTurn } from './consent-verdict.ts';
import type { AskedConsent, ConsentTurn } from './consent-verdict.ts';

const HEARD_AT_MS = 1_000;
const ASKED: AskedConsent = {
  confirm: 'verbal',
  text: 'Cancel order 4471. Shall I?',
  keyWordCount: 3,
  heardAtMs: HEARD_AT_MS,
};
const BY_KEY: AskedConsent = { ...ASKED, confirm: 'dtmf' };
const UNHEARD: AskedConsent = { ...ASKED, heardAtMs: null };

const turn = (text: string, startedAtMs = 2_000, isBackground = false): ConsentTurn => ({
  text,
  startedAtMs,
  isBackground,
});

describe('consent by voice', () => {
  it.each(['yes please', 'go ahead', 'yes cancel order 4471'])('is given by "%s"', (text) => {
    expect(verdictOfTurn(ASKED, turn(text))).toBe('confirmed');
  });

  it.each(['', '  ', 'mm-hmm', 'okay', 'yes but how much is it', 'yes cancel order 4472', 'what'])(
    'is not given by "%s"',
    (text) => {
      expect(verdictOfTurn(ASKED, turn(text))).toBe('unclear');
    },
  );

  it('is given by a repetition of all that is done, whatever is said of it', () => {
    const text = 'Cancel order 4471, and the money goes back to your card. Shall I?';
    const asked = { ...ASKED, text };
    expect(verdictOfTurn(asked, turn('yes, cancel order 4471'))).toBe('confirmed');
    expect(verdictOfTurn(asked, turn('yes cancel it'))).toBe('confirmed');
    expect(verdictOfTurn(asked, turn('yes cancel it but no money back'))).toBe('unclear');
    const both = { ...ASKED, text: 'Cancel order 4471 and refund it. Shall I?', keyWordCount: 6 };
    expect(verdictOfTurn(both, turn('yes, cancel order 4471'))).toBe('unclear');
    expect(verdictOfTurn(both, turn('yes, cancel order 4471 and refund it'))).toBe('confirmed');
  });

  it('is refused by a no, whatever was heard', () => {
    expect(verdictOfTurn(ASKED, turn('no thanks'))).toBe('refused');
    expect(verdictOfTurn(UNHEARD, turn('no', 0))).toBe('refused');
  });

  it('counts from the end of the key part for a minute', () => {
    const last = HEARD_AT_MS + CONSENT_WINDOW_MS;
    expect(verdictOfTurn(ASKED, turn('yes', HEARD_AT_MS - 1))).toBe('unclear');
    expect(verdictOfTurn(ASKED, turn('yes', HEARD_AT_MS))).toBe('confirmed');
    expect(verdictOfTurn(ASKED, turn('yes', last))).toBe('confirmed');
    expect(verdictOfTurn(ASKED, turn('yes', last + 1))).toBe('expired');
  });

  it('is not given to what was not played', () => {
    expect(verdictOfTurn(UNHEARD, turn('yes'))).toBe('unheard');
  });

  it('is neither given nor refused by somebody in the background', () => {
    for (const text of ['yes', 'no']) {
      expect(verdictOfTurn(ASKED, turn(text, 2_000, true))).toBe('unclear');
    }
  });

  it('is no matter of keys', () => {
    expect(verdictOfKey(ASKED, '1', 2_000)).toBe('unclear');
  });
});

describe('consent by key', () => {
  it('is given by 1 once the key part was played, for a minute', () => {
    expect(verdictOfKey(BY_KEY, '1', HEARD_AT_MS - 1)).toBe('unclear');
    expect(verdictOfKey(BY_KEY, '1', HEARD_AT_MS)).toBe('confirmed');
    expect(verdictOfKey(BY_KEY, '1', HEARD_AT_MS + CONSENT_WINDOW_MS + 1)).toBe('expired');
    expect(verdictOfKey({ ...BY_KEY, heardAtMs: null }, '1', 2_000)).toBe('unheard');
  });

  it.each(['0', '2', '9', '*', '#', 'A'])('is refused by %s', (digit) => {
    expect(verdictOfKey(BY_KEY, digit, 2_000)).toBe('refused');
  });

  it('is not given by voice, and refused by it', () => {
    expect(verdictOfTurn(BY_KEY, turn('yes'))).toBe('unclear');
    expect(verdictOfTurn(BY_KEY, turn('no'))).toBe('refused');
  });
});

describe('consent', () => {
  const texts = fc.oneof(
    fc.constantFrom('yes', 'yes please', 'no', 'okay', 'mm-hmm', 'yes but', 'yes order 4472', ''),
    fc.string(),
  );
  const replies = fc.record({
    confirm: fc.constantFrom('verbal' as const, 'dtmf' as const),
    heardAtMs: fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: null }),
    text: texts,
    atMs: fc.integer({ min: 0, max: 200_000 }),
    isBackground: fc.boolean(),
    digit: fc.constantFrom(...'0123456789*#'.split('')),
  });

  it('is never given without a played key part, a yes or a 1 after it, and in time', () => {
    fc.assert(
      fc.property(replies, ({ confirm, heardAtMs, text, atMs, isBackground, digit }) => {
        const asked: AskedConsent = { ...ASKED, confirm, heardAtMs };
        const isInTime =
          heardAtMs !== null && atMs >= heardAtMs && atMs <= heardAtMs + CONSENT_WINDOW_MS;
        if (verdictOfTurn(asked, turn(text, atMs, isBackground)) === 'confirmed') {
          expect(isInTime && !isBackground && confirm === 'verbal').toBe(true);
          expect(text).toMatch(/yes|yeah|yep|sure|go ahead|do it|please|correct|absolutely/iu);
        }
        if (verdictOfKey(asked, digit, atMs) === 'confirmed') {
          expect(isInTime && confirm === 'dtmf' && digit === '1').toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
