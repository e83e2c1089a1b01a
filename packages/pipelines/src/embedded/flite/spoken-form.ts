import { cardinalWords, digitWords } from './number-words.ts';
import {
  ABBREVIATIONS,
  LETTER_NAMES,
  monthOf,
  NEEDS_PERIOD,
  SPELLED,
  SYMBOLS,
} from './spoken-lexicon.ts';
import { spokenNumber, spokenUnit, type Neighbours } from './spoken-numbers.ts';

/** How the voice goes on after a word. */
export type Break = '' | ',' | '.' | '?' | '!';

/** A written word and what is said for it. */
export interface SpokenWord {
  /** As written, with its punctuation. */
  readonly written: string;
  /** Lower-case words of a to z and apostrophes, with "," where a short pause belongs; may be empty. */
  readonly spoken: readonly string[];
  readonly pause: Break;
}

interface Token {
  readonly written: string;
  readonly core: string;
  readonly head: string;
  readonly tail: string;
}

const HEAD = /^(?:["'([{<>*_`~¿¡•]|#+(?!\d))+/;
const TAIL = /["')\]}>*_`~.,;:!?…—–-]+$/;
const PICTURES = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\u{1F1E6}-\u{1F1FF}\u200D\uFE0F]/gu;

/**
 * Splits a text at white space and finds the words to say for each part: numbers, prices, dates,
 * times and identifiers in words, abbreviations in full, markdown and pictures as nothing. American
 * English.
 */
export function spokenForm(text: string): SpokenWord[] {
  const tokens = text.trim().split(/\s+/).filter(Boolean).map(tokenOf);
  return tokens.map((token, index) => {
    const next = tokens[index + 1];
    const near: Neighbours = { before: tokens[index - 1]?.core ?? '', after: next?.core ?? '' };
    const abbreviation = abbreviated(token);
    const spoken = abbreviation ?? wordsOf(token.core, near);
    const endsHere = abbreviation === undefined || !token.tail.startsWith('.') || !next;
    const tail = endsHere ? token.tail : token.tail.slice(1);
    return { written: token.written, spoken, pause: breakAfter(tail, next?.head ?? '') };
  });
}

/** The text to give to a synthesizer that reads plain words. */
export function speakableText(words: readonly SpokenWord[]): string {
  return words
    .filter(({ spoken }) => spoken.length > 0)
    .map(({ spoken, pause }) => `${spoken.join(' ').replaceAll(' ,', ',')}${pause}`)
    .join(' ');
}

function tokenOf(written: string): Token {
  const plain = written
    .replaceAll(PICTURES, '')
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/[“”«»]/g, '"')
    .replaceAll('−', '-')
    .replace(/\]\(https?:[^)]*\)/, ']')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '');
  const head = plain.match(HEAD)?.[0] ?? '';
  const rest = plain.slice(head.length);
  const tail = rest.match(TAIL)?.[0] ?? '';
  return { written, core: rest.slice(0, rest.length - tail.length), head, tail };
}

function breakAfter(tail: string, nextHead: string): Break {
  if (tail.includes('?')) return '?';
  if (tail.includes('!')) return '!';
  if (/[.…]/.test(tail)) return '.';
  return /[,;:)—–-]/.test(tail) || nextHead.includes('(') ? ',' : '';
}

function abbreviated({ core, tail }: Token): readonly string[] | undefined {
  const lower = core.toLowerCase();
  if (NEEDS_PERIOD.has(lower) && !tail.startsWith('.')) return undefined;
  return ABBREVIATIONS.get(lower) ?? (tail.startsWith('.') ? monthName(core, lower) : undefined);
}

/** The month that "Apr." stands for. */
function monthName(core: string, lower: string): string[] | undefined {
  const month = /^[A-Z]/.test(core) ? monthOf(lower) : undefined;
  return month && month !== lower ? [month] : undefined;
}

function wordsOf(core: string, near: Neighbours): string[] {
  if (core === '') return [];
  const symbol = SYMBOLS[core];
  if (symbol) return [...symbol];
  const streetOrSaint = saint(core, near);
  if (streetOrSaint) return streetOrSaint;
  if (/^no$/i.test(core) && /^#?\d/.test(near.after)) return ['number'];
  return spokenNumber(core, near) ?? spokenUnit(core, near) ?? address(core) ?? parts(core, near);
}

function saint(core: string, { before, after }: Neighbours): string[] | undefined {
  if (core !== 'St') return undefined;
  return [/^[A-Z]/.test(after) && !/^[A-Z]/.test(before) ? 'saint' : 'street'];
}

/** An e-mail or web address, with its punctuation in words. */
function address(core: string): string[] | undefined {
  const name = core.replace(/^https?:\/\//i, '').replace(/^www\./i, '');
  if (!/^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(name) && !/^[\w-]+(\.[\w-]+)*\.[a-z]{2,}(\/.*)?$/i.test(name)) {
    return undefined;
  }
  const names: Readonly<Record<string, string>> = {
    '@': 'at',
    '.': 'dot',
    '/': 'slash',
    _: 'underscore',
    '-': 'dash',
    '+': 'plus',
  };
  return name.split(/([@./_+-])/).flatMap((part) => (names[part] ? [names[part]] : runs(part)));
}

/** Words joined by hyphens, slashes and the like, said one after another. */
function parts(core: string, near: Neighbours): string[] {
  return core.split(/[-–/_.:,;|\\]+|(—+|&|%|\+)/).flatMap((part) => {
    if (!part) return [];
    if (part.startsWith('—')) return [','];
    return SYMBOLS[part] ?? (/^\d+$/.test(part) ? spokenNumber(part, near) : undefined) ?? runs(part);
  });
}

/** Letters and digits mixed: B2B, iPhone, SKU4471. */
function runs(part: string): string[] {
  const pieces = part.match(/[a-z']+|[A-Z]+(?![a-z])s?|[A-Z][a-z']+|\d+/g) ?? [];
  const isOneName = /^(Mc|Mac|O')[A-Z]/.test(part) || /^[A-Za-z]+'[A-Za-z]+$/.test(part);
  const isMixed = pieces.some((piece) => /\d/.test(piece));
  if (isOneName) return letters(part, { isAlone: true });
  return pieces.flatMap((piece) => {
    if (/^\d/.test(piece)) return isName(piece) ? digitWords(piece) : cardinalWords(Number(piece));
    return isMixed && piece.length <= 3 && piece === piece.toUpperCase()
      ? spelled(piece)
      : letters(piece, { isAlone: pieces.length === 1 });
  });
}

function isName(digits: string): boolean {
  return digits.length > 2 || digits.startsWith('0');
}

function letters(word: string, { isAlone }: { isAlone: boolean }): string[] {
  const bare = word.replaceAll(/[^A-Za-z']/g, '').replace(/^'+|'+$/g, '');
  if (bare === '') return [];
  if (bare.length === 1) {
    const isWord = isAlone ? /^[aAiI]$/.test(bare) : false;
    return isWord ? [bare.toLowerCase()] : spelled(bare);
  }
  const capitals = bare.match(/^([A-Z]{2,})('?s)?$/);
  if (capitals && (SPELLED.has(capitals[1]!) || !/[AEIOUY]/.test(capitals[1]!))) {
    const names = spelled(capitals[1]!);
    return capitals[2] ? [...names.slice(0, -1), `${names.at(-1)!}${capitals[2]}`] : names;
  }
  return [bare.toLowerCase()];
}

function spelled(word: string): string[] {
  return [...word.toLowerCase()].flatMap((letter) => LETTER_NAMES[letter] ?? []);
}
