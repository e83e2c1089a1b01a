import {
  ABBREVIATIONS,
  MAY_END_SENTENCE,
  monthOf,
  NEEDS_PERIOD,
  SYMBOLS,
} from './spoken-lexicon.ts';
import { codeWords, isCode } from './codes-in-words.ts';
import { identifiersIn } from './identifiers.ts';
import { spokenAddress, spokenParts } from './spoken-letters.ts';
import { spokenNumber, spokenUnit, type Neighbours } from './numbers-in-words.ts';

/** How the voice goes on after a word. */
export type Break = '' | ',' | '.' | '?' | '!';

/** A written word and what is said for it. */
export interface SpokenWord {
  /** As written, with its punctuation. */
  readonly written: string;
  /** Lower-case words of a to z and apostrophes, with "," where a short pause belongs; may be empty. */
  readonly spoken: readonly string[];
  readonly pause: Break;
  /** A number is said in words, a code letter by letter and digit by digit. */
  readonly kind: 'word' | 'number' | 'code';
}

type Reading = Pick<SpokenWord, 'spoken' | 'kind'>;

interface Token {
  readonly written: string;
  readonly core: string;
  readonly head: string;
  readonly tail: string;
}

const HEAD = /^(?:["'([{<>*_`~¿¡•]|#+(?!\d))+/;
const TAIL = /["')\]}>*_`~.,;:!?…—–-]+$/;
/** Most words: nothing is found in them but the marks that end them. */
const ORDINARY = /^([A-Za-z]+(?:'[a-z]+)?)([.,;:!?]*)$/;
const PICTURES =
  /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200D|\uFE0F/gu;

/**
 * Splits a text at white space and finds the words to say for each part: numbers, prices, dates,
 * times and identifiers in words, abbreviations in full, markdown and pictures as nothing. American
 * English.
 */
export function spokenForm(text: string): SpokenWord[] {
  const tokens = text.trim().split(/\s+/).filter(Boolean).map(tokenOf);
  const identifiers = identifiersIn(tokens);
  const words: SpokenWord[] = [];
  for (const [index, token] of tokens.entries()) {
    const [last, next] = [tokens[index - 1], tokens[index + 1]];
    const isIdentifier = identifiers[index] ?? false;
    const near: Neighbours = {
      isIdentifier,
      earlier: tokens[index - 2]?.core ?? '',
      before: last?.core ?? '',
      after: next?.core ?? '',
      second: tokens[index + 2]?.core ?? '',
      startsSentence: !last || /[.?!]/.test(last.tail),
    };
    const abbreviation = abbreviated(token, near);
    const isPeriodSpent =
      abbreviation && token.tail.startsWith('.') && !endsSentence(token, near, next);
    const tail = isPeriodSpent ? token.tail.slice(1) : token.tail;
    const reading = abbreviation ? plainReading(abbreviation) : readingOf(token.core, near);
    // Groups of one number are told apart.
    const isGroup = isIdentifier && identifiers[index + 1] === true;
    const pause = breakAfter(tail, next?.head ?? '') || (isGroup ? ',' : '');
    if (reading.spoken.length === 0) handOn(pause, words);
    words.push({ written: token.written, pause, ...reading });
  }
  return words;
}

/** The text to give to a synthesizer that reads plain words. */
export function speakableText(words: readonly SpokenWord[]): string {
  return words
    .filter(({ spoken }) => spoken.length > 0)
    .map(({ spoken, pause }) => `${spoken.join(' ').replaceAll(' ,', ',')}${pause}`)
    .join(' ');
}

function tokenOf(written: string): Token {
  const ordinary = ORDINARY.exec(written);
  if (ordinary) return { written, core: ordinary[1]!, head: '', tail: ordinary[2]! };
  const plain = written
    .replaceAll(PICTURES, '')
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/[“”«»]/g, '"')
    .replaceAll(/[−‐‑]/g, '-')
    .replaceAll(/(?<=\d)(?=[¼-¾⅐-⅞])/g, '-')
    .replace(/\]\(https?:[^)]*\)/, ']')
    .normalize('NFKD')
    .replaceAll('⁄', '/')
    .replaceAll(/\p{M}/gu, '');
  const head = plain.match(HEAD)?.[0] ?? '';
  const rest = plain.slice(head.length);
  const tail = rest.match(TAIL)?.[0] ?? '';
  return { written, core: rest.slice(0, rest.length - tail.length), head, tail };
}

/** Gives the pause of a part that is not said, such as a dash, to the word before it. */
function handOn(pause: Break, words: SpokenWord[]): void {
  const index = words.findLastIndex((word) => word.spoken.length > 0);
  const word = words[index];
  if (word?.pause === '') words[index] = { ...word, pause };
}

function breakAfter(tail: string, nextHead: string): Break {
  if (tail.includes('?')) return '?';
  if (tail.includes('!')) return '!';
  if (/[.…]/.test(tail)) return '.';
  return /[,;:)—–-]/.test(tail) || nextHead.includes('(') ? ',' : '';
}

function abbreviated({ core, tail }: Token, near: Neighbours): readonly string[] | undefined {
  const lower = core.toLowerCase();
  const isCut = tail.startsWith('.');
  if (core === 'St') return [isSaint(near) ? 'saint' : 'street'];
  if (lower === 'no' && /^#?\d/.test(near.after)) return ['number'];
  if (/^[ap]m$/.test(lower) && /\d$/.test(near.before)) return ABBREVIATIONS.get(`${lower[0]!}.m`);
  if (NEEDS_PERIOD.has(lower) && !isCut) return undefined;
  return ABBREVIATIONS.get(lower) ?? (isCut ? monthName(core, lower) : undefined);
}

function isSaint({ before, after }: Neighbours): boolean {
  return /^[A-Z]/.test(after) && !/^[A-Z]/.test(before);
}

/** The month that "Apr." stands for. */
function monthName(core: string, lower: string): string[] | undefined {
  const month = /^[A-Z]/.test(core) ? monthOf(lower) : undefined;
  return month && month !== lower ? [month] : undefined;
}

/** Whether the period after an abbreviation ends the sentence, too. */
function endsSentence({ core }: Token, near: Neighbours, next: Token | undefined): boolean {
  if (!next) return true;
  if (core === 'St' && isSaint(near)) return false;
  return MAY_END_SENTENCE.has(core.toLowerCase()) && /^[A-Z]/.test(next.core);
}

function readingOf(core: string, near: Neighbours): Reading {
  if (core === '') return plainReading([]);
  const unit = spokenUnit(core, near);
  if (unit) return { spoken: unit, kind: 'number' };
  if (SYMBOLS[core]) return plainReading(SYMBOLS[core]);
  const number = spokenNumber(core, near);
  if (number) return { spoken: number, kind: 'number' };
  const address = spokenAddress(core);
  if (address) return plainReading(address);
  const code = codeWords(core);
  if (code) return { spoken: code, kind: isCode(core) ? 'code' : 'number' };
  return plainReading(spokenParts(core, near));
}

function plainReading(spoken: readonly string[]): Reading {
  return { spoken, kind: 'word' };
}
