import type { Dialogue } from '@antiphon/session';
import { PipelineError } from '../../pipeline-error.ts';

/** What may stand at one place of a sentence: words and their shares, which add up to 1. */
export type WordChoice = readonly (readonly [word: string, share: number])[];

/** Something a caller may say, and how often compared with other sentences. */
export interface TrainingSentence {
  readonly places: readonly WordChoice[];
  readonly weight: number;
  /** Whether callers who say it usually go on with something else. */
  readonly goesOn?: true;
}

/**
 * What each example weighs in all, however many sentences it stands for. The more, the more the
 * model trusts the script: at 1 it errs on scripted sentences, at 10 it bends others to them.
 */
const EXAMPLE_WEIGHT = 4;

/** Sentences made of one example at most; further combinations add nothing to pairs of words. */
const MAX_VARIANTS = 256;

/** Callers read zero both ways. */
const ZERO_NAMES = ['zero', 'oh'];
const DIGIT_NAMES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const ANY_DIGIT: WordChoice = [
  ...DIGIT_NAMES.map((name) => [name, 0.1] as const),
  ...ZERO_NAMES.map((name) => [name, 0.1 / ZERO_NAMES.length] as const),
];

/** One way to fill a part of an example. */
type Filling = readonly WordChoice[];

/**
 * Writes out what callers may say according to a dialogue: every example of every intent, with
 * optional words in and out and slots filled. Throws `unusable_vocabulary`, naming the example, for
 * a slot that is not defined, a word with figures or signs in it, and a dialogue without examples.
 */
export function sentencesOfDialogue(dialogue: Dialogue): TrainingSentence[] {
  const sentences = Object.values(dialogue.intents).flatMap(({ examples }) =>
    examples.flatMap((example) => expand(example, dialogue.slots)),
  );
  return requireSome(sentences, 'the dialogue has no examples');
}

/** Sentences of plain phrases, each as likely as the others. Throws `unusable_vocabulary`. */
export function sentencesOfPhrases(phrases: readonly string[]): TrainingSentence[] {
  const sentences = phrases.flatMap((phrase) => expand(phrase, {}));
  return requireSome(sentences, 'there are no phrases');
}

function requireSome(sentences: TrainingSentence[], problem: string): TrainingSentence[] {
  if (sentences.length > 0) return sentences;
  throw new PipelineError('unusable_vocabulary', `${problem}; give what callers may say`);
}

function expand(example: string, slots: Dialogue['slots']): TrainingSentence[] {
  const said = variantsOf(example, { example, slots }).filter(({ length }) => length > 0);
  return said.map((places) => ({ places, weight: EXAMPLE_WEIGHT / said.length }));
}

function variantsOf(text: string, source: Source): Filling[] {
  const parts = text.match(/\{[^}]*\}|\[[^\]]*\]|[^{[]+/g) ?? [];
  let variants: Filling[] = [[]];
  for (const part of parts) {
    const fillings = fillingsOf(part, source);
    variants = variants.flatMap((variant) => fillings.map((filling) => [...variant, ...filling]));
    if (variants.length > MAX_VARIANTS) variants = spread(variants, MAX_VARIANTS);
  }
  return variants;
}

/** As many of the variants, evenly from first to last. */
function spread(variants: Filling[], count: number): Filling[] {
  return Array.from(
    { length: count },
    (_, index) => variants[Math.floor((index * variants.length) / count)]!,
  );
}

interface Source {
  readonly example: string;
  readonly slots: Dialogue['slots'];
}

function fillingsOf(part: string, source: Source): Filling[] {
  if (part.startsWith('[')) return [...variantsOf(part.slice(1, -1), source), []];
  if (part.startsWith('{')) return slotFillings(part.slice(1, -1).trim(), source);
  return [words(part, source)];
}

function slotFillings(name: string, source: Source): Filling[] {
  const slot = Object.hasOwn(source.slots, name) ? source.slots[name] : undefined;
  if (!slot) {
    throw new PipelineError(
      'unusable_vocabulary',
      `the example ${JSON.stringify(source.example)} names the slot {${name}}, which is not defined`,
    );
  }
  if (slot.kind === 'choice') return slot.values.map((value) => words(value, source));
  const fillings: Filling[] = [];
  for (let length = slot.minLength; length <= slot.maxLength; length++) {
    fillings.push(Array.from({ length }, () => ANY_DIGIT));
  }
  return fillings;
}

/** The words of a text in lower case, without punctuation; signs of listening in their one form. */
function words(text: string, { example }: Source): Filling {
  const plain = text
    .toLowerCase()
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/\b(?:mm[- ]hmm|mhm)\b/g, 'mm-hmm')
    .replaceAll(/\buh huh\b/g, 'uh-huh')
    .replaceAll(/-(?!(?:huh|hmm)\b)|[–—.,;:!?"“”…()]/g, ' ');
  return plain
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => {
      if (/^(?:'?[a-z]+(?:'[a-z]+)*'?|uh-huh|mm-hmm)$/.test(word)) return [[word, 1]];
      throw new PipelineError(
        'unusable_vocabulary',
        `the example ${JSON.stringify(example)} has ${JSON.stringify(word)}; write it as it is spoken`,
      );
    });
}
