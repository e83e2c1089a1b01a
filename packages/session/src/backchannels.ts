/** What words mean to somebody who is speaking. */
export type HeardAs =
  /** No words. */
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
  return rest.every((word) => BACKCHANNEL_WORDS.has(word) && !NEVER_ALONE.has(word))
    ? 'backchannel'
    : 'floor';
}
