const ONES = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
];
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

const SCALES: readonly (readonly [number, string])[] = [
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
  [1e3, 'thousand'],
];

const IRREGULAR_ORDINALS: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};

/** "4471" as four, four, seven, one. Characters that are no digits are passed over. */
export function digitWords(digits: string): string[] {
  return (digits.match(/\d/g) ?? []).map((digit) => ONES[Number(digit)]!);
}

/** A whole number from 0 up to 999 trillion in American words, without "and". */
export function cardinalWords(value: number): string[] {
  const words: string[] = [];
  let rest = value;
  for (const [size, name] of SCALES) {
    if (rest >= size) words.push(...belowThousand(Math.floor(rest / size)), name);
    rest %= size;
  }
  return rest > 0 || words.length === 0 ? [...words, ...belowThousand(rest)] : words;
}

/** A whole number as a place in a row: 25 as twenty, fifth. */
export function ordinalWords(value: number): string[] {
  const words = cardinalWords(value);
  const last = words.pop()!;
  const regular = last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`;
  return [...words, IRREGULAR_ORDINALS[last] ?? regular];
}

/** A year from 1000 to 2999 as it is spoken: 1985 as nineteen, eighty, five. */
export function yearWords(year: number): string[] {
  const century = Math.floor(year / 100);
  const rest = year % 100;
  if (century % 10 === 0 && rest < 10) return cardinalWords(year);
  if (rest === 0) return [...cardinalWords(century), 'hundred'];
  return [...cardinalWords(century), ...(rest < 10 ? ['oh'] : []), ...cardinalWords(rest)];
}

function belowThousand(value: number): string[] {
  const hundreds = Math.floor(value / 100);
  const rest = value % 100;
  const words = hundreds > 0 ? [ONES[hundreds]!, 'hundred'] : [];
  if (rest === 0 && hundreds > 0) return words;
  if (rest < 20) return [...words, ONES[rest]!];
  const ones = rest % 10;
  return [...words, TENS[Math.floor(rest / 10)]!, ...(ones > 0 ? [ONES[ones]!] : [])];
}

/** A number with its digits after the point one by one. */
export function decimalWords(whole: string, decimals: string): string[] {
  const words = cardinalWords(numberOf(whole));
  return decimals === '' ? words : [...words, 'point', ...digitWords(decimals)];
}

/** The number of digits that may be grouped by commas or points. */
export function numberOf(digits: string): number {
  return Number(digits.replaceAll(/[,.]/g, ''));
}
