import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlayoutLedger } from './playout-ledger.ts';

function ledgerOf(words: readonly { text: string; endMs: number }[]): PlayoutLedger {
  const ledger = new PlayoutLedger();
  ledger.open('a');
  ledger.write('a', words.map((word) => word.text).join(' '));
  ledger.time(
    'a',
    words.map((word, index) => ({ ...word, startMs: index === 0 ? 0 : words[index - 1]!.endMs })),
  );
  return ledger;
}

describe('PlayoutLedger', () => {
  it('counts a written word as said when its last spoken token was played', () => {
    const ledger = ledgerOf([
      { text: 'Order', endMs: 300 },
      { text: '4471', endMs: 1_500 },
      { text: 'shipped.', endMs: 2_000 },
    ]);
    expect(ledger.divide('a', 1_400)).toEqual({ heard: 'Order', unheard: '4471 shipped.' });
    expect(ledger.divide('a', 1_500)).toEqual({ heard: 'Order 4471', unheard: 'shipped.' });
  });

  it('claims nothing of text that has no audio yet', () => {
    const ledger = ledgerOf([{ text: 'Yes.', endMs: 300 }]);
    ledger.write('a', ' And then some.');
    expect(ledger.divide('a', 10_000)).toEqual({ heard: 'Yes.', unheard: 'And then some.' });
  });

  it('never claims more at an earlier position, and loses no word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 30 }),
        fc.nat(20_000),
        fc.nat(20_000),
        (lengths, one, other) => {
          let endMs = 0;
          const words = lengths.map((length, index) => ({
            text: `w${index}`,
            endMs: (endMs += length),
          }));
          const ledger = ledgerOf(words);
          const [early, late] = [Math.min(one, other), Math.max(one, other)];
          const atEarly = ledger.divide('a', early);
          expect(ledger.divide('a', late).heard.startsWith(atEarly.heard)).toBe(true);
          expect(`${atEarly.heard} ${atEarly.unheard}`.trim()).toBe(
            words.map((word) => word.text).join(' '),
          );
        },
      ),
    );
  });
});
