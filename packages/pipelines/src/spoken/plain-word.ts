import { withoutFieldMarks } from './field-names.ts';

const PICTURES =
  /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200D|\uFE0F/gu;

/** `[text](target)` and `[text][1]`: whatever stands in the second pair. */
const LINK_TARGET = /\](?:\([^()\s]*\)|\[[^[\]\s]*\])/g;

const ADDRESS =
  /\bhttps?:\/\/(?:www\.)?([^\s/?#"'<>)\]]+)[^\s"'<>)\]]*?([.,;:!?]*)(?=["'<>)\]]|$)/gi;

/** A tag of HTML, not a sign between numbers. */
const TAG = /<\/?[a-z][^<>]*>/gi;

/** Braces, a list of objects, or a quoted name with its colon. */
const OBJECT = /[{}]|\[[{"]|[}"]\]|":/;

const OPENERS = '["\'“‘(\\[]*';
const CLOSERS = '["\'”’)\\].,;:!?…]*';
const LEADING_MARKS = new RegExp(`^(${OPENERS})(?:\\*+|_+|~~)`, 'u');
const TRAILING_MARKS = new RegExp(`(?:\\*+|_+|~~)(${CLOSERS})$`, 'u');

/** A sign that is said where it stands between words, and begins a line of markdown. */
const LINE_MARK = /^[*+>-]$/;

/** Faces and hearts made of marks. */
const EMOTICON = /^(?:[:;=]'?[-o^]?[)(\]DPpO|/\\*]+|:-?3|<3+|\^[_.-]?\^|[xX]-?D+|-_+-)[.,!?]*$/;
const ATTACHED_EMOTICON = /(?<=[\p{L}\d.!?])[:;]-[)(DP]+$/u;

/** Nobody can say a longer word; it is not looked through. */
const LONGEST_WORD = 1_000;

/** Most words: nothing below changes them. Faces may be written with x. */
const ORDINARY = /^[A-WYZa-wyz][a-z]*(?:'[a-z]+)?[.,;:!?]*$/;

const SPEAKABLE = /[\p{L}\p{N}]/u;

/**
 * What is to be said for each word of a text, without the marks of markdown, HTML, JSON and web
 * addresses, and without pictures; empty when nothing is, several words when it is joined from
 * them. E-mail addresses, prices and numbers with their signs are left as they are.
 */
export function plainWords(written: readonly string[]): string[] {
  return written.map((word, index) => (index === 0 && LINE_MARK.test(word) ? '' : plainWord(word)));
}

function plainWord(written: string): string {
  if (written.length > LONGEST_WORD || ORDINARY.test(written)) return written;
  if (/^(?:#+|•|[-=_~*]{3,}|`{3,}.*|(?:[:-]*\|)+[:-]*|[{}[\],]+)$/.test(written)) return '';
  if (EMOTICON.test(written)) return '';
  const unlinked = written.replaceAll(LINK_TARGET, '');
  const bare = (
    unlinked === written ? written.replace(/^!?\[(?=[^\]]*$)/, '') : unlinked.replace(/^!?\[/, '')
  )
    .replaceAll(PICTURES, '')
    .replaceAll(ADDRESS, '$1$2')
    .replaceAll(TAG, '')
    .replaceAll(/[`|]/g, '')
    .replace(ATTACHED_EMOTICON, '');
  const plain = OBJECT.test(bare) ? namesAndValues(bare) : stripped(bare);
  if (SPEAKABLE.test(plain)) return plain;
  // Signs alone are the synthesizer's business, pictures and markup alone are nobody's.
  return bare === written ? written : '';
}

/** Without emphasis at its ends, inside of quotes, brackets and punctuation. */
function stripped(word: string): string {
  const bare = word
    .replace(LEADING_MARKS, '$1')
    .replace(TRAILING_MARKS, '$1')
    .replaceAll(/\*\*(?=\p{L})|(?<=\p{L})\*\*/gu, '');
  return bare.includes('@')
    ? bare
    : withoutFieldMarks(bare).replaceAll(/(?<=[a-z])_+(?=[a-z])/gi, ' ');
}

function namesAndValues(json: string): string {
  return json
    .replaceAll(/[{}[\]"]/g, ' ')
    .replaceAll(':', ' ')
    .replaceAll(/(?<=[a-z\d])_+(?=[a-z\d])/gi, ' ')
    .replaceAll(/\s*,\s*/g, ', ')
    .replace(/^,\s*/, '')
    .trim()
    .replaceAll(/\s+/g, ' ');
}
