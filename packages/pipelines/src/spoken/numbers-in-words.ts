import { codeWords, compoundWords } from './codes-in-words.ts';
import {
  dateWords,
  decadeWords,
  halfOfDayWords,
  slashedWords,
  timeWords,
} from './dates-in-words.ts';
import { amountEnd, isSpentCurrency, moneyWords, startsWithSign } from './money-in-words.ts';
import {
  cardinalWords,
  decimalWords,
  digitWords,
  numberOf,
  ordinalWords,
  yearWords,
} from './number-words.ts';
import { monthOf, PER, UNITS } from './spoken-lexicon.ts';

/** The written neighbours of a word, without punctuation; empty at the ends of the text. */
export interface Neighbours {
  /** The word before the last. */
  readonly earlier: string;
  readonly before: string;
  readonly after: string;
  /** The word after the next. */
  readonly second: string;
  readonly startsSentence: boolean;
  /** Whether the word names something with its digits. */
  readonly isIdentifier: boolean;
}

/** Longer numbers without separators are names of things and are read digit by digit. */
const MAX_COUNTED_DIGITS = 3;

const NUMBER = String.raw`\d{1,3}(?:,\d{3})+|\d+`;
const PHONE = /^(?:\+?(\d{1,3})[-. ])?(?:\(?(\d{3})\)?[-. ]?)?(\d{3})[-. ](\d{4})$/;

type NumberRule = readonly [
  RegExp,
  (match: RegExpMatchArray, near: Neighbours) => string[] | undefined,
];

const RULES: readonly NumberRule[] = [
  [/^.*\d.*$/, ([word], near) => moneyWords(word, near)],
  [new RegExp(String.raw`^(-?)(${NUMBER})(?:\.(\d+))?%$`), (match) => [...plain(match), 'percent']],
  [
    /^(\d{1,2}):(\d{2})(?::(\d{2}))?(am|pm|a\.m|p\.m)?$/i,
    (match, { after }) => timeWords(match, after),
  ],
  [
    /^(\d{1,2})(am|pm|a\.m|p\.m)$/i,
    ([, hour, half]) => [...count(hour!), ...halfOfDayWords(half!)],
  ],
  [/^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?Z?)?$/, moment],
  [/^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})$/, ([, one, , two, year]) => dateWords(one!, two!, year)],
  [/^(\d{1,2})\/(\d{1,2})\/(\d{2})$/, ([, one, two, year]) => dateWords(one!, two!, year)],
  [/^(\d{1,2})\/(\d{1,2})$/, ([, over, under], near) => slashedWords(over!, under!, near)],
  [/^(\d{1,3})[- ]([1-9]\/\d{1,2})$/, mixed],
  [/^(\d{2})?([2-9]0)'?s$/, ([, century, decade]) => decadeWords(century, decade!)],
  [/^(\d+)(st|nd|rd|th)$/i, ([, value]) => ordinalWords(Number(value))],
  [PHONE, ([, ...groups]) => phone(groups)],
  [/^([^-–]*\d[^-–]*)[-–]([^-–]*\d[^-–]*)$/, range],
  [/^(-?)(\d+(?:\.\d+)?)°([CF])?$/i, temperature],
  [new RegExp(String.raw`^#(${NUMBER})$`), ([, value]) => ['number', ...named(value!)]],
  [new RegExp(String.raw`^(-?)(${NUMBER})(?:\.(\d+))?([a-z]+)$`, 'i'), measure],
  [/^(.*\d.*)\/([a-z]+)$/i, rate],
  [new RegExp(String.raw`^([-+]?)(${NUMBER})$`), wholeNumber],
  [new RegExp(String.raw`^(-?)(${NUMBER})?\.(\d+)$`), (match) => plain(match)],
];

/** The words for a written number, date, time, price or the like; nothing for other words. */
export function spokenNumber(word: string, near: Neighbours): string[] | undefined {
  if (isSpentCurrency(word, near)) return [];
  if (!/\d/.test(word)) return amountEnd(word, near);
  if (near.isIdentifier) return identifier(word, near);
  for (const [pattern, words] of RULES) {
    const match = word.match(pattern);
    if (!match) continue;
    const spoken = words(match, near);
    if (spoken && spoken.length > 0) return spoken;
  }
  return compoundWords(word);
}

/** The unit a word stands for after a number: "kg" in "5 kg". */
export function spokenUnit(word: string, near: Neighbours): string[] | undefined {
  if (!/^-?[\d.,]+$/.test(near.before)) return undefined;
  if (word === '%') return ['percent'];
  const unit = UNITS.get(word.toLowerCase());
  return unit === undefined ? undefined : [plural(unit, near.before)];
}

function identifier(word: string, { before }: Neighbours): string[] | undefined {
  const isNumbered = word.startsWith('#') && /^(?:number|no|nr|num)$/i.test(before);
  return codeWords(isNumbered ? word.slice(1) : word);
}

function moment(match: RegExpMatchArray): string[] | undefined {
  const [, year, month, day, hour, minute, second] = match;
  if (Number(month) > 12) return undefined;
  const date = dateWords(month!, day!, year);
  if (hour === undefined) return date;
  return [...date, 'at', ...timeWords(['', hour, minute, second], '')];
}

/** "2-1/2" and what "2½" is made of. */
function mixed([, whole, share]: RegExpMatchArray, near: Neighbours): string[] {
  const [over, under] = share!.split('/');
  const part = slashedWords(over!, under!, { ...near, before: whole!, earlier: '' });
  return [...cardinalWords(Number(whole)), ...part];
}

function phone(groups: (string | undefined)[]): string[] {
  const spoken = groups.flatMap((group) => (group ? [',', ...digitWords(group)] : []));
  return spoken.slice(1);
}

/** From one number, date, time or price to a later one. */
function range([, first, second]: RegExpMatchArray, near: Neighbours): string[] | undefined {
  let [from, to] = [first!, second!];
  if (/^\d+$/.test(from) && /^\d+$/.test(to)) return wholeRange(from, to);
  const sign = startsWithSign(from);
  if (sign !== undefined && startsWithSign(to) === undefined) {
    // The sign is of both: "$10-20".
    from = from.slice(sign.length);
    to = `${sign}${to}`;
  }
  const apart = { ...near, before: '', earlier: '' };
  const start = spokenNumber(from, { ...apart, after: '' });
  const end = spokenNumber(to, apart);
  return start && end && [...start, 'to', ...end];
}

function wholeRange(from: string, to: string): string[] | undefined {
  const isYears = [from, to].every((year) => /^(?:19|20)\d\d$/.test(year)) && from < to;
  if (isYears) return [...yearWords(Number(from)), 'to', ...yearWords(Number(to))];
  const isCount = [from, to].every((part) => /^(?:[1-9]\d{0,2}|0)$/.test(part));
  const isRising = Number(from) < Number(to) || (Number(from) <= 12 && Number(to) <= 12);
  if (!isCount || !isRising) return undefined;
  return [...cardinalWords(Number(from)), 'to', ...cardinalWords(Number(to))];
}

function temperature([, minus, degrees, scale]: RegExpMatchArray): string[] {
  const [whole, decimals] = degrees!.split('.');
  const spoken = [...plain(['', minus, whole!, decimals]), degrees === '1' ? 'degree' : 'degrees'];
  if (!scale) return spoken;
  return [...spoken, scale.toLowerCase() === 'c' ? 'celsius' : 'fahrenheit'];
}

function measure(match: RegExpMatchArray): string[] {
  const [, , whole, decimals, letters] = match;
  if (letters === 'x') return [...plain(match), whole === '1' ? 'time' : 'times'];
  if (letters === 'M') return [...plain(match), 'million'];
  // A retirement plan is no amount.
  if (letters === 'k' && !/^40[13]$/.test(whole!)) return [...plain(match), 'thousand'];
  // Capitals of one letter are no unit: 5G.
  const unit = letters!.length > 1 ? UNITS.get(letters!.toLowerCase()) : UNITS.get(letters!);
  return unit ? [...plain(match), plural(unit, decimals ? '2' : whole!)] : [];
}

/** "$12.50/month" and "80km/h". */
function rate([, amount, unit]: RegExpMatchArray, near: Neighbours): string[] | undefined {
  const lower = unit!.toLowerCase();
  const isWord = /^[a-z]{3,}$/.test(lower) || PER.has(lower);
  const spoken = isWord ? spokenNumber(amount!, near) : undefined;
  return spoken && [...spoken, 'per', ...(PER.get(lower) ?? lower).split(' ')];
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
  return [...(minus ? ['minus'] : []), ...decimalWords(whole ?? '0', decimals ?? '')];
}

/** Digits that count something, or name something when they are many or begin with zero. */
function count(digits: string): string[] {
  if (digits.includes(',')) return cardinalWords(numberOf(digits));
  const isName = digits.length > MAX_COUNTED_DIGITS || /^0\d/.test(digits);
  return isName ? digitWords(digits) : cardinalWords(Number(digits));
}

/** The number after "#": read in one where it is short. */
function named(digits: string): string[] {
  return digits.includes(',') || digits.length > 2 ? digitWords(digits) : count(digits);
}

function plural(unit: string, amount: string): string {
  return amount === '1' ? unit : `${unit}s`;
}

function isCapitalized(word: string): boolean {
  return /^[A-Z]/.test(word);
}
