import { cardinalWords, digitWords } from './number-words.ts';
import { LETTER_NAMES, SPELLED, SYMBOLS } from './spoken-lexicon.ts';
import { spokenNumber, type Neighbours } from './numbers-in-words.ts';

/** An e-mail or web address with its punctuation in words; nothing for other words. */
export function spokenAddress(core: string): string[] | undefined {
  const name = core.replace(/^https?:\/\//i, '').replace(/^www\./i, '');
  if (
    !/^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(name) &&
    !/^[\w-]+(\.[\w-]+)*\.[a-z]{2,}(\/.*)?$/i.test(name)
  ) {
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

/** The words of what is no number and no address; parts joined by hyphens and the like one by one. */
export function spokenParts(core: string, near: Neighbours): string[] {
  return core.split(/[-–/_.:,;|\\]+|(—+|&|%|\+)/).flatMap((part) => {
    if (!part) return [];
    if (part.startsWith('—')) return [','];
    return (
      SYMBOLS[part] ??
      (/^\d+$/.test(part) ? spokenNumber(part, near) : undefined) ??
      runs(part, near)
    );
  });
}

/** Letters and digits mixed: B2B, iPhone, SKU4471. */
function runs(part: string, near?: Neighbours): string[] {
  const pieces = part.match(/[a-z']+|[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z][a-z']+|\d+/g) ?? [];
  const isOneName = /^(Mc|Mac|O')[A-Z]/.test(part) || /^[A-Za-z]+'[A-Za-z]+$/.test(part);
  const isMixed = pieces.some((piece) => /\d/.test(piece));
  if (isOneName) return letters(part, '');
  return pieces.flatMap((piece) => {
    if (/^\d/.test(piece)) return isName(piece) ? digitWords(piece) : cardinalWords(Number(piece));
    return isMixed && piece.length <= 3 && piece === piece.toUpperCase()
      ? spelled(piece)
      : letters(piece, pieces.length === 1 ? wordsOfOneLetter(near) : '');
  });
}

function isName(digits: string): boolean {
  return digits.length > 2 || digits.startsWith('0');
}

/** Letters that are words where they stand; "A" inside a sentence is a letter, as in "plan A". */
function wordsOfOneLetter(near: Neighbours | undefined): string {
  return near && !near.startsSentence ? 'aiI' : 'aAiI';
}

function letters(word: string, oneLetterWords: string): string[] {
  const bare = word.replaceAll(/[^A-Za-z']/g, '').replace(/^'+|'+$/g, '');
  if (bare === '') return [];
  if (bare.length === 1) {
    return oneLetterWords.includes(bare) ? [bare.toLowerCase()] : spelled(bare);
  }
  const capitals = bare.match(/^([A-Z]{2,})('?s)?$/);
  if (capitals && (SPELLED.has(capitals[1]!) || !/[AEIOUY]/.test(capitals[1]!))) {
    const names = spelled(capitals[1]!);
    return capitals[2] ? [...names.slice(0, -1), `${names.at(-1)!}${capitals[2]}`] : names;
  }
  return [bare.toLowerCase()];
}

function spelled(word: string): string[] {
  return (word.toLowerCase().match(/[a-z]/g) ?? []).flatMap((letter) => LETTER_NAMES[letter]!);
}
