import { cardinalWords, digitWords, ordinalWords, yearWords } from './number-words.ts';
import { CURRENCIES, LETTER_NAMES, monthName, monthOf, UNITS } from './spoken-lexicon.ts';

/** The written neighbours of a word, without punctuation; empty at the ends of the text. */
export interface Neighbours {
  readonly before: string;
  readonly after: string;
  /** The word after the next. */
  readonly second: string;
  readonly startsSentence: boolean;
}

/** Longer numbers without separators are names of things and are read digit by digit. */
const MAX_COUNTED_DIGITS = 3;

const SCALE = /^(hundred|thousand|million|billion|trillion)$/i;
const NUMBER = String.raw`\d{1,3}(?:,\d{3})+|\d+`;
const PHONE = /^(?:\+?(\d{1,3})[-. ])?(?:\(?(\d{3})\)?[-. ]?)?(\d{3})[-. ](\d{4})$/;

type NumberRule = readonly [RegExp, (match: RegExpMatchArray, near: Neighbours) => string[]];

const RULES: readonly NumberRule[] = [
  [new RegExp(String.raw`^(-?)([$€£])(${NUMBER})(?:\.(\d{1,2}))?(k|m|bn?)?$`, 'i'), money],
  [new RegExp(String.raw`^(-?)(${NUMBER})(?:\.(\d+))?%$`), (match) => [...plain(match), 'percent']],
  [/^(\d{1,2}):(\d{2})(am|pm|a\.m|p\.m)?$/i, time],
  [/^(\d{1,2})(am|pm|a\.m|p\.m)$/i, ([, hour, half]) => [...count(hour!), ...halfOfDay(half!)]],
  [/^(\d{4})-(\d{2})-(\d{2})$/, ([, year, month, day]) => date(month!, day!, year)],
  [/^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})$/, ([, month, day, year]) => date(month!, day!, year)],
  [/^([1-9])\/([2-9]|10)$/, ([, over, under]) => fraction(Number(over), Number(under))],
  [/^(0?[1-9]|1[0-2])\/([12]?\d|3[01])$/, ([, month, day]) => date(month!, day!)],
  [/^(\d{2})?([2-9]0)'?s$/, ([, century, decade]) => decades(century, decade!)],
  [/^(\d+)(st|nd|rd|th)$/i, ([, value]) => ordinalWords(Number(value))],
  [PHONE, ([, ...groups]) => phone(groups)],
  [/^(\d{1,3})[-–](\d{1,3})$/, ([, from, to]) => [...count(from!), 'to', ...count(to!)]],
  [/^(-?)(\d+(?:\.\d+)?)°([CF])?$/i, temperature],
  [new RegExp(String.raw`^#(${NUMBER})$`), ([, value]) => ['number', ...count(value!)]],
  [new RegExp(String.raw`^(-?)(${NUMBER})(?:\.(\d+))?([a-z]+)$`, 'i'), measure],
  [new RegExp(String.raw`^([-+]?)(${NUMBER})$`), wholeNumber],
  [new RegExp(String.raw`^(-?)(${NUMBER})?\.(\d+)$`), (match) => plain(match)],
];

/** The words for a written number, date, time, price or the like; nothing for other words. */
export function spokenNumber(word: string, near: Neighbours): string[] | undefined {
  for (const [pattern, words] of RULES) {
    const match = word.match(pattern);
    if (!match) continue;
    const spoken = words(match, near);
    if (spoken.length > 0) return spoken;
  }
  return SCALE.test(word) ? amountEnd(word, near) : undefined;
}

/** The unit a word stands for after a number: "kg" in "5 kg". */
export function spokenUnit(word: string, near: Neighbours): string[] | undefined {
  const unit = UNITS.get(word.toLowerCase());
  return unit && /^-?[\d.,]+$/.test(near.before) ? [plural(unit, near.before)] : undefined;
}

function money(match: RegExpMatchArray, { after }: Neighbours): string[] {
  const [, minus, sign, whole, hundredths, scale] = match;
  const [one, many, hundredth] = CURRENCIES[sign!]!;
  const value = numberOf(whole!);
  const cents = hundredths ? Number(hundredths.padEnd(2, '0')) : 0;
  const amount = minus ? ['minus'] : [];
  if (scale || SCALE.test(after)) {
    const spoken = plain(['', '', whole!, hundredths]);
    return [...amount, ...spoken, ...(scale ? [scaleName(scale), many] : [])];
  }
  const centName = hundredth === 'penny' ? (cents === 1 ? 'penny' : 'pence') : hundredth;
  const centWords = [...cardinalWords(cents), cents === 1 ? centName : plural(centName, '2')];
  if (value === 0 && cents > 0) return [...amount, ...centWords];
  amount.push(...cardinalWords(value), value === 1 ? one : many);
  return cents > 0 ? [...amount, 'and', ...centWords] : amount;
}

/** "million" of "$5 million", which carries the currency's name. */
function amountEnd(scale: string, { before }: Neighbours): string[] | undefined {
  const currency = CURRENCIES[before[0] ?? ''];
  return currency && [scale.toLowerCase(), currency[1]];
}

function scaleName(letter: string): string {
  const lower = letter.toLowerCase();
  return lower === 'k' ? 'thousand' : lower === 'm' ? 'million' : 'billion';
}

function time([, hour, minute, half]: RegExpMatchArray, { after }: Neighbours): string[] {
  if (Number(hour) > 24 || Number(minute) > 59) return [];
  const spoken = cardinalWords(Number(hour));
  if (Number(minute) > 0) {
    spoken.push(...(Number(minute) < 10 ? ['oh'] : []), ...cardinalWords(Number(minute)));
  } else if (!half && !/^[ap]\.?m$/i.test(after)) {
    spoken.push(Number(hour) > 12 || Number(hour) === 0 ? 'hundred' : "o'clock");
  }
  return half ? [...spoken, ...halfOfDay(half)] : spoken;
}

function halfOfDay(half: string): string[] {
  return [...LETTER_NAMES[half[0]!.toLowerCase()]!, ...LETTER_NAMES['m']!];
}

function date(month: string, day: string, year?: string): string[] {
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return [];
  const spoken = [monthName(Number(month)), ...ordinalWords(Number(day))];
  if (!year) return spoken;
  return [...spoken, ...yearWords(year.length === 2 ? 2000 + Number(year) : Number(year))];
}

function decades(century: string | undefined, decade: string): string[] {
  const name = cardinalWords(Number(decade))[0]!;
  const spoken = `${name.slice(0, -1)}ies`;
  return century ? [...cardinalWords(Number(century)), spoken] : [spoken];
}

function fraction(over: number, under: number): string[] {
  if (over >= under) return [];
  const name = under === 2 ? 'half' : under === 4 ? 'quarter' : ordinalWords(under).join(' ');
  return [...cardinalWords(over), over === 1 ? name : `${name}s`];
}

function phone(groups: (string | undefined)[]): string[] {
  const spoken = groups.flatMap((group) => (group ? [',', ...digitWords(group)] : []));
  return spoken.slice(1);
}

function temperature([, minus, degrees, scale]: RegExpMatchArray): string[] {
  const [whole, decimals] = degrees!.split('.');
  const spoken = [...plain(['', minus, whole!, decimals]), degrees === '1' ? 'degree' : 'degrees'];
  if (!scale) return spoken;
  return [...spoken, scale.toLowerCase() === 'c' ? 'celsius' : 'fahrenheit'];
}

function measure(match: RegExpMatchArray): string[] {
  const [, , whole, decimals, letters] = match;
  const unit = UNITS.get(letters!.toLowerCase());
  return unit ? [...plain(match), plural(unit, decimals ? '2' : whole!)] : [];
}

function wholeNumber([, sign, digits]: RegExpMatchArray, near: Neighbours): string[] {
  const { before } = near;
  const value = Number(digits);
  if (sign === '' && beginsPhoneNumber(digits!, near)) return digitWords(digits!);
  if (isCapitalized(before) && monthOf(before.toLowerCase())) {
    if (value >= 1 && value <= 31) return ordinalWords(value);
  }
  const prefix = sign === '-' ? ['minus'] : sign === '+' ? ['plus'] : [];
  const namesYear = /^(in|since|year|until|by|of|from|\d{1,2}(st|nd|rd|th)?)$/i.test(before);
  const isYear = digits!.length === 4 && value >= 1900 && value < 2100;
  if (isYear && (namesYear || monthOf(before.toLowerCase()))) return yearWords(value);
  return [...prefix, ...count(digits!)];
}

/** 555 in "(555) 010-4477" and in "555 010 4477". */
function beginsPhoneNumber(digits: string, { after, second }: Neighbours): boolean {
  if (digits.length !== 3) return false;
  return /^(\d{3}[-.])?\d{4}$/.test(after) || /^\d{3} \d{4}$/.test(`${after} ${second}`);
}

/** Sign, whole part and decimals, as the first three groups of a match. */
function plain([, minus, whole, decimals]: readonly (string | undefined)[]): string[] {
  return [
    ...(minus ? ['minus'] : []),
    ...cardinalWords(numberOf(whole ?? '0')),
    ...(decimals ? ['point', ...digitWords(decimals)] : []),
  ];
}

/** Digits that count something, or name something when they are many or begin with zero. */
function count(digits: string): string[] {
  if (digits.includes(',')) return cardinalWords(numberOf(digits));
  const isName = digits.length > MAX_COUNTED_DIGITS || /^0\d/.test(digits);
  return isName ? digitWords(digits) : cardinalWords(Number(digits));
}

function numberOf(digits: string): number {
  return Number(digits.replaceAll(',', ''));
}

function plural(unit: string, amount: string): string {
  return amount === '1' || unit === 'pence' ? unit : `${unit}s`;
}

function isCapitalized(word: string): boolean {
  return /^[A-Z]/.test(word);
}
