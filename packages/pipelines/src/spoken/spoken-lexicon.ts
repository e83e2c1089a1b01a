/** What each letter is called, spelled so that Flite says it. */
export const LETTER_NAMES: Readonly<Record<string, readonly string[]>> = {
  a: ['ay'],
  b: ['bee'],
  c: ['see'],
  d: ['dee'],
  e: ['ee'],
  f: ['eff'],
  g: ['gee'],
  h: ['aitch'],
  i: ['eye'],
  j: ['jay'],
  k: ['kay'],
  l: ['el'],
  m: ['em'],
  n: ['en'],
  o: ['oh'],
  p: ['pee'],
  q: ['cue'],
  r: ['are'],
  s: ['ess'],
  t: ['tee'],
  u: ['you'],
  v: ['vee'],
  w: ['double', 'you'],
  x: ['ex'],
  y: ['why'],
  z: ['zee'],
};

/** What replaces a written word, in lower case and without its final period. */
export const ABBREVIATIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['mr', ['mister']],
  ['mrs', ['missus']],
  ['ms', ['miz']],
  ['dr', ['doctor']],
  ['prof', ['professor']],
  ['jr', ['junior']],
  ['sr', ['senior']],
  ['ave', ['avenue']],
  ['blvd', ['boulevard']],
  ['rd', ['road']],
  ['apt', ['apartment']],
  ['dept', ['department']],
  ['ext', ['extension']],
  ['approx', ['approximately']],
  ['inc', ['incorporated']],
  ['corp', ['corporation']],
  ['ltd', ['limited']],
  ['co', ['company']],
  ['vs', ['versus']],
  ['etc', ['et', 'cetera']],
  ['e.g', ['for', 'example']],
  ['i.e', ['that', 'is']],
  ['a.m', ['ay', 'em']],
  ['p.m', ['pee', 'em']],
  ['a.k.a', ['also', 'known', 'as']],
  ['ok', ['okay']],
  ['o.k', ['okay']],
  ['w/', ['with']],
  ['w/o', ['without']],
  ['at&t', ['ay', 'tee', 'and', 'tee']],
  ['24/7', ['twenty', 'four', 'seven']],
  ['e-mail', ['email']],
  ['wi-fi', ['wifi']],
]);

/** Abbreviations that are also words: replaced only when a period follows. */
export const NEEDS_PERIOD: ReadonlySet<string> = new Set(['inc', 'co', 'ms', 'sr', 'jr', 'corp']);

/** Abbreviations after which a sentence may end. */
export const MAY_END_SENTENCE: ReadonlySet<string> = new Set(
  'etc am pm a.m p.m inc corp ltd co jr sr ave blvd rd st'.split(' '),
);

/** Units after a number, with a final "s" for more than one. */
export const UNITS: ReadonlyMap<string, string> = new Map([
  ['m', 'meter'],
  ['mg', 'milligram'],
  ['l', 'liter'],
  ['tb', 'terabyte'],
  ['kw', 'kilowatt'],
  ['kwh', 'kilowatt hour'],
  ['km', 'kilometer'],
  ['cm', 'centimeter'],
  ['mm', 'millimeter'],
  ['mi', 'mile'],
  ['kg', 'kilogram'],
  ['g', 'gram'],
  ['lb', 'pound'],
  ['lbs', 'pound'],
  ['oz', 'ounce'],
  ['ml', 'milliliter'],
  ['hr', 'hour'],
  ['hrs', 'hour'],
  ['min', 'minute'],
  ['mins', 'minute'],
  ['sec', 'second'],
  ['secs', 'second'],
  ['ms', 'millisecond'],
  ['gb', 'gigabyte'],
  ['mb', 'megabyte'],
  ['kb', 'kilobyte'],
  ['yr', 'year'],
  ['yrs', 'year'],
]);

/** Capitals that are spelled although they could be read as a word. */
export const SPELLED: ReadonlySet<string> = new Set(
  'AI AM API APO ATM BA CA CEO CIO DIY EIN ESIM ETA EU FAQ FYI IBAN ID IE IO IP IRA IRS IT LA MIA OTA PA PIA POA PO SKU UI UK UPS URL US USA USB USPS UTC UX VIP VPN'.split(
    ' ',
  ),
);

/** Characters that are said when they stand alone. */
export const SYMBOLS: Readonly<Record<string, readonly string[]>> = {
  '&': ['and'],
  '+': ['plus'],
  '=': ['equals'],
  '%': ['percent'],
  '@': ['at'],
};

/** Currency signs and codes: one, more than one, and a hundredth of it. */
export const CURRENCIES: Readonly<Record<string, readonly [string, string, string]>> = {
  $: ['dollar', 'dollars', 'cent'],
  US$: ['dollar', 'dollars', 'cent'],
  USD: ['dollar', 'dollars', 'cent'],
  '€': ['euro', 'euros', 'cent'],
  EUR: ['euro', 'euros', 'cent'],
  '£': ['pound', 'pounds', 'penny'],
  GBP: ['pound', 'pounds', 'penny'],
  '¥': ['yen', 'yen', 'sen'],
  JPY: ['yen', 'yen', 'sen'],
  '₹': ['rupee', 'rupees', 'paisa'],
  INR: ['rupee', 'rupees', 'paisa'],
  CHF: ['swiss franc', 'swiss francs', 'centime'],
  C$: ['canadian dollar', 'canadian dollars', 'cent'],
  CAD: ['canadian dollar', 'canadian dollars', 'cent'],
  A$: ['australian dollar', 'australian dollars', 'cent'],
  AUD: ['australian dollar', 'australian dollars', 'cent'],
};

/** What a price or a speed is for: "month" of "$12.50/mo". */
export const PER: ReadonlyMap<string, string> = new Map([
  ['mo', 'month'],
  ['yr', 'year'],
  ['wk', 'week'],
  ['hr', 'hour'],
  ['h', 'hour'],
  ['min', 'minute'],
  ['s', 'second'],
  ['sec', 'second'],
  ['kg', 'kilogram'],
  ['lb', 'pound'],
  ['oz', 'ounce'],
  ['gb', 'gigabyte'],
  ['mi', 'mile'],
  ['km', 'kilometer'],
]);

const MONTH_NAMES = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const;

/** The month 1 to 12 in words. */
export function monthName(month: number): string {
  return MONTH_NAMES[month - 1] ?? MONTH_NAMES[0];
}

/** The month's full name when a word, in lower case and without a final period, names one. */
export function monthOf(word: string): string | undefined {
  if (word === 'sept') return 'september';
  return MONTH_NAMES.find((name) => name === word || (word.length === 3 && name.startsWith(word)));
}
