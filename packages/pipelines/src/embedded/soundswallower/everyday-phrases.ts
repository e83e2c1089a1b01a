import type { TrainingSentence } from './training-sentences.ts';

/**
 * How words are said that the dictionary lacks, or has in fewer ways than callers have. Two of them
 * are the signs of listening as every transcript writes them: `uh-huh`, and `mm-hmm`, which stands
 * for "mhm" and "um-hum" too.
 */
export const OWN_PRONUNCIATIONS: Readonly<Record<string, readonly string[]>> = {
  'uh-huh': ['AH HH AH', 'AH HH AH HH'],
  'mm-hmm': ['M HH M', 'M AH HH AH M', 'AH M HH AH M', 'M HH AH M'],
  yeah: ['Y AE', 'Y EH', 'Y EH AH'],
};

/** Said to show that one listens, while the other side holds the floor. */
const LISTENING_PHRASES = [
  'uh-huh',
  'mm-hmm',
  'yeah',
  'yes',
  'right',
  'okay',
  'oh okay',
  'sure',
  'i see',
  'got it',
  'all right',
];

/** Said to take the floor, and often a whole turn. */
const FLOOR_PHRASES = [
  'stop',
  'no',
  'hold on',
  'hang on',
  'one second',
  'one moment',
  'hello',
  'hey',
  'what',
  'why',
  'listen',
];

/** Said to take the floor; what the caller wants comes after it. */
const OPENING_PHRASES = ['wait', 'no no', 'excuse me', 'sorry', 'actually'];

/**
 * The share of these phrases in all that callers say. Below a tenth, words as short as "yeah" are
 * taken for noises or for words of the script; up to a third, no word of the script is lost to them.
 */
const EVERYDAY_SHARE = 0.25;

/** A sign of listening is made more often than anything else is said. */
const LISTENING_FACTOR = 2;

/** What any caller may say at any time, weighted against the sentences of a script. */
export function everydaySentences(scripted: readonly TrainingSentence[]): TrainingSentence[] {
  const sentences = [
    ...LISTENING_PHRASES.map((phrase) => sentence(phrase, { weight: LISTENING_FACTOR })),
    ...FLOOR_PHRASES.map((phrase) => sentence(phrase, { weight: 1 })),
    ...OPENING_PHRASES.map((phrase) => sentence(phrase, { weight: 1, goesOn: true })),
  ];
  const wanted = (weightOf(scripted) * EVERYDAY_SHARE) / (1 - EVERYDAY_SHARE);
  const factor = wanted / weightOf(sentences);
  return sentences.map(({ weight, ...rest }) => ({ ...rest, weight: weight * factor }));
}

function sentence(phrase: string, rest: Omit<TrainingSentence, 'places'>): TrainingSentence {
  return { places: phrase.split(' ').map((word) => [[word, 1]]), ...rest };
}

function weightOf(sentences: readonly TrainingSentence[]): number {
  return sentences.reduce((sum, { weight }) => sum + weight, 0);
}
