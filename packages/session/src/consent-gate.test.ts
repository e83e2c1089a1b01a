import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONSENT_WINDOW_MS, ConsentGate, sameArguments } from './consent-gate.ts';
import type { ConsentRequest, ConsentVerdict, HeardTurn } from './consent-gate.ts';

const REQUEST: ConsentRequest = {
  callId: 'call_1',
  name: 'cancel_order',
  argumentsJson: '{"order_id":"4471","note":"x"}',
  confirm: 'verbal',
  itemId: 'item_1',
  text: 'Cancel order 4471. Shall I?',
  keyWordCount: 3,
};

function gateFor(confirm: 'verbal' | 'dtmf' = 'verbal'): ConsentGate {
  return new ConsentGate({ ...REQUEST, confirm });
}

function said(text: string, startedAtMs: number, more: Partial<HeardTurn> = {}): HeardTurn {
  return { startedAtMs, text, isFinal: true, isBackground: false, ...more };
}

describe('consent by voice', () => {
  it('is given by a yes that began after the key part was played', () => {
    const gate = gateFor();
    expect(gate.played(2, 900)).toBeNull();
    expect(gate.played(3, 1_000)).toBeNull();
    expect(gate.callerTurn(said('yes please', 1_000))).toBe('confirmed');
    expect(gate.verdict).toBe('confirmed');
  });

  it('is given by a yes that cuts in after the key part', () => {
    const gate = gateFor();
    gate.played(3, 1_000);
    expect(gate.cut(3, 1_300)).toBeNull();
    expect(gate.callerTurn(said('yes', 1_100))).toBe('confirmed');
  });

  it('is not given by a yes that began before the key part was over', () => {
    const gate = gateFor();
    gate.played(3, 1_000);
    expect(gate.callerTurn(said('yes', 999))).toBe('unclear');
    expect(gate.verdict).toBeNull();
    expect(gate.callerTurn(said('yes', 2_000))).toBe('confirmed');
  });

  it('cannot be given once the key part was cut', () => {
    const gate = gateFor();
    gate.played(2, 900);
    expect(gate.cut(2, 950)).toBe('unheard');
    expect(gate.played(5, 2_000)).toBeNull();
    expect(gate.callerTurn(said('yes', 3_000))).toBeNull();
    expect(gate.verdict).toBe('unheard');
  });

  it('is not given while nothing was played', () => {
    const gate = gateFor();
    expect(gate.callerTurn(said('yes', 1_000))).toBe('unclear');
    expect(gate.verdict).toBeNull();
  });

  it.each([
    ['a partial transcript', said('yes', 2_000, { isFinal: false })],
    ['background speech', said('yes', 2_000, { isBackground: true })],
    ['silence', said('  ', 2_000)],
  ])('is not given by %s', (_what, turn) => {
    const gate = gateFor();
    gate.played(3, 1_000);
    expect(gate.callerTurn(turn)).toBeNull();
    expect(gate.verdict).toBeNull();
  });

  it.each(['mm-hmm', 'okay', 'uh'])('is still awaited after "%s"', (text) => {
    const gate = gateFor();
    gate.played(3, 1_000);
    expect(gate.callerTurn(said(text, 2_000))).toBe('unclear');
    expect(gate.callerTurn(said('yes', 3_000))).toBe('confirmed');
  });

  it.each(['yes but how much is shipping', 'what was that', 'yes cancel order 4472'])(
    'wants the read-back once more after "%s"',
    (text) => {
      const gate = gateFor();
      gate.played(3, 1_000);
      expect(gate.callerTurn(said(text, 2_000))).toBe('unclear');
      gate.played(5, 3_000);
      expect(gate.callerTurn(said('yes', 4_000))).toBe('unclear');
      gate.readAgain('item_2');
      expect(gate.itemId).toBe('item_2');
      expect(gate.callerTurn(said('yes', 5_000))).toBe('unclear');
      gate.played(3, 6_000);
      expect(gate.callerTurn(said('yes', 7_000))).toBe('confirmed');
    },
  );

  it('is refused by a no, however early', () => {
    expect(gateFor().callerTurn(said('no thanks', 100))).toBe('refused');
    const gate = gateFor();
    gate.played(3, 1_000);
    expect(gate.callerTurn(said('no', 2_000))).toBe('refused');
    expect(gate.callerTurn(said('yes', 3_000))).toBeNull();
  });

  it('expires 60 s after the key part', () => {
    const gate = gateFor();
    expect(gate.elapsed(1_000_000)).toBeNull();
    gate.played(3, 1_000);
    gate.played(5, 9_000);
    expect(gate.expiresAtMs).toBe(1_000 + CONSENT_WINDOW_MS);
    expect(gate.elapsed(61_000)).toBeNull();
    expect(gate.elapsed(61_001)).toBe('expired');
    expect(gate.callerTurn(said('yes', 61_000))).toBeNull();
  });

  it('is given by a turn that begins at the last moment, and by none after it', () => {
    const inTime = gateFor();
    inTime.played(3, 1_000);
    expect(inTime.callerTurn(said('yes', 61_000))).toBe('confirmed');
    const late = gateFor();
    late.played(3, 1_000);
    expect(late.callerTurn(said('yes', 61_001))).toBe('expired');
  });

  it('is no matter of keys', () => {
    const gate = gateFor();
    gate.played(3, 1_000);
    expect(gate.digit('1', 2_000)).toBeNull();
    expect(gate.digit('2', 2_000)).toBeNull();
    expect(gate.verdict).toBeNull();
  });
});

describe('consent by key', () => {
  it('is given by 1 after the key part was played', () => {
    const gate = gateFor('dtmf');
    expect(gate.digit('1', 500)).toBe('unclear');
    gate.played(3, 1_000);
    expect(gate.digit('1', 1_000)).toBe('confirmed');
  });

  it.each(['0', '2', '9', '*', '#', 'A'])('is refused by %s', (digit) => {
    const gate = gateFor('dtmf');
    gate.played(3, 1_000);
    expect(gate.digit(digit, 2_000)).toBe('refused');
    expect(gate.digit('1', 3_000)).toBeNull();
  });

  it('is not given by voice, and still awaited then', () => {
    const gate = gateFor('dtmf');
    gate.played(3, 1_000);
    expect(gate.callerTurn(said('yes', 2_000))).toBe('unclear');
    expect(gate.digit('1', 3_000)).toBe('confirmed');
  });

  it('is refused by voice', () => {
    expect(gateFor('dtmf').callerTurn(said('no', 2_000))).toBe('refused');
  });

  it('expires', () => {
    const gate = gateFor('dtmf');
    gate.played(3, 1_000);
    expect(gate.digit('1', 61_001)).toBe('expired');
  });
});

describe('what was consented to', () => {
  it.each([
    ['{"note":"x","order_id":"4471"}', true],
    [' { "order_id" : "4471", "note" : "x" } ', true],
    ['{"order_id":"4472","note":"x"}', false],
    ['{"order_id":4471,"note":"x"}', false],
    ['{"order_id":"4471"}', false],
    ['{"order_id":"4471","note":"x","all":true}', false],
    ['', false],
  ])('covers a call with %s: %s', (argumentsJson, isAllowed) => {
    const gate = gateFor();
    gate.played(3, 1_000);
    const call = { name: 'cancel_order', argumentsJson };
    expect(gate.allows(call)).toBe(false);
    gate.callerTurn(said('yes', 2_000));
    expect(gate.allows(call)).toBe(isAllowed);
    expect(gate.allows({ ...call, name: 'refund_order' })).toBe(false);
  });

  it('compares JSON by value', () => {
    expect(sameArguments('{"a":[1,{"b":2,"c":3}]}', '{"a":[1.0,{"c":3,"b":2}]}')).toBe(true);
    expect(sameArguments('{"a":[1,2]}', '{"a":[2,1]}')).toBe(false);
    expect(sameArguments('{', '{')).toBe(false);
    expect(sameArguments('{"__proto__":{"a":1}}', '{}')).toBe(false);
  });
});

type Step =
  | { readonly kind: 'played' | 'cut'; readonly words: number }
  | { readonly kind: 'turn'; readonly turn: Omit<HeardTurn, 'startedAtMs'>; readonly agoMs: number }
  | { readonly kind: 'digit'; readonly digit: string }
  | { readonly kind: 'elapsed' | 'again' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('played' as const, 'cut' as const),
    words: fc.integer({ min: 0, max: 5 }),
  }),
  fc.record({
    kind: fc.constant('turn' as const),
    turn: fc.record({
      text: fc.constantFrom('yes', 'yes please', 'no', 'mm-hmm', 'what', 'yes but', ''),
      isFinal: fc.boolean(),
      isBackground: fc.boolean(),
    }),
    agoMs: fc.integer({ min: 0, max: 3_000 }),
  }),
  fc.record({
    kind: fc.constant('digit' as const),
    digit: fc.constantFrom('1', '1', '2', '#'),
  }),
  fc.record({ kind: fc.constantFrom('elapsed' as const, 'again' as const) }),
);

const script = fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), step), { maxLength: 12 });

/** Plays a script and says, with each verdict, how long the key part had been played. */
function play(
  gate: ConsentGate,
  steps: readonly (readonly [number, Step])[],
  onVerdict: (verdict: ConsentVerdict, by: Step, heardForMs: number | null) => void,
): void {
  let atMs = 10_000;
  let heardAtMs: number | null = null;
  let isStale = false;
  for (const [waitMs, next] of steps) {
    atMs += waitMs;
    let fromMs = atMs;
    let verdict: ConsentVerdict | null = null;
    if (next.kind === 'played' || next.kind === 'cut') {
      if (next.words >= REQUEST.keyWordCount && !isStale) heardAtMs ??= atMs;
      verdict = gate[next.kind](next.words, atMs);
    } else if (next.kind === 'turn') {
      fromMs = atMs - next.agoMs;
      verdict = gate.callerTurn({ ...next.turn, startedAtMs: fromMs });
    } else if (next.kind === 'digit') verdict = gate.digit(next.digit, atMs);
    else if (next.kind === 'elapsed') verdict = gate.elapsed(atMs);
    else {
      gate.readAgain('item_2');
      heardAtMs = null;
      isStale = false;
    }
    if (verdict) onVerdict(verdict, next, heardAtMs === null ? null : fromMs - heardAtMs);
    const isOfTheirOwn = next.kind === 'turn' && /what|but/u.test(next.turn.text);
    if (verdict === 'unclear' && isOfTheirOwn) {
      heardAtMs = null;
      isStale = true;
    }
  }
}

describe('whatever happens in whatever order', () => {
  it.each(['verbal', 'dtmf'] as const)(
    'nothing but a complete answer in time after the key part confirms (%s)',
    (confirm) => {
      let confirmations = 0;
      fc.assert(
        fc.property(script, (steps) => {
          play(gateFor(confirm), steps, (verdict, by, heardForMs) => {
            if (verdict !== 'confirmed') return;
            confirmations += 1;
            expect(heardForMs).not.toBeNull();
            expect(heardForMs).toBeGreaterThanOrEqual(0);
            expect(heardForMs).toBeLessThanOrEqual(60_000);
            if (confirm === 'dtmf') expect(by).toEqual({ kind: 'digit', digit: '1' });
            else {
              expect(by).toMatchObject({
                kind: 'turn',
                turn: { text: expect.stringMatching(/^yes( please)?$/u), isFinal: true },
              });
              expect(by).toMatchObject({ turn: { isBackground: false } });
            }
          });
        }),
        { numRuns: 5_000, seed: 4_471 },
      );
      expect(confirmations).toBeGreaterThan(50);
    },
  );

  it('there is at most one final verdict', () => {
    fc.assert(
      fc.property(script, fc.constantFrom('verbal' as const, 'dtmf' as const), (steps, confirm) => {
        const gate = gateFor(confirm);
        const finals: ConsentVerdict[] = [];
        play(gate, steps, (verdict) => {
          if (verdict !== 'unclear') finals.push(verdict);
        });
        expect(finals.length).toBeLessThanOrEqual(1);
        expect(gate.verdict).toBe(finals[0] ?? null);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a cut before the key part means that no yes after it confirms', () => {
    fc.assert(
      fc.property(script, fc.integer({ min: 0, max: 2 }), (steps, words) => {
        const gate = gateFor();
        gate.cut(words, 5_000);
        play(gate, steps, (verdict) => expect.fail(`a verdict came: ${verdict}`));
        expect(gate.verdict).toBe('unheard');
      }),
    );
  });
});
