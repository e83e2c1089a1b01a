import { cardinalWords, decimalWords, numberOf } from './number-words.ts';
import { CURRENCIES } from './spoken-lexicon.ts';

const SCALES: Readonly<Record<string, string>> = {
  k: 'thousand',
  m: 'million',
  mn: 'million',
  b: 'billion',
  bn: 'billion',
  t: 'trillion',
};

const SCALE = /^(?:hundred|thousand|million|billion|trillion)$/i;

const SIGNS = String.raw`(?:US|C|A)?\$|[€£¥₹]`;
const STARTS_WITH_SIGN = new RegExp(`^-?(${SIGNS})`);

/** Whole parts may be grouped: 1,234 and, before a decimal comma, 1.234. */
const AMOUNT = String.raw`(\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+(?=,\d{2}(?!\d))|\d+)(?:[.,](\d+))?`;

const SIGN_FIRST = new RegExp(`^([-+]?)(${SIGNS})([-+]?)${AMOUNT}(k|mn?|bn?|t)?$`, 'i');
const SIGN_LAST = new RegExp(`^([-+]?)${AMOUNT}(k|mn?|bn?|t)?([€£¥₹])$`, 'i');
const BARE = new RegExp(`^([-+]?)${AMOUNT}(k|mn?|bn?|t)?$`, 'i');

interface Amount {
  readonly sign: string;
  readonly whole: string;
  readonly decimals: string;
  readonly scale: string;
  readonly currency: string;
}

/** What stands next to an amount. */
interface Beside {
  readonly before: string;
  readonly after: string;
}

/** The words for an amount of money; nothing for other words. */
export function moneyWords(word: string, near: Beside): string[] | undefined {
  const amount = amountOf(word, near);
  if (!amount) return undefined;
  const [one, many, hundredth] = CURRENCIES[amount.currency]!;
  const sign = signWords(amount.sign);
  const { whole, decimals, scale } = amount;
  if (SCALE.test(near.after) || scaleName(near.after) !== undefined) {
    return [...sign, ...decimalWords(whole, decimals)];
  }
  if (scale !== '') return [...sign, ...decimalWords(whole, decimals), scaleName(scale)!, many];
  // What is no number of hundredths is read as it is written.
  if (decimals.length > 2) return [...sign, ...decimalWords(whole, decimals), many];
  const value = numberOf(whole);
  const cents = Number(decimals.padEnd(2, '0'));
  const centWords = [...cardinalWords(cents), cents === 1 ? hundredth : manyOf(hundredth)];
  if (value === 0 && cents > 0) return [...sign, ...centWords];
  const words = [...sign, ...cardinalWords(value), value === 1 ? one : many];
  return cents > 0 ? [...words, 'and', ...centWords] : words;
}

/** "million" of "$5 million", which carries the currency's name. */
export function amountEnd(scale: string, { before }: Beside): string[] | undefined {
  const sign = STARTS_WITH_SIGN.exec(before)?.[1];
  if (sign === undefined || !/\d$/.test(before)) return undefined;
  const name = SCALE.test(scale) ? scale.toLowerCase() : scaleName(scale);
  return name === undefined ? undefined : [name, CURRENCIES[sign.toUpperCase()]![1]];
}

/** Whether a word is the currency of the amount beside it, which has it in its words. */
export function isSpentCurrency(word: string, { before, after }: Beside): boolean {
  if (!Object.hasOwn(CURRENCIES, word)) return false;
  return BARE.test(after) || BARE.test(before);
}

/** Whether an amount has its currency's sign before it. */
export function startsWithSign(word: string): string | undefined {
  return STARTS_WITH_SIGN.exec(word)?.[1];
}

function amountOf(word: string, { before, after }: Beside): Amount | undefined {
  const first = SIGN_FIRST.exec(word);
  if (first) {
    const [, outer, currency, inner, whole, decimals = '', scale = ''] = first;
    const sign = outer! || inner!;
    return { sign, whole: whole!, decimals, scale, currency: currency!.toUpperCase() };
  }
  const last = SIGN_LAST.exec(word);
  if (last) {
    const [, sign, whole, decimals = '', scale = '', currency] = last;
    return { sign: sign!, whole: whole!, decimals, scale, currency: currency! };
  }
  const bare = BARE.exec(word);
  const currency = [before, after].find((beside) => Object.hasOwn(CURRENCIES, beside));
  if (!bare || currency === undefined) return undefined;
  const [, sign, whole, decimals = '', scale = ''] = bare;
  return { sign: sign!, whole: whole!, decimals, scale, currency };
}

function scaleName(letters: string): string | undefined {
  const lower = letters.toLowerCase();
  return Object.hasOwn(SCALES, lower) ? SCALES[lower] : undefined;
}

function signWords(sign: string): string[] {
  return sign === '-' ? ['minus'] : sign === '+' ? ['plus'] : [];
}

function manyOf(hundredth: string): string {
  if (hundredth === 'penny') return 'pence';
  if (hundredth === 'paisa') return 'paise';
  return hundredth === 'sen' ? hundredth : `${hundredth}s`;
}
