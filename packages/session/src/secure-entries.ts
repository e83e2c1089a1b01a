/** Shown wherever a secret would be; it does not tell how long that is. */
export const MASK = '••••';

/** Stands for a secret in a call's arguments. */
const PLACEHOLDER = /\{secure:(entry_\d+)\}/gu;

/** More secrets than a call needs; when another comes, the oldest is forgotten. */
const MOST_ENTRIES = 16;
/** Shorter ones are no secrets, and masking them would mask everything. */
const FEWEST_MASKED_DIGITS = 3;

/**
 * The numbers that a caller typed in secret, for one session. The conversation, events and logs hold
 * `{secure:entry_1}` in their place; only who runs a tool gets the digits.
 */
export class SecureEntries {
  readonly #entries = new Map<string, string>();
  #count = 0;

  /** Keeps a number of digits 0-9 and returns what stands for it. */
  keep(digits: string): string {
    this.#count += 1;
    const name = `entry_${this.#count}`;
    this.#entries.set(name, digits);
    if (this.#entries.size > MOST_ENTRIES) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest!);
    }
    return `{secure:${name}}`;
  }

  /**
   * A call's arguments, JSON text, as the tool is to get them. `null` when they name a secret that
   * is not known: the call must not run.
   */
  reveal(argumentsJson: string): string | null {
    let isKnown = true;
    // Digits change nothing of the JSON around them.
    const revealed = argumentsJson.replaceAll(PLACEHOLDER, (_placeholder, name: string) => {
      const digits = this.#entries.get(name);
      if (digits === undefined) isKnown = false;
      return digits ?? '';
    });
    return isKnown ? revealed : null;
  }

  /** A text from outside, such as a tool's output, without the secrets, also where they are spaced. */
  mask(text: string): string {
    return masked(text, this.#entries.values());
  }

  /** Masks the secrets of this moment, also when they are forgotten here. */
  masker(): (text: string) => string {
    const kept = [...this.#entries.values()];
    return (text) => masked(text, kept);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#entries.clear();
  }
}

function masked(text: string, secrets: Iterable<string>): string {
  let rest = text;
  for (const digits of secrets) {
    if (digits.length < FEWEST_MASKED_DIGITS) continue;
    const spaced = digits.split('').join('[\\s.-]{0,2}');
    rest = rest.replaceAll(new RegExp(`(?<!\\d)${spaced}(?!\\d)`, 'gu'), MASK);
  }
  return rest;
}

/** A value with its secrets as a caller is told of them. */
export function withoutPlaceholders(value: string): string {
  return value.replaceAll(PLACEHOLDER, 'the number you typed in');
}
