import {
  CLOSERS,
  DIGIT_WORDS,
  DOUBTS,
  isAddress,
  LEAD_IN,
  LETTER_NAMES,
  MANNERS,
  REPEATS,
  SIGNS,
  TENS,
} from './address-words.ts';

/** A piece of an address as it was said. */
interface Part {
  readonly kind: 'sign' | 'letter' | 'digits' | 'word';
  readonly text: string;
}

/** Nobody spells an address in more words. */
const MOST_CHARACTERS = 600;

/** Endings that are heard as words; the others of two letters are countries. */
const ENDINGS = new Set(
  (
    'com org net edu gov mil int info biz name pro dev app online shop store tech cloud email site ' +
    'blog xyz club agency studio design world digital solutions group team company academy support ' +
    'live life today news media network systems software services consulting health care space'
  ).split(' '),
);

/** They begin an answer that has another address than the one that was asked about. */
const DENIALS = new Set(['no', 'nope', 'not', 'sorry', 'actually', 'wait', 'rather']);

const WRITTEN = /[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+/gu;

/** An address the first part of which is said: "jo dot smith@example.com". */
const HALF_WRITTEN = new RegExp(
  `(?:\\b(?:${[...SIGNS.keys()].join('|')})|\\b[b-hj-z0-9]),? ${WRITTEN.source}`,
  'u',
);

/**
 * The e-mail address in a transcript: written, said ("jo dot smith at example dot com") or spelt
 * ("s as in sam, double u, dash"), in English. `null` where there is none, more than one, or any
 * doubt, such as a correction or words after it. It is lower case and has letters, digits and `._+-`
 * only; whether it is the one that was meant only its read-back tells.
 */
export function readAddress(text: string): string | null {
  if (text.length > MOST_CHARACTERS) return null;
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}|['’]/gu, '')
    .toLowerCase();
  const words = answer(namedLetters(wordsOf(plain)));
  if (words.some((word) => DOUBTS.has(word))) return null;
  const written = new Set([...plain.matchAll(WRITTEN)].map(([address]) => trimmed(address)));
  if (written.size > 1) return null;
  const [address] = written;
  if (address !== undefined && !HALF_WRITTEN.test(plain))
    return isAddress(address) ? address : null;
  const parts = partsOf(words);
  const at = parts.findLastIndex(({ text: sign }) => sign === '@');
  if (at < 0) return null;
  const local = localPart(parts.slice(0, at));
  const domain = domainPart(parts.slice(at + 1));
  const said = `${local}@${domain}`;
  return local !== null && domain !== null && isAddress(said) ? said : null;
}

/** Without the dots of a sentence. */
function trimmed(address: string): string {
  return address.replaceAll(/^\.+|[.-]+$/gu, '');
}

/** The words of a transcript, signs by their names, with what only tells how to write left out. */
function wordsOf(plain: string): string[] {
  return plain
    .replaceAll(/@/gu, ' at ')
    .replaceAll(/\bat sign\b/gu, 'at')
    .replaceAll(/\bfull stop\b/gu, 'dot')
    .replaceAll(/\bunder score\b/gu, 'underscore')
    .replaceAll(/\bdouble (?:u|you)\b/gu, 'w')
    .replaceAll(/\b(?:all )?(?:in )?(?:lower|upper)[ -]?case(?: letters)?\b/gu, ' ')
    .replaceAll(/\b(?:all|as) one word\b|\bno spaces?\b/gu, ' ')
    .replaceAll(/\be[ -]mail\b/gu, 'email')
    .replaceAll(/\b([a-z]),? (?:as in|like in|as|like|for) \1[a-z]+/gu, '$1')
    .replaceAll(/\b([a-z0-9])-(?=[a-z0-9]\b)/gu, '$1 ')
    .replaceAll(/(?<=[a-z0-9])\.(?=[a-z0-9])/gu, ' dot ')
    .replaceAll(/(?<=[a-z0-9])-(?=[a-z0-9])/gu, ' dash ')
    .replaceAll('_', ' underscore ')
    .replaceAll('+', ' plus ')
    .split(/[^a-z0-9]+/u)
    .filter((word) => word !== '' && !MANNERS.has(word));
}

/** Puts letters for their names ("ess", "em") where letters are spelt. */
function namedLetters(words: readonly string[]): string[] {
  const plain = [...words];
  for (let from = 0; from < plain.length; from++) {
    let to = from;
    while (to < plain.length && isLetterLike(plain[to]!)) to += 1;
    while (from < to && plain[from]!.length > 1 && LEAD_IN.has(plain[from]!)) from += 1;
    const single = plain.slice(from, to).filter((word) => word.length === 1).length;
    if (single >= 2 || (single === 1 && to - from >= 3)) {
      for (let at = from; at < to; at++) plain[at] = LETTER_NAMES.get(plain[at]!) ?? plain[at]!;
    }
    from = Math.max(from, to);
  }
  return plain;
}

function isLetterLike(word: string): boolean {
  return /^[a-z]$/u.test(word) || LETTER_NAMES.has(word);
}

/** Without a no to what was asked before. */
function answer(words: readonly string[]): readonly string[] {
  const from = words.findIndex((word) => !LEAD_IN.has(word) && !DENIALS.has(word));
  const denial = words.slice(0, from).findLastIndex((word) => DENIALS.has(word));
  return words.slice(denial + 1);
}

function partsOf(words: readonly string[]): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < words.length;) {
    const times = REPEATS.get(words[at]!);
    const repeated = times === undefined ? null : partAt(words, at + 1);
    if (times !== undefined && repeated?.part.text.length === 1) {
      parts.push({ ...repeated.part, text: repeated.part.text.repeat(times) });
      at += 1 + repeated.length;
      continue;
    }
    const { part, length } = partAt(words, at) ?? { part: null, length: 1 };
    if (part) parts.push(part);
    at += length;
  }
  return parts;
}

function partAt(words: readonly string[], at: number): { part: Part; length: number } | null {
  const word = words[at];
  if (word === undefined) return null;
  const sign = SIGNS.get(word);
  if (sign !== undefined) return { part: { kind: 'sign', text: sign }, length: 1 };
  if (word === 'oh' && (isDigit(words[at - 1]) || isDigit(words[at + 1]))) {
    return { part: { kind: 'digits', text: '0' }, length: 1 };
  }
  const tens = TENS.get(word);
  if (tens !== undefined) {
    const unit = DIGIT_WORDS.get(words[at + 1] ?? '');
    const hasUnit = unit?.length === 1 && unit !== '0';
    return {
      part: { kind: 'digits', text: tens + (hasUnit ? unit : '0') },
      length: hasUnit ? 2 : 1,
    };
  }
  const digits = DIGIT_WORDS.get(word) ?? (/^\d+$/u.test(word) ? word : undefined);
  if (digits !== undefined) return { part: { kind: 'digits', text: digits }, length: 1 };
  return { part: { kind: word.length === 1 ? 'letter' : 'word', text: word }, length: 1 };
}

function isDigit(word: string | undefined): boolean {
  return word !== undefined && (DIGIT_WORDS.has(word) || /^\d+$/u.test(word));
}

/** What stands before the @: all that follows the sentence around it. */
function localPart(parts: readonly Part[]): string | null {
  const before = parts.findLastIndex(
    ({ kind, text }) => (kind === 'word' && LEAD_IN.has(text)) || text === '@',
  );
  const sentence = parts.slice(0, before + 1);
  const isPlain = sentence.every(({ kind, text }, index) => {
    if (text === '@') return LEAD_IN.has(sentence[index - 1]?.text ?? '');
    return kind === 'word' || ['i', 'a', '1'].includes(text);
  });
  return isPlain ? joined(parts.slice(before + 1)) : null;
}

/** What stands after the @, up to its ending and some polite words. */
function domainPart(parts: readonly Part[]): string | null {
  const lastDot = parts.findLastIndex(({ text }) => text === '.');
  if (lastDot <= 0) return null;
  const [first, ...others] = parts.slice(lastDot + 1);
  if (!first) return null;
  const spelt = others.findIndex(({ kind }) => kind !== 'letter');
  const letters = first.kind === 'letter' ? (spelt < 0 ? others.length : spelt) : 0;
  const ending = [first, ...others.slice(0, letters)].map(({ text }) => text).join('');
  const rest = others.slice(letters);
  const isEnding =
    ENDINGS.has(ending) ||
    (ending.length === 2 && (first.kind === 'letter' || first.kind === 'word'));
  const isOver = rest.every(({ kind, text }) => kind === 'word' && CLOSERS.has(text));
  const name = parts.slice(0, lastDot);
  const isName = name.every(({ kind, text }) => kind !== 'word' || !LEAD_IN.has(text));
  return isEnding && isOver && isName ? `${joined(name)}.${ending}` : null;
}

/** The parts in one; a word and its spelling beside it are said twice and written once. */
function joined(parts: readonly Part[]): string {
  const runs: Part[] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last?.kind === 'letter' && part.kind === 'letter') {
      runs[runs.length - 1] = { kind: 'letter', text: last.text + part.text };
    } else runs.push(part);
  }
  return runs
    .filter(({ kind, text }, index) => {
      const last = runs[index - 1];
      return (
        !last || last.text !== text || last.kind === kind || kind === 'sign' || text.length < 2
      );
    })
    .map(({ text }) => text)
    .join('');
}
