import { cardinalWords, digitWords, yearWords } from './number-words.ts';
import { isNaming } from './identifiers.ts';
import { LETTER_NAMES } from './spoken-lexicon.ts';

/** Letters and digits, perhaps in groups. */
const CODE = /^(?=.*\d)(?=.*[a-z])#?[a-z\d]+(?:[-–_/.:#]+[a-z\d]+)*$/i;

/** Groups of digits alone that are no other kind of number. */
const GROUPS = /^[#+]?\d+(?:[-–_/.,:()]+\d+)*$/;

/** Words that a number is joined to: a three-day trial, a 5-star hotel. */
const MEASURES = new Set(
  [
    'day days night nights week weeks month months year years hour hours minute minutes second',
    'mile foot inch pound ounce gallon liter meter degree person people piece pack star step part',
    'page point way room bedroom story speed time fold digit letter character word item man member',
    'seat door dollar cent percent old gram in on to for by of off karat bit core plus something',
    'odd count row tier level line factor sided mile kilometer',
  ].flatMap((line) => line.split(' ')),
);

/** Words before a joined number that counts: top-10, COVID-19, mid-2024. */
const PREFIXES = new Set('top covid catch under over age mid pre post late early plus'.split(' '));

/** A piece of a code: a run of digits, letters to be spelled, a word, or a mark between them. */
interface CodePart {
  readonly kind: 'digits' | 'letters' | 'word' | 'mark';
  readonly text: string;
}

/** Whether a word is letters and digits that name something. */
export function isCode(word: string): boolean {
  return CODE.test(word) && !/\d(?:st|nd|rd|th)\b/i.test(word);
}

/** "30-day" and "top-10", whose numbers count; nothing for other words. */
export function compoundWords(word: string): string[] | undefined {
  const parts = word.toLowerCase().split('-');
  if (parts.length < 2 || !parts.every((part) => /^(?:\d{1,4}|[a-z]+)$/.test(part)))
    return undefined;
  if (!parts.some((part) => /\d/.test(part)) || parts.every((part) => /\d/.test(part))) {
    return undefined;
  }
  const isPrefixed = PREFIXES.has(parts[0]!);
  const names = parts.filter((part) => !/\d/.test(part));
  if (!isPrefixed && !(/^\d/.test(parts[0]!) && names.every((name) => MEASURES.has(name)))) {
    return undefined;
  }
  return parts.flatMap((part) => {
    if (!/\d/.test(part)) return [part];
    if (/^0\d/.test(part)) return digitWords(part);
    return /^(?:19|20)\d\d$/.test(part) ? yearWords(Number(part)) : cardinalWords(Number(part));
  });
}

/** The words for a code or for a number that names something; nothing for other words. */
export function codeWords(word: string): string[] | undefined {
  if (!isCode(word) && !GROUPS.test(word)) return undefined;
  const words = partsOf(word).flatMap(({ kind, text }) => {
    switch (kind) {
      case 'digits':
        return digitWords(text);
      case 'letters':
        return Array.from(text).flatMap((letter) => LETTER_NAMES[letter.toLowerCase()]!);
      case 'word':
        return [text.toLowerCase()];
      case 'mark':
        return [markWord(text)];
    }
  });
  return words[0] === ',' ? words.slice(1) : words;
}

/** A code as a voice reads it that knows the names of letters: "S K U, 4 4 7 1". */
export function spelledCode(word: string): string {
  return partsOf(word)
    .map(({ kind, text }) => {
      if (kind === 'word') return ` ${text}`;
      if (kind !== 'mark') return ` ${Array.from(text.toUpperCase()).join(' ')}`;
      const mark = markWord(text);
      return mark === ',' ? mark : ` ${mark}`;
    })
    .join('')
    .replace(/^[ ,]+/, '');
}

function partsOf(word: string): CodePart[] {
  const runs = word.match(/\d+|[a-z]+|[^a-z\d]+/gi) ?? [];
  return runs.map((text) => {
    if (/\d/.test(text)) return { kind: 'digits', text };
    if (!/[a-z]/i.test(text)) return { kind: 'mark', text };
    return { kind: isWord(text) ? 'word' : 'letters', text };
  });
}

/** What is read as a word inside a code: a known one, or one that looks like no row of letters. */
function isWord(letters: string): boolean {
  const looksLikeOne = /^(?:[A-Z]?[a-z]{4,}|i[A-Z][a-z]{2,}|[A-Z]{6,})$/.test(letters);
  const isPronounceable = /[aeiouy]/i.test(letters) && !/[^aeiouy]{4}/i.test(letters);
  return (letters.length > 3 && isNaming(letters)) || (looksLikeOne && isPronounceable);
}

function markWord(mark: string): string {
  if (mark.includes('/')) return 'slash';
  if (mark.includes('.')) return 'point';
  if (mark.includes('+')) return 'plus';
  return mark.includes('#') ? 'number' : ',';
}
