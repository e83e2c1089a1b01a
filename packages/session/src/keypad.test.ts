import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Keypad, KEYPAD_PAUSE_MS } from './keypad.ts';
import { SecureEntries } from './secure-entries.ts';
import { DrivenClock } from './testing/index.ts';

let clock: DrivenClock;
let secrets: SecureEntries;
let numbers: string[];
let keypad: Keypad;

beforeEach(() => {
  clock = new DrivenClock();
  secrets = new SecureEntries();
  numbers = [];
  keypad = new Keypad({ clock, secrets, onNumber: (text) => numbers.push(text) });
});

function type(keys: string): void {
  for (const key of keys) keypad.press(key);
}

describe('a number on the keypad', () => {
  it('ends with #', () => {
    type('4471');
    expect(numbers).toEqual([]);
    type('#');
    expect(numbers).toEqual(['4471']);
    clock.advance(60_000);
    expect(numbers).toHaveLength(1);
  });

  it('ends when no digit follows for a while', () => {
    type('44');
    clock.advance(KEYPAD_PAUSE_MS - 1);
    type('71');
    clock.advance(KEYPAD_PAUSE_MS - 1);
    expect(numbers).toEqual([]);
    clock.advance(1);
    expect(numbers).toEqual(['4471']);
  });

  it('begins anew after *', () => {
    type('99*4471#');
    expect(numbers).toEqual(['4471']);
    type('99*');
    clock.advance(60_000);
    expect(numbers).toHaveLength(1);
  });

  it('keeps its leading zeros and takes no other keys', () => {
    type('0A0B4C7D1#');
    expect(numbers).toEqual(['00471']);
  });

  it('is nothing without digits', () => {
    type('#*#');
    clock.advance(60_000);
    expect(numbers).toEqual([]);
  });

  it('is dropped as a whole when it is too long', () => {
    type('1'.repeat(1_000));
    type('#');
    expect(numbers).toEqual([]);
    type('1'.repeat(32));
    type('#');
    expect(numbers.at(-1)).toEqual('1'.repeat(32));
  });

  it('is dropped when other keys are expected, or none any more', () => {
    type('44');
    keypad.secure(false);
    type('71#');
    expect(numbers).toEqual(['71']);
    type('44');
    keypad.close();
    clock.advance(60_000);
    expect(numbers).toHaveLength(1);
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
        (keys) => {
          const told: string[] = [];
          const driven = new DrivenClock();
          const pad = new Keypad({
            clock: driven,
            secrets,
            onNumber: (text) => told.push(text),
          });
          for (const [key, waitMs] of keys) {
            pad.press(key);
            driven.advance(waitMs);
          }
          driven.advance(KEYPAD_PAUSE_MS);
          // Of the digits, only those before a * are missing.
          const all = keys.map(([key]) => key).join('');
          if (!all.includes('*')) expect(told.join('')).toBe(all.replaceAll(/\D/gu, ''));
          expect(told.every((text) => text !== '' && text.length <= 32)).toBe(true);
        },
      ),
    );
  });
});

describe('a secure number', () => {
  it('is told as a mask, and kept for the tool', () => {
    keypad.secure(true);
    type('4471#');
    expect(numbers).toEqual(['•••• {secure:entry_1}']);
    expect(secrets.reveal('{"pin":"{secure:entry_1}"}')).toBe('{"pin":"4471"}');
  });

  it('never shows in what is told', () => {
    keypad.secure(true);
    type('4471#');
    type('99*8080');
    clock.advance(KEYPAD_PAUSE_MS);
    type('1'.repeat(40));
    type('#');
    expect(numbers).toEqual(['•••• {secure:entry_1}', '•••• {secure:entry_2}']);
  });
});
