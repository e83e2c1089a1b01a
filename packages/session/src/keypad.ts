import type { Clock, TimerHandle } from './ports/clock.ts';
import { MASK } from './secure-entries.ts';
import type { SecureEntries } from './secure-entries.ts';

/** What keys mean: each one by itself, or digits of a number. */
export type KeypadUse =
  | { readonly kind: 'key' }
  | {
      readonly kind: 'number';
      /** How many digits it has, at most 32; `null` where only # or a pause ends it. */
      readonly length: number | null;
      /** Whether nobody but the tool may see it. */
      readonly isSecure: boolean;
    };

/** What was typed. */
export type KeypadFact =
  | { readonly type: 'key'; readonly key: string }
  /** A number: `text` is what the conversation, events and logs may hold. */
  | { readonly type: 'entered'; readonly text: string; readonly isSecure: boolean }
  /** More digits than any number has; all of them are dropped. */
  | { readonly type: 'tooLong' };

/** Any number, ended by # or a pause. */
export const ANY_NUMBER: KeypadUse = { kind: 'number', length: null, isSecure: false };

/** A pause after a digit that ends the number. */
export const KEYPAD_PAUSE_MS = 3_000;
/** No number that callers type is longer. */
const MOST_DIGITS = 32;

export interface KeypadOptions {
  readonly clock: Clock;
  readonly secrets: SecureEntries;
  /** Called synchronously from `press`, or from the pause's timer. */
  onFact(fact: KeypadFact): void;
}

/**
 * Collects the keys of a caller's phone: a number ends with #, with its last digit where its length
 * is known, or with a pause of 3 s; * begins it anew. A secure number is handed to `SecureEntries`
 * and told as a mask and what stands for it, `•••• {secure:entry_1}`.
 */
export class Keypad {
  readonly #options: KeypadOptions;
  #use: KeypadUse = ANY_NUMBER;
  #digits = '';
  #isTooLong = false;
  #pause: TimerHandle | null = null;

  constructor(options: KeypadOptions) {
    this.#options = options;
  }

  /** What the next keys mean, until this is said anew; what was typed for another use is dropped. */
  expect(use: KeypadUse): void {
    this.#clear();
    this.#use = use;
  }

  /** A key of the leg: 0-9, *, #, A-D. */
  press(key: string): void {
    if (this.#use.kind === 'key') this.#options.onFact({ type: 'key', key });
    else if (key === '*') this.#clear();
    else if (key === '#') this.#end();
    else if (/^[0-9]$/u.test(key)) this.#add(key, this.#use.length);
  }

  /** Drops what was typed; no fact follows. */
  close(): void {
    this.#clear();
  }

  #add(digit: string, length: number | null): void {
    if (this.#digits.length === MOST_DIGITS) this.#isTooLong = true;
    else this.#digits += digit;
    this.#stopPause();
    if (this.#digits.length === length) this.#end();
    else this.#pause = this.#options.clock.setTimeout(() => this.#end(), KEYPAD_PAUSE_MS);
  }

  #end(): void {
    const [digits, isTooLong, use] = [this.#digits, this.#isTooLong, this.#use];
    this.#clear();
    if (digits === '' || use.kind !== 'number') return;
    if (isTooLong) this.#options.onFact({ type: 'tooLong' });
    else {
      const text = use.isSecure ? `${MASK} ${this.#options.secrets.keep(digits)}` : digits;
      this.#options.onFact({ type: 'entered', text, isSecure: use.isSecure });
    }
  }

  #clear(): void {
    this.#digits = '';
    this.#isTooLong = false;
    this.#stopPause();
  }

  #stopPause(): void {
    if (this.#pause !== null) this.#options.clock.clearTimeout(this.#pause);
    this.#pause = null;
  }
}
