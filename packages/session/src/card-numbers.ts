import { spokenRuns } from './spoken-digits.ts';
import type { SpokenDigits } from './spoken-digits.ts';

const LEAST_DIGITS = 12;
const MOST_DIGITS = 19;

/** How the cards of the issuers begin, and how many digits they have. */
const ISSUED: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/u, [13, 16, 19]],
  [/^(?:2|5[1-5])/u, [16]],
  [/^3[47]/u, [15]],
  [/^3[0689]/u, [14, 16]],
  [/^(?:35|5[06-9]|6|81)/u, [16, 17, 18, 19]],
];

/** A number in a text that may be that of a card. */
export interface CardNumber {
  readonly digits: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The numbers of 12 to 19 digits in a text, said or written in any groups, that pass the Luhn
 * check. Where digits go before or after one, it is found if its beginning and length are those of
 * a card.
 */
export function cardNumbers(text: string): CardNumber[] {
  return spokenRuns(text).flatMap((run) => {
    const rest = run.slice(run.findIndex(({ isOh }) => !isOh));
    for (const whole of [rest, run]) {
      const digits = digitsOf(whole);
      if (isCard(digits)) return [numberOf(whole)];
    }
    return issuedIn(run);
  });
}

/** A text without its runs of more digits than `mostDigits`. */
export function withoutRuns(text: string, mostDigits: number, mask: string): string {
  const long = spokenRuns(text).filter((run) => digitsOf(run).length > mostDigits);
  return replaced(text, long.map(numberOf), () => mask);
}

/** A text with something else for each of these numbers, which are in order. */
export function replaced(
  text: string,
  numbers: readonly CardNumber[],
  replace: (digits: string) => string,
): string {
  let at = 0;
  let result = '';
  for (const { digits, from, to } of numbers) {
    result += text.slice(at, from) + replace(digits);
    at = to;
  }
  return result + text.slice(at);
}

/** Whether digits are as many as a card has, and pass the Luhn check. */
export function isCard(digits: string): boolean {
  if (digits.length < LEAST_DIGITS || digits.length > MOST_DIGITS) return false;
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = digit * 2;
    sum += place % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function issuedIn(run: readonly SpokenDigits[]): CardNumber[] {
  const found: CardNumber[] = [];
  for (let from = 0; from < run.length;) {
    const part = issuedFrom(run, from);
    if (part) found.push(numberOf(part));
    from += part?.length ?? 1;
  }
  return found;
}

/** The number that begins here: one of 16 digits, as most are, else the longest. */
function issuedFrom(run: readonly SpokenDigits[], from: number): readonly SpokenDigits[] | null {
  let best: readonly SpokenDigits[] | null = null;
  let digits = '';
  for (let to = from; to < run.length && digits.length < MOST_DIGITS; to++) {
    digits += run[to]!.digits;
    if (!isIssued(digits) || !isCard(digits)) continue;
    best = run.slice(from, to + 1);
    if (digits.length === 16) break;
  }
  return best;
}

function isIssued(digits: string): boolean {
  return ISSUED.some(
    ([beginning, lengths]) => lengths.includes(digits.length) && beginning.test(digits),
  );
}

function numberOf(run: readonly SpokenDigits[]): CardNumber {
  return { digits: digitsOf(run), from: run[0]!.from, to: run.at(-1)!.to };
}

function digitsOf(run: readonly SpokenDigits[]): string {
  return run.map(({ digits }) => digits).join('');
}
