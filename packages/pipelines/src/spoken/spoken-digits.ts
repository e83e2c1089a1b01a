/** Consecutive tokens that spell out digits. */
export interface DigitRun {
  readonly digits: string;
  /** Index of the first token. */
  readonly from: number;
  /** Index after the last token. */
  readonly to: number;
}

const UNITS: Readonly<Record<string, string>> = {
  zero: '0',
  oh: '0',
  o: '0',
  nought: '0',
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
  niner: '9',
};

const TEENS: Readonly<Record<string, string>> = {
  ten: '10',
  eleven: '11',
  twelve: '12',
  thirteen: '13',
  fourteen: '14',
  fifteen: '15',
  sixteen: '16',
  seventeen: '17',
  eighteen: '18',
  nineteen: '19',
};

const TENS: Readonly<Record<string, string>> = {
  twenty: '2',
  thirty: '3',
  forty: '4',
  fifty: '5',
  sixty: '6',
  seventy: '7',
  eighty: '8',
  ninety: '9',
};

const REPEATS: Readonly<Record<string, number>> = { double: 2, triple: 3 };

/** Words a recogniser writes for a digit; they count only between two digits. */
const SOUND_ALIKES: Readonly<Record<string, string>> = {
  for: '4',
  fore: '4',
  to: '2',
  too: '2',
  won: '1',
  ate: '8',
};

/**
 * The runs of digits in spoken tokens: "four four seven one", "double four", "oh", "forty four"
 * and typed digits, next to each other. Fillers have been left out before.
 */
export function digitRuns(tokens: readonly string[]): DigitRun[] {
  const runs: DigitRun[] = [];
  let at = 0;
  while (at < tokens.length) {
    const from = at;
    let digits = '';
    for (;;) {
      const part = partAt(tokens, at, digits !== '');
      if (!part) break;
      digits += part.digits;
      at += part.length;
    }
    if (digits === '') at += 1;
    else runs.push({ digits, from, to: at });
  }
  return runs;
}

interface Part {
  readonly digits: string;
  readonly length: number;
}

function partAt(tokens: readonly string[], at: number, isInside: boolean): Part | null {
  const token = tokens[at];
  if (token === undefined) return null;
  const plain = plainPartAt(tokens, at);
  if (plain) return plain;
  if (Object.hasOwn(REPEATS, token)) {
    const unit = unitOf(tokens[at + 1]);
    return unit === null ? null : { digits: unit.repeat(REPEATS[token]!), length: 2 };
  }
  if (isInside && Object.hasOwn(SOUND_ALIKES, token) && plainPartAt(tokens, at + 1)) {
    return { digits: SOUND_ALIKES[token]!, length: 1 };
  }
  return null;
}

function plainPartAt(tokens: readonly string[], at: number): Part | null {
  const token = tokens[at];
  if (token === undefined) return null;
  if (/^[0-9]+$/.test(token)) return { digits: token, length: 1 };
  const unit = unitOf(token);
  if (unit !== null) return { digits: unit, length: 1 };
  if (Object.hasOwn(TEENS, token)) return { digits: TEENS[token]!, length: 1 };
  if (!Object.hasOwn(TENS, token)) return null;
  const next = unitOf(tokens[at + 1]);
  if (next === null || next === '0') return { digits: `${TENS[token]!}0`, length: 1 };
  return { digits: TENS[token]! + next, length: 2 };
}

function unitOf(token: string | undefined): string | null {
  return token !== undefined && Object.hasOwn(UNITS, token) ? UNITS[token]! : null;
}
