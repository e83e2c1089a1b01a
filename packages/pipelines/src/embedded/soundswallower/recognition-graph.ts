import { SENTENCE_END, SENTENCE_START, type BigramModel } from './bigram-model.ts';
import { withText, type NativeDecoder, type SoundSwallower } from './sound-swallower.ts';

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

const LANGUAGE_WEIGHT = 6.5;

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

/**
 * Gives a decoder the model as a weighted graph: a state per word, arcs for the pairs seen, and a
 * back-off state for all others; beside it a loop over all sounds for what is no word.
 */
export function useModel(
  module: SoundSwallower,
  decoder: NativeDecoder,
  model: BigramModel,
  garbage: GarbageCosts,
): void {
  const words = Object.keys(model.unigrams).filter((word) => word !== SENTENCE_END);
  const states = new Map(words.map((word, index) => [word, FIRST_WORD_STATE + index]));
  states.set(SENTENCE_START, START_STATE);
  const logmath = module._decoder_logmath(decoder.cdecoder);
  const graph = withText(module, 'model', (name) =>
    module._fsg_model_init(name, logmath, LANGUAGE_WEIGHT, FIRST_WORD_STATE + words.length),
  );
  const log = (probability: number): number =>
    Math.round(module._logmath_log(logmath, probability) * LANGUAGE_WEIGHT);
  const ids = new Map<string, number>();
  const addWord = (from: number, to: number, probability: number, word: string): void => {
    const id =
      ids.get(word) ?? withText(module, word, (text) => module._fsg_model_word_add(graph, text));
    ids.set(word, id);
    module._fsg_model_trans_add(graph, from, to, log(probability), id);
  };
  const addLeap = (from: number, to: number, probability: number): void => {
    module._fsg_model_null_trans_add(graph, from, to, log(Math.min(1, probability)));
  };

  for (const word of words) {
    addWord(BACK_OFF_STATE, states.get(word)!, model.unigrams[word]!, word);
  }
  for (const [history, state] of states) {
    const followers = model.bigrams[history] ?? {};
    const backOff = model.backOff[history] ?? 1;
    for (const [word, probability] of Object.entries(followers)) {
      if (word !== SENTENCE_END) addWord(state, states.get(word)!, probability, word);
    }
    addLeap(state, BACK_OFF_STATE, backOff);
    addLeap(state, GARBAGE_STATE, backOff * 10 ** garbage.enter);
    // Leaps are not followed one after another, so the end is reached in one.
    const end = followers[SENTENCE_END] ?? backOff * model.unigrams[SENTENCE_END]!;
    if (history !== SENTENCE_START) addLeap(state, FINAL_STATE, end);
  }
  for (const phone of PHONES) {
    const sound = `${SOUND_PREFIX}${phone.toLowerCase()}`;
    addWord(GARBAGE_STATE, GARBAGE_STATE, 10 ** garbage.stay, sound);
  }
  addLeap(GARBAGE_STATE, BACK_OFF_STATE, 10 ** LEAVE_GARBAGE_TO_WORD);
  addLeap(GARBAGE_STATE, FINAL_STATE, 10 ** LEAVE_GARBAGE_TO_END);
  module._fsg_set_states(graph, START_STATE, FINAL_STATE);
  if (module._decoder_set_fsg(decoder.cdecoder, graph) < 0) {
    throw new Error('the recogniser refused the graph of the vocabulary');
  }
}
