/** What words mean to somebody who is speaking. */
export type HeardAs =
  /** No words, or none that mean something by themselves. */
  | 'nothing'
  /** Somebody listens: "uh-huh", "right", "okay". */
  | 'backchannel'
  /** Somebody wants to say something. */
  | 'floor';

/**
 * Words that listeners of English say without wanting the floor. "yes" and "no" are not among them:
 * over a question they are its answer.
 */
const BACKCHANNEL_WORDS = new Set(
  (
    'uh huh um hmm hm mm mhm mmhmm mmm uhhuh mm-hmm uh-huh m-hm yeah yep yup right okay ok k alright ' +
    'sure oh ah aha ahh i see got it gotcha cool good great wow really true exactly absolutely of ' +
    'course fine nice all sounds makes sense'
  ).split(' '),
);

/** Phrases of words that mean more by themselves. */
const BACKCHANNEL_PHRASES = [
  'i see',
  'got it',
  'of course',
  'all right',
  'sounds good',
  'makes sense',
  'oh i see',
  'oh okay',
];

/** Parts of phrases that are no backchannel alone. */
const NEVER_ALONE = new Set([
  'i',
  'see',
  'got',
  'it',
  'of',
  'course',
  'all',
  'sounds',
  'makes',
  'sense',
  'k',
]);

/**
 * Words that nobody says by themselves, made of vowels mostly. A recogniser that has no word for a
 * sound, "uh-huh" or a cough with some voice in it, hears one or two of them.
 */
const HOLLOW_WORDS = new Set("a an the that to of up it i i'm have".split(' '));

/** More words in a row than this are a turn, whatever they are. */
const MOST_WORDS = 4;

/** What a transcript, partial or final, amounts to when it is said over the agent. */
export function heardAs(text: string): HeardAs {
  const words = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' -]/gu, ' ')
    .split(/\s+/u)
    .filter((word) => word !== '');
  if (words.length === 0) return 'nothing';
  if (words.length > MOST_WORDS) return 'floor';
  const rest = BACKCHANNEL_PHRASES.reduce(
    (spoken, phrase) => spoken.replaceAll(` ${phrase} `, ' '),
    ` ${words.join(' ')} `,
  )
    .trim()
    .split(' ')
    .filter((word) => word !== '');
  if (rest.length > 0 && rest.every((word) => HOLLOW_WORDS.has(word))) return 'nothing';
  // The onset of "mm-hmm" is heard as a word of its own at times.
  if (rest.length > 1 && HOLLOW_WORDS.has(rest[0]!)) rest.shift();
  return rest.every((word) => BACKCHANNEL_WORDS.has(word) && !NEVER_ALONE.has(word))
    ? 'backchannel'
    : 'floor';
}
