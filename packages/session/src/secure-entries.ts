/** Shown wherever a secret would be; it does not tell how long that is. */
export const MASK = '••••';

/** Stands for a secret in a call's arguments. */
const PLACEHOLDER = /\{secure:(entry_\d+)\}/gu;

/** More secrets than a call needs; when another comes, the oldest is forgotten. */
const MOST_ENTRIES = 16;
/** Shorter ones are no secrets, and masking them would mask everything. */
const FEWEST_MASKED_DIGITS = 3;
/** A model that was not told shorter ones means something else by the same digits. */
const FEWEST_CONCEALED_DIGITS = 12;

/**
 * The numbers that a caller gave in secret, for one session. The conversation, events and logs hold
 * `{secure:entry_1}` in their place; only who runs a tool gets the digits.
 */
export class SecureEntries {
  readonly #entries = new Map<string, string>();
  #count = 0;

  /** Keeps a number of digits 0-9 and returns what stands for it, the same for the same number. */
  keep(digits: string): string {
    for (const [name, kept] of this.#entries) if (kept === digits) return `{secure:${name}}`;
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

  /**
   * A call's arguments, JSON text, with what stands for a long number in its place: a model that
   * listens by itself knows what was said.
   */
  conceal(argumentsJson: string): string {
    const long = [...this.#entries].filter(([, { length }]) => length >= FEWEST_CONCEALED_DIGITS);
    const conceal = (text: string) =>
      long.reduce(
        (rest, [name, digits]) => rest.replaceAll(spacedPattern(digits), `{secure:${name}}`),
        text,
      );
    if (conceal(argumentsJson) === argumentsJson) return argumentsJson;
    try {
      return JSON.stringify(JSON.parse(argumentsJson), (_key, value: unknown) => {
        const text = typeof value === 'number' ? String(value) : value;
        const concealed = typeof text === 'string' ? conceal(text) : text;
        return concealed === text ? value : concealed;
      });
    } catch {
      return conceal(argumentsJson);
    }
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
    rest = rest.replaceAll(spacedPattern(digits), MASK);
  }
  return rest;
}

/** Finds digits also where they are spaced. */
function spacedPattern(digits: string): RegExp {
  const spaced = digits.split('').join('[\\s.-]{0,2}');
  return new RegExp(`(?<!\\d)${spaced}(?!\\d)`, 'gu');
}

/** A value with its secrets as a caller is told of them. */
export function withoutPlaceholders(value: string): string {
  return value.replaceAll(PLACEHOLDER, 'the number you gave');
}
