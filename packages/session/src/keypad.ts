import type { Clock, TimerHandle } from './ports/clock.ts';
import { MASK } from './secure-entries.ts';
import type { SecureEntries } from './secure-entries.ts';

/** A pause after a digit that ends the number. */
export const KEYPAD_PAUSE_MS = 3_000;
/** No number that callers type is longer. */
const MOST_DIGITS = 32;

export interface KeypadOptions {
  readonly clock: Clock;
  readonly secrets: SecureEntries;
  /**
   * A number was typed; `text` is what the conversation, events and logs may hold. Called
   * synchronously from `press`, or from the pause's timer.
   */
  readonly onNumber: (text: string) => void;
}

/**
 * Collects the keys of a caller's phone: a number ends with #, or with a pause of 3 s; * begins it
 * anew, and one of more digits than any number has is dropped. A secure number is handed to
 * `SecureEntries` and told as a mask and what stands for it, `•••• {secure:entry_1}`.
 */
export class Keypad {
  readonly #options: KeypadOptions;
  #isSecure = false;
  #digits = '';
  #isTooLong = false;
  #pause: TimerHandle | null = null;

  constructor(options: KeypadOptions) {
    this.#options = options;
  }

  /** Whether nobody but a tool may see the next numbers; what was typed so far is dropped. */
  secure(isSecure: boolean): void {
    this.#clear();
    this.#isSecure = isSecure;
  }

  /** A key of the leg: 0-9, *, #; others mean nothing. */
  press(key: string): void {
    if (key === '*') this.#clear();
    else if (key === '#') this.#end();
    else if (/^[0-9]$/u.test(key)) this.#add(key);
  }

  /** Drops what was typed; nothing follows. */
  close(): void {
    this.#clear();
  }

  #add(digit: string): void {
    if (this.#digits.length === MOST_DIGITS) this.#isTooLong = true;
    else this.#digits += digit;
    this.#stopPause();
    this.#pause = this.#options.clock.setTimeout(() => this.#end(), KEYPAD_PAUSE_MS);
  }

  #end(): void {
    const [digits, isTooLong] = [this.#digits, this.#isTooLong];
    this.#clear();
    if (digits === '' || isTooLong) return;
    const { secrets, onNumber } = this.#options;
    onNumber(this.#isSecure ? `${MASK} ${secrets.keep(digits)}` : digits);
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
