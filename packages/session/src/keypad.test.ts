import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ANY_NUMBER, Keypad, KEYPAD_PAUSE_MS } from './keypad.ts';
import type { KeypadFact } from './keypad.ts';
import { SecureEntries } from './secure-entries.ts';
import { DrivenClock } from './testing/index.ts';

let clock: DrivenClock;
let secrets: SecureEntries;
let facts: KeypadFact[];
let keypad: Keypad;

beforeEach(() => {
  clock = new DrivenClock();
  secrets = new SecureEntries();
  facts = [];
  keypad = new Keypad({ clock, secrets, onFact: (fact) => facts.push(fact) });
});

function type(keys: string): void {
  for (const key of keys) keypad.press(key);
}

function entered(text: string): KeypadFact {
  return { type: 'entered', text, isSecure: false };
}

describe('a number on the keypad', () => {
  it('ends with #', () => {
    type('4471');
    expect(facts).toEqual([]);
    type('#');
    expect(facts).toEqual([entered('4471')]);
    clock.advance(60_000);
    expect(facts).toHaveLength(1);
  });

  it('ends with its last digit where its length is known, and the # after it is nothing', () => {
    keypad.expect({ kind: 'number', length: 4, isSecure: false });
    type('4471#5520');
    expect(facts).toEqual([entered('4471'), entered('5520')]);
  });

  it('ends when no digit follows for a while', () => {
    type('44');
    clock.advance(KEYPAD_PAUSE_MS - 1);
    type('71');
    clock.advance(KEYPAD_PAUSE_MS - 1);
    expect(facts).toEqual([]);
    clock.advance(1);
    expect(facts).toEqual([entered('4471')]);
  });

  it('begins anew after *', () => {
    type('99*4471#');
    expect(facts).toEqual([entered('4471')]);
    type('99*');
    clock.advance(60_000);
    expect(facts).toHaveLength(1);
  });

  it('keeps its leading zeros and takes no other keys', () => {
    type('0A0B4C7D1#');
    expect(facts).toEqual([entered('00471')]);
  });

  it('is nothing without digits', () => {
    type('#*#');
    clock.advance(60_000);
    expect(facts).toEqual([]);
  });

  it('is dropped as a whole when it is too long', () => {
    type('1'.repeat(1_000));
    type('#');
    expect(facts).toEqual([{ type: 'tooLong' }]);
    type('1'.repeat(32));
    type('#');
    expect(facts.at(-1)).toEqual(entered('1'.repeat(32)));
  });

  it('is dropped when other keys are expected, or none any more', () => {
    type('44');
    keypad.expect(ANY_NUMBER);
    type('71#');
    expect(facts).toEqual([entered('71')]);
    type('44');
    keypad.close();
    clock.advance(60_000);
    expect(facts).toHaveLength(1);
  });

  it('is told once, whatever is pressed and whenever', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom(...'0123456789*#A'.split('')),
            fc.integer({ min: 0, max: 4_000 }),
          ),
        ),
        fc.option(fc.integer({ min: 1, max: 6 }), { nil: null }),
        (keys, length) => {
          const told: string[] = [];
          const driven = new DrivenClock();
          const pad = new Keypad({
            clock: driven,
            secrets,
            onFact: (fact) => {
              if (fact.type === 'entered') told.push(fact.text);
            },
          });
          pad.expect({ kind: 'number', length, isSecure: false });
          for (const [key, waitMs] of keys) {
            pad.press(key);
            driven.advance(waitMs);
          }
          driven.advance(KEYPAD_PAUSE_MS);
          // Of the digits, only those before a * are missing.
          const all = keys.map(([key]) => key).join('');
          if (!all.includes('*')) expect(told.join('')).toBe(all.replaceAll(/\D/gu, ''));
          expect(told.every((text) => text !== '' && text.length <= (length ?? 32))).toBe(true);
        },
      ),
    );
  });
});

describe('single keys', () => {
  it('are told at once, all of them', () => {
    keypad.expect({ kind: 'key' });
    type('1#*');
    expect(facts).toEqual([
      { type: 'key', key: '1' },
      { type: 'key', key: '#' },
      { type: 'key', key: '*' },
    ]);
  });
});

describe('a secure number', () => {
  it('is told as a mask, and kept for the tool', () => {
    keypad.expect({ kind: 'number', length: 4, isSecure: true });
    type('4471');
    expect(facts).toEqual([{ type: 'entered', text: '•••• {secure:entry_1}', isSecure: true }]);
    expect(secrets.reveal('{"pin":"{secure:entry_1}"}')).toBe('{"pin":"4471"}');
  });

  it('never shows in a fact', () => {
    keypad.expect({ kind: 'number', length: null, isSecure: true });
    type('4471#');
    type('99*8080');
    clock.advance(KEYPAD_PAUSE_MS);
    type('1'.repeat(40));
    type('#');
    expect(facts.map(({ type: kind }) => kind)).toEqual(['entered', 'entered', 'tooLong']);
    expect(JSON.stringify(facts)).not.toMatch(/4471|8080|99|11/u);
  });
});
