import { cardinalWords, ordinalWords, yearWords } from './number-words.ts';
import { LETTER_NAMES, monthName } from './spoken-lexicon.ts';

/** Words before a date. */
const BEFORE_DATE = new Set(
  'on by until till before since after from through thru dated due starting beginning ending'.split(
    ' ',
  ),
);

const WEEKDAY = /^(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?$/i;

/** By how much something changes is no day. */
const CHANGES = /^(?:cut|reduc|increas|drop|fell|fall|rose|ris|gr[eo]w|multipl|divid|shr[ai]nk)/i;

/** Shares that people write with a slash. */
const COMMON = new Set(
  '1/2 1/3 2/3 1/4 3/4 1/5 2/5 3/5 4/5 1/6 5/6 1/8 3/8 5/8 7/8 1/10'.split(' '),
);

/** After a share of something. */
const SHARED = /^(?:of|an?|cups?|miles?|inch(?:es)?|pounds?|hours?|teaspoons?|tablespoons?|full)$/i;

/** How many days each month may have. */
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** What stands around two numbers with a slash. */
interface Around {
  readonly earlier: string;
  readonly before: string;
  readonly after: string;
}

/** A day of the year; nothing where there is no such day. Months go first where they can. */
export function dateWords(first: string, second: string, year?: string): string[] {
  const isDayFirst = Number(first) > 12 && Number(second) <= 12;
  const [month, day] = isDayFirst ? [second, first] : [first, second];
  const days = LONGEST_MONTHS[Number(month) - 1] ?? 0;
  if (Number(day) < 1 || Number(day) > days) return [];
  const spoken = [monthName(Number(month)), ...ordinalWords(Number(day))];
  if (year === undefined) return spoken;
  return [...spoken, ...yearWords(year.length === 2 ? 2000 + Number(year) : Number(year))];
}

/** Two numbers with a slash: a day where a day is expected, a share where it is a common one. */
export function slashedWords(over: string, under: string, around: Around): string[] {
  const { earlier, before, after } = around;
  const isDay = BEFORE_DATE.has(before.toLowerCase()) || WEEKDAY.test(before);
  const isChange = before.toLowerCase() === 'by' && CHANGES.test(earlier);
  const share = shareWords(over, under, around);
  const date = dateWords(over, under);
  if (isDay && !isChange && !SHARED.test(after) && date.length > 0) return date;
  const isBare = !/^(?:to|through|and|[-–])$/i.test(before) || !/^\d{1,2}\/\d{1,2}$/.test(earlier);
  if (/^stars?$/i.test(after)) {
    return [...cardinalWords(Number(over)), 'out', 'of', ...cardinalWords(Number(under))];
  }
  if (isBare && share.length > 0) return share;
  return date.length > 0
    ? date
    : [...cardinalWords(Number(over)), 'slash', ...cardinalWords(Number(under))];
}

function shareWords(over: string, under: string, { before, after }: Around): string[] {
  const [part, whole] = [Number(over), Number(under)];
  const isCommon = COMMON.has(`${over}/${under}`);
  if (!isCommon && (!SHARED.test(after) || part >= whole || whole < 2)) return [];
  const name = whole === 2 ? 'half' : whole === 4 ? 'quarter' : ordinalWords(whole).join(' ');
  const share = [...cardinalWords(part), ...(part === 1 ? name : `${name}s`).split(' ')];
  return /^\d+$/.test(before) ? ['and', ...share] : share;
}

/** A time of day by the clock of 12 or of 24 hours; nothing where there is no such time. */
export function timeWords(
  [, hour, minute, second, half]: readonly (string | undefined)[],
  after: string,
): string[] {
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second ?? 0) > 59) return [];
  const spoken = cardinalWords(Number(hour));
  if (Number(minute) > 0) {
    spoken.push(...(Number(minute) < 10 ? ['oh'] : []), ...cardinalWords(Number(minute)));
  } else if (half === undefined && !/^[ap]\.?m$/i.test(after)) {
    spoken.push(Number(hour) > 12 || Number(hour) === 0 ? 'hundred' : "o'clock");
  }
  if (second !== undefined && Number(second) > 0) {
    const name = Number(second) === 1 ? 'second' : 'seconds';
    spoken.push('and', ...cardinalWords(Number(second)), name);
  }
  return half === undefined ? spoken : [...spoken, ...halfOfDayWords(half)];
}

/** "am" and "pm", letter by letter. */
export function halfOfDayWords(half: string): string[] {
  return [...LETTER_NAMES[half[0]!.toLowerCase()]!, ...LETTER_NAMES['m']!];
}

/** "1990s" and "'90s". */
export function decadeWords(century: string | undefined, decade: string): string[] {
  const name = cardinalWords(Number(decade))[0]!;
  const spoken = `${name.slice(0, -1)}ies`;
  return century === undefined ? [spoken] : [...cardinalWords(Number(century)), spoken];
}
