import { isNaming } from '../spoken/identifiers.ts';

/** What a gap between two written words means to a speaker. */
export type GapKind =
  /** A sentence ends before it. */
  | 'sentence'
  /** A clause ends before it: a short pause is natural. */
  | 'clause'
  /** Two words of one clause. */
  | 'word'
  /** Never to be parted: the inside of a number, a title and its name. */
  | 'joined'
  /** More text is needed to say. */
  | 'undecided';

/** A gap of blanks and what is known around it. */
export interface Gap {
  /** The word before, punctuation included. */
  readonly token: string;
  /** Whether that word is the first of the piece being cut. */
  readonly isFirstToken: boolean;
  readonly blanks: string;
  /** The text after the gap, as far as it is known. */
  readonly following: string;
  /** Whether `following` is all there will be. */
  readonly isComplete: boolean;
}

const CLOSERS = /[\p{Pe}\p{Pf}"'*_`]+$/u;
const OPENERS = /^[\p{Ps}\p{Pi}"'*_`]+/u;
const ELLIPSIS = /(?:\.\.|…)$/u;
const CLAUSE_END = /[,;:–—]$|^-$/u;
const LONE_DASH = /^[-–—]$/u;
const INITIALS = /^(?:\p{L}\.)*\p{L}$/u;
const LIST_MARKER = /^(?:[-*•]|\d{1,2}[.)]|\(?[a-h]\))(?:\s|$)/u;
const BLANK_LINE = /\n[^\S\n]*\n/u;

/** Abbreviations whose full stop ends a sentence only before a word that starts one. */
const ABBREVIATIONS = wordSet(
  'dr mr mrs ms mx prof rev hon capt cpt lt col sgt gen sen rep gov pres supt jr sr',
  'st mt ft ave blvd rd ln hwy inc ltd co corp dept assn bros univ est',
  'vs etc cf approx resp incl excl tel ph.d hr hrs min mins sec secs lb lbs oz kg km cm mm',
  'jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun',
);

/** Abbreviations before a number; before anything else their full stop ends a sentence. */
const NUMBERED = wordSet('no nos nr vol fig pp ch ext apt ste rm art');

/** Words that, capitalised after an abbreviation, start a sentence. None is a usual family name. */
const STARTERS = wordSet(
  'i you your we our it its he she they this that these those there here the a an',
  'if when would could can does did is are was what where which who how why please',
  'and but or then thanks thank yes okay sorry once after before for in on at to my also however',
);

const CONJUNCTIONS = wordSet('and but so because');

/** Words that after a conjunction show that a clause of its own follows, not a list's last item. */
const SUBJECTS = wordSet('i you we it he she they this that there the your our my then if');

/** Says what a gap means; `undecided` only while `isComplete` is false. */
export function judgeGap(gap: Gap): GapKind {
  const core = gap.token.replace(CLOSERS, '');
  if (/[!?]$/u.test(core)) return 'sentence';
  if (core.endsWith('.') && !ELLIPSIS.test(core)) return judgeFullStop(core, gap);
  // Two characters tell a number from a word: a digit, or a sign and a digit.
  if (gap.following.length < 2 && !gap.isComplete) return 'undecided';
  if (BLANK_LINE.test(gap.blanks)) return 'sentence';
  if (gap.blanks.includes('\n')) {
    if (firstWord(gap) === null) return 'undecided';
    if (LIST_MARKER.test(gap.following)) return 'sentence';
  }
  const isBeforeDigit = startsWithDigit(gap.following);
  if (CLAUSE_END.test(core)) {
    const isInsideNumber = isBeforeDigit && (/\d.$/u.test(core) || LONE_DASH.test(core));
    return isInsideNumber || (isBeforeDigit && leadsToNumber(core)) ? 'joined' : 'clause';
  }
  if (isBeforeDigit || /[\d.…]$/u.test(core)) return 'joined';
  return judgeConjunction(gap);
}

function judgeFullStop(core: string, gap: Gap): GapKind {
  const word = core.slice(0, -1).replace(OPENERS, '').toLowerCase();
  if (gap.isFirstToken && /^\d{1,2}$/u.test(word)) return 'joined';
  const isNumbered = NUMBERED.has(word);
  if (!isNumbered && !ABBREVIATIONS.has(word) && !INITIALS.test(word)) return 'sentence';
  const next = firstWord(gap);
  if (next === null) return 'undecided';
  if (isNumbered) return startsWithDigit(next) ? 'joined' : 'sentence';
  return startsSentence(next) ? 'sentence' : 'joined';
}

function judgeConjunction(gap: Gap): GapKind {
  const next = firstWord(gap);
  if (next === null) return 'undecided';
  if (!CONJUNCTIONS.has(next)) return 'word';
  const after = gap.following.slice(next.length).trimStart();
  const subject = firstWord({ following: after, isComplete: gap.isComplete });
  if (subject === null) return 'undecided';
  return SUBJECTS.has(letters(subject).toLowerCase()) ? 'clause' : 'word';
}

/** "code:" and "is:" before digits: how these are read depends on it. */
function leadsToNumber(core: string): boolean {
  const word = core.slice(0, -1);
  return core.endsWith(':') && (/^(?:is|are|was)$/i.test(word) || isNaming(word));
}

function startsSentence(word: string): boolean {
  const start = letters(word);
  return /^\p{Lu}/u.test(start) && STARTERS.has(start.toLowerCase());
}

function startsWithDigit(text: string): boolean {
  return /^[\p{Sc}+#(-]?\d/u.test(text);
}

/** The letters a word begins with, without what opens it: "I" of `“I'll`. */
function letters(word: string): string {
  return /^\p{L}+/u.exec(word.replace(OPENERS, ''))?.[0] ?? '';
}

/** The first word, or `null` while it may still grow. */
function firstWord(gap: Pick<Gap, 'following' | 'isComplete'>): string | null {
  const end = gap.following.search(/\s/u);
  if (end >= 0) return gap.following.slice(0, end);
  return gap.isComplete ? gap.following : null;
}

function wordSet(...lines: string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(' ')));
}
