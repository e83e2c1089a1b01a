import { SENTENCE_END, SENTENCE_START, type BigramModel } from './bigram-model.ts';
import { NativeGraph, type NativeDecoder, type SoundSwallower } from './sound-swallower.ts';

/** The 39 sounds of English: what a word outside the vocabulary is made of. */
const PHONES =
  'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH'.split(
    ' ',
  );

/** Marks words that stand for one sound. */
const SOUND_PREFIX = '__';

/** Logarithms to base 10 of what it costs to hear sounds instead of words. */
export interface GarbageCosts {
  /** To begin to. */
  readonly enter: number;
  /** Each further sound. */
  readonly stay: number;
}

/**
 * Flags nothing of 75 clips that the vocabulary covers, 45 of 45 that it does not, and nine tenths
 * of what is said in loud noise. Cheaper to enter takes the breath after a word for a word; cheaper
 * to stay rejects known words, dearer takes foreign ones for known.
 */
export const DEFAULT_GARBAGE: GarbageCosts = { enter: -2, stay: -0.6 };

const LEAVE_GARBAGE_TO_WORD = -0.5;
const LEAVE_GARBAGE_TO_END = -1.5;

const START_STATE = 0;
const BACK_OFF_STATE = 1;
const FINAL_STATE = 2;
const GARBAGE_STATE = 3;
const FIRST_WORD_STATE = 4;

/** The dictionary lines of the sounds. */
export function soundDictionary(): string {
  return PHONES.map((phone) => `${SOUND_PREFIX}${phone.toLowerCase()} ${phone}\n`).join('');
}

/** Whether a recognised word is a sound that belongs to no word. */
export function isSound(word: string): boolean {
  return word.startsWith(SOUND_PREFIX);
}

/** What a recogniser may hear: the model of what is said, and the costs of what it has no words for. */
export interface HearingModel {
  readonly bigrams: BigramModel;
  readonly garbage: GarbageCosts;
}

/**
 * Gives a decoder the model as a weighted graph: a state per word, steps for the pairs seen, and a
 * back-off state for all others; beside it a loop over all sounds for what is no word.
 */
export function useModel(
  module: SoundSwallower,
  decoder: NativeDecoder,
  { bigrams: model, garbage }: HearingModel,
): void {
  const words = Object.keys(model.unigrams).filter((word) => word !== SENTENCE_END);
  const states = new Map(words.map((word, index) => [word, FIRST_WORD_STATE + index]));
  states.set(SENTENCE_START, START_STATE);
  const graph = new NativeGraph(module, decoder, FIRST_WORD_STATE + words.length);

  for (const word of words) {
    const to = states.get(word)!;
    graph.addWord(word, { from: BACK_OFF_STATE, to, probability: model.unigrams[word]! });
  }
  for (const [history, from] of states) {
    const followers = model.bigrams[history] ?? {};
    const backOff = model.backOff[history] ?? 1;
    for (const [word, probability] of Object.entries(followers)) {
      if (word === SENTENCE_END) continue;
      graph.addWord(word, { from, to: states.get(word)!, probability });
    }
    graph.addLeap({ from, to: BACK_OFF_STATE, probability: backOff });
    graph.addLeap({ from, to: GARBAGE_STATE, probability: backOff * 10 ** garbage.enter });
    if (history === SENTENCE_START) continue;
    const end = followers[SENTENCE_END] ?? backOff * model.unigrams[SENTENCE_END]!;
    graph.addLeap({ from, to: FINAL_STATE, probability: end });
  }
  const from = GARBAGE_STATE;
  for (const phone of PHONES) {
    const sound = `${SOUND_PREFIX}${phone.toLowerCase()}`;
    graph.addWord(sound, { from, to: GARBAGE_STATE, probability: 10 ** garbage.stay });
  }
  graph.addLeap({ from, to: BACK_OFF_STATE, probability: 10 ** LEAVE_GARBAGE_TO_WORD });
  graph.addLeap({ from, to: FINAL_STATE, probability: 10 ** LEAVE_GARBAGE_TO_END });
  graph.use(START_STATE, FINAL_STATE);
}
