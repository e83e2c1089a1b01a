import { isHesitation } from '../../spoken/spoken-tokens.ts';
import type { TrainingSentence } from './training-sentences.ts';

/**
 * How often what callers say ends after its last words. Keys are the last word or the last two,
 * the start of the sentence counting as a word. Plain JSON, for it goes to worker threads.
 */
export interface EndingModel {
  readonly afterWord: Readonly<Record<string, Ending>>;
  readonly afterPair: Readonly<Record<string, Ending>>;
  /** Of all places between words, the share where a sentence ends. */
  readonly anywhere: number;
  /** The probability that separates whole sentences from their beginnings best. */
  readonly boundary: number;
}

/** After some words: how likely the sentence ends, and how much the words before them may say. */
interface Ending {
  readonly probability: number;
  /** Share of the probability to be taken from a shorter history. */
  readonly novelty: number;
}

const START = '<s>';

/** What follows the last word of a sentence that is usually gone on with. */
const MORE = '...';

const DIGITS = new Set('zero oh one two three four five six seven eight nine'.split(' '));

/** A place after a word of a sentence. */
interface Place {
  readonly word: string;
  readonly pair: string;
  /** Null at the end. */
  readonly next: string | null;
  readonly weight: number;
  /** The sentence's words, those of its ways to be broken off sharing one weight. */
  readonly share: number;
}

type Probabilities = Omit<EndingModel, 'boundary'>;

/**
 * Learns from sentences where they end. Digits count as one word with its place in the number, so
 * that a number ends where the numbers of the script do.
 */
export function learnEndings(sentences: readonly TrainingSentence[]): EndingModel {
  const places = sentences.flatMap(placesOf);
  const probabilities = {
    afterWord: endingsAfter(places, ({ word }) => word),
    afterPair: endingsAfter(places, ({ pair }) => pair),
    anywhere: sum(places.filter(isEnd)) / sum(places),
  };
  return { ...probabilities, boundary: boundaryBetween(places, probabilities) };
}

/**
 * How likely an utterance is whole after the words so far, 0 to 1: above 0.5 what callers say
 * usually ends there, below it usually goes on. 0 after a hesitation; undefined without words.
 *
 * It is the probability of an end, with the odds of a whole sentence set even to those of one that
 * was broken off somewhere: a caller who pauses is likelier to have ended than one between words.
 */
export function endOfUtteranceAfter(
  words: readonly string[],
  model: EndingModel,
): number | undefined {
  const last = words.at(-1);
  if (last === undefined) return undefined;
  if (isHesitation(last)) return 0;
  const probability = probabilityAfter(lastOf(countedWords(words)), model);
  const end = probability * (1 - model.boundary);
  return end / (end + (1 - probability) * model.boundary);
}

function placesOf({ places, weight, goesOn }: TrainingSentence): Place[] {
  // Where there is a choice, it is between the names of digits.
  const words = countedWords(places.map((choice) => choice[0]![0]));
  return words.map((_word, index) => {
    const isLast = index === words.length - 1;
    return {
      ...lastOf(words.slice(0, index + 1)),
      next: words[index + 1] ?? (goesOn ? MORE : null),
      weight,
      share: isLast && !goesOn ? weight : weight / Math.max(1, words.length - (goesOn ? 0 : 1)),
    };
  });
}

/** The words without hesitations, the digits of a number as #1, #2 and so on. */
function countedWords(words: readonly string[]): string[] {
  let digits = 0;
  return words
    .filter((word) => !isHesitation(word))
    .map((word) => {
      digits = DIGITS.has(word) ? digits + 1 : 0;
      return digits > 0 ? `#${digits}` : word;
    });
}

function lastOf(words: readonly string[]): Pick<Place, 'word' | 'pair'> {
  const word = words.at(-1) ?? START;
  return { word, pair: `${words.at(-2) ?? START} ${word}` };
}

function endingsAfter(
  places: readonly Place[],
  keyOf: (place: Place) => string,
): Record<string, Ending> {
  const byKey = new Map<string, Place[]>();
  for (const place of places) {
    const key = keyOf(place);
    byKey.set(key, [...(byKey.get(key) ?? []), place]);
  }
  const endings: Record<string, Ending> = {};
  for (const [key, found] of byKey) {
    const total = sum(found);
    const kinds = new Set(found.map(({ next }) => next)).size;
    endings[key] = {
      probability: sum(found.filter(isEnd)) / total,
      novelty: kinds / (kinds + total),
    };
  }
  return endings;
}

function probabilityAfter(
  { word, pair }: Pick<Place, 'word' | 'pair'>,
  { afterWord, afterPair, anywhere }: Probabilities,
): number {
  const known = mixed(afterWord[word], anywhere);
  return mixed(afterPair[pair], known);
}

function mixed(ending: Ending | undefined, otherwise: number): number {
  if (!ending) return otherwise;
  return (1 - ending.novelty) * ending.probability + ending.novelty * otherwise;
}

/** The probability above which most whole sentences lie and fewest broken off ones. */
function boundaryBetween(places: readonly Place[], model: Probabilities): number {
  const rated = places
    .map((place) => ({ place, probability: probabilityAfter(place, model) }))
    .toSorted((left, right) => right.probability - left.probability);
  const whole = rated.reduce((total, { place }) => total + (isEnd(place) ? place.share : 0), 0);
  const broken = rated.reduce((total, { place }) => total + (isEnd(place) ? 0 : place.share), 0);
  let best = -1;
  let boundary = model.anywhere;
  let gain = 0;
  for (const [index, { place, probability }] of rated.entries()) {
    gain += isEnd(place) ? place.share / whole : -place.share / broken;
    const next = rated[index + 1]?.probability ?? 0;
    if (gain <= best || next === probability) continue;
    best = gain;
    boundary = (probability + next) / 2;
  }
  return boundary;
}

function isEnd({ next }: Place): boolean {
  return next === null;
}

function sum(places: readonly Place[]): number {
  return places.reduce((total, { weight }) => total + weight, 0);
}
