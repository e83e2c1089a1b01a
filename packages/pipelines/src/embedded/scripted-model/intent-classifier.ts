import type { Dialogue, DialogueSlot } from '@antiphon/session';
import { digitRuns } from '../../spoken/spoken-digits.ts';
import { spokenTokens } from '../../spoken/spoken-tokens.ts';
import { expandExample } from './expand-example.ts';
import { choiceValue } from './slot-values.ts';
import { Vocabulary, type WordBag } from './word-bag.ts';
import { wordStem } from './word-stem.ts';

/** How well an utterance fits an intent. */
export interface IntentScore {
  readonly intent: string;
  /** 1 is word for word, 0 is no word in common. */
  readonly score: number;
  /** The slots of the example that fits best, in the order they stand in it. */
  readonly slots: readonly string[];
}

/** Share of words against pairs of words; the pairs tell "are you there" from "there you are". */
const WORD_SHARE = 0.8;
/** Share of the best example against all examples of the intent together. */
const EXAMPLE_SHARE = 0.8;
/** A word that no example holds counts nearly as much as one that tells intents apart. */
const UNKNOWN_WEIGHT = 0.7;
/** Words found in any sentence count little. */
const FUNCTION_WEIGHT = 0.25;
/** A number in what a caller says is nearly always the point of it. */
const NUMBER_WEIGHT = 1.5;

const NUMBER = '#';
const FUNCTION_WORDS = new Set(
  (
    'a an the i you me my your it is am are be was were would will to of on in at for from and or ' +
    'that this so do does can could may please have has had just with there as by if but well like'
  )
    .split(' ')
    .map(wordStem),
);

interface Example {
  readonly intent: number;
  readonly slots: readonly string[];
  /** Its choice slots, space separated: an utterance is read with the slot for their values. */
  readonly choices: string;
  readonly words: WordBag;
  readonly pairs: WordBag;
}

interface Reading {
  readonly likeness: (example: Example) => number;
  /** By intent, the share of the utterance's weight that words of its examples account for. */
  readonly coverage: Float64Array;
}

/**
 * Says which intents an utterance fits, by its likeness to the examples: the words and pairs of
 * words in common, those that tell intents apart counting most.
 */
export class IntentClassifier {
  readonly #names: readonly string[];
  readonly #slots: Readonly<Record<string, DialogueSlot>>;
  readonly #hasNumbers: boolean;
  readonly #examples: readonly Example[];
  /** By word, the intents whose examples hold it. */
  readonly #intentsOf = new Map<string, Set<number>>();
  readonly #words = new Vocabulary((word) => this.#weightOf(word));
  readonly #pairs = new Vocabulary((pair) => this.#pairWeightOf(pair));

  constructor(dialogue: Pick<Dialogue, 'intents' | 'slots'>) {
    this.#names = Object.keys(dialogue.intents);
    this.#slots = dialogue.slots;
    this.#hasNumbers = Object.values(dialogue.slots).some((slot) => slot.kind === 'digits');
    const read = this.#names.flatMap((name, intent) =>
      dialogue.intents[name]!.examples.flatMap(expandExample).map((text) => ({
        intent,
        ...this.#readExample(text),
      })),
    );
    for (const { intent, tokens } of read) {
      for (const word of tokens) {
        const intents = this.#intentsOf.get(word) ?? new Set();
        this.#intentsOf.set(word, intents.add(intent));
      }
    }
    this.#examples = read.map(({ tokens, ...example }) => ({
      ...example,
      words: this.#words.learn(tokens),
      pairs: this.#pairs.learn(pairsOf(tokens)),
    }));
  }

  /** Every intent that has a word in common with the spoken tokens, best first. */
  scores(tokens: readonly string[]): IntentScore[] {
    const readings = new Map<string, Reading>();
    const best = new Map<number, { score: number; example: Example }>();
    for (const example of this.#examples) {
      let reading = readings.get(example.choices);
      if (!reading) {
        reading = this.#read(tokens, example.choices);
        readings.set(example.choices, reading);
      }
      const likeness = reading.likeness(example);
      if (likeness === 0) continue;
      const coverage = reading.coverage[example.intent]!;
      const score = EXAMPLE_SHARE * likeness + (1 - EXAMPLE_SHARE) * coverage;
      const known = best.get(example.intent);
      if (!known || score > known.score) best.set(example.intent, { score, example });
    }
    return [...best.values()]
      .map(({ score, example }) => ({
        intent: this.#names[example.intent]!,
        score,
        slots: example.slots,
      }))
      .toSorted((left, right) => right.score - left.score);
  }

  #readExample(text: string): { tokens: string[]; slots: string[]; choices: string } {
    const tokens: string[] = [];
    const slots: string[] = [];
    for (const part of text.split(/(\{[^}]*\})/)) {
      if (!part.startsWith('{')) {
        tokens.push(...spokenTokens(part).map(wordStem));
        continue;
      }
      const name = part.slice(1, -1);
      slots.push(name);
      tokens.push(this.#slots[name]?.kind === 'digits' ? NUMBER : part);
    }
    const choices = slots.filter((name) => this.#slots[name]?.kind === 'choice');
    return { tokens, slots, choices: choices.join(' ') };
  }

  #read(tokens: readonly string[], choices: string): Reading {
    const words = this.#withSlots(tokens, choices).map(wordStem);
    const wordLikeness = this.#words.likenessTo(this.#words.read(words), FUNCTION_WEIGHT);
    const pairLikeness = this.#pairs.likenessTo(this.#pairs.read(pairsOf(words)));
    return {
      likeness: (example) => {
        const inWords = wordLikeness(example.words);
        if (inWords === 0) return 0;
        return WORD_SHARE * inWords + (1 - WORD_SHARE) * pairLikeness(example.pairs);
      },
      coverage: this.#coverage(words),
    };
  }

  #withSlots(tokens: readonly string[], choices: string): string[] {
    const words = [...tokens];
    for (const run of this.#hasNumbers ? digitRuns(tokens).toReversed() : []) {
      // A single digit is more often a word: "that one", "one moment".
      if (run.digits.length === 1 && run.to - run.from < tokens.length) continue;
      words.splice(run.from, run.to - run.from, NUMBER);
    }
    for (const name of choices === '' ? [] : choices.split(' ')) {
      const slot = this.#slots[name];
      const place = slot?.kind === 'choice' ? choiceValue(words, slot) : null;
      if (place) words.splice(place.from, place.to - place.from, `{${name}}`);
    }
    return words;
  }

  /** 1 for a word of one intent, less the more intents use it. */
  #weightOf(word: string): number {
    if (word === NUMBER) return NUMBER_WEIGHT;
    if (FUNCTION_WORDS.has(word)) return FUNCTION_WEIGHT;
    const intents = this.#intentsOf.get(word)?.size;
    if (intents === undefined) return UNKNOWN_WEIGHT;
    return Math.log(1 + this.#names.length / intents) / Math.log(1 + this.#names.length);
  }

  #pairWeightOf(pair: string): number {
    const [left, right] = pair.split(' ') as [string, string];
    return (this.#weightOf(left) + this.#weightOf(right)) / 2;
  }

  #coverage(words: readonly string[]): Float64Array {
    const coverage = new Float64Array(this.#names.length);
    let total = 0;
    for (const word of words) {
      const weight = this.#weightOf(word);
      total += weight;
      for (const intent of this.#intentsOf.get(word) ?? []) coverage[intent]! += weight;
    }
    return total > 0 ? coverage.map((weight) => weight / total) : coverage;
  }
}

/** Neighbouring words, the ends of the utterance counting as words. */
function pairsOf(words: readonly string[]): string[] {
  const bounded = ['<', ...words, '>'];
  return bounded.slice(1).map((word, at) => `${bounded[at]!} ${word}`);
}
