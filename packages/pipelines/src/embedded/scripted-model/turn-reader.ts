import type { Dialogue } from '@antiphon/session';
import { spokenNumber } from '../../spoken/spoken-number.ts';
import { spokenTokens } from '../../spoken/spoken-tokens.ts';
import { IntentClassifier, type IntentScore } from './intent-classifier.ts';
import { choiceValue } from './slot-values.ts';

/** What a caller's turn amounts to at a stage. */
export type TurnReading =
  /** Nothing fits, or two things fit alike. */
  | { readonly kind: 'unclear'; readonly score: number }
  /** It fits an intent whose value was heard in part or not at all. */
  | { readonly kind: 'incomplete'; readonly score: number }
  | {
      readonly kind: 'intent';
      readonly intent: string;
      readonly slots: Readonly<Record<string, string>>;
      readonly score: number;
    };

/** Below this an utterance has no more in common with an example than any sentence has. */
const LEAST_SCORE = 0.42;
/** An intent this likely is taken even when another is close: two may have examples in common. */
const SURE_SCORE = 0.7;
/** Two intents closer than this, neither of them sure, cannot be told apart. */
const LEAST_MARGIN = 0.02;
/** What the stage waits for is likelier than what may be said anywhere. */
const STAGE_BONUS = 0.05;
/** An intent that the stage has no reply to must be clearly better to make the turn unclear. */
const RIVAL_MARGIN = 0.15;

/** Reads what callers say as intents and slot values of a dialogue. */
export class TurnReader {
  readonly #dialogue: Dialogue;
  readonly #classifier: IntentClassifier;
  readonly #slotsOf: ReadonlyMap<string, readonly string[]>;

  constructor(dialogue: Dialogue) {
    this.#dialogue = dialogue;
    this.#classifier = new IntentClassifier(dialogue);
    this.#slotsOf = new Map(
      Object.entries(dialogue.intents).map(([name, intent]) => [
        name,
        Object.keys(dialogue.slots).filter((slot) =>
          intent.examples.some((example) => example.includes(`{${slot}}`)),
        ),
      ]),
    );
  }

  /** Reads a turn heard at a stage; an empty text is unclear. */
  read(text: string, stage: string): TurnReading {
    const tokens = spokenTokens(text);
    const scores = this.#classifier.scores(tokens);
    const replies = this.#repliesAt(stage);
    const candidates = candidatesOf(scores, replies);
    const first = candidates[0];
    if (!first || isOutdone(first, scores, replies) || isUndecided(candidates)) {
      return { kind: 'unclear', score: 0 };
    }
    for (const { intent, score, slots } of candidates) {
      const { values, missing } = this.#valuesOf(intent, slots, tokens);
      if (missing === 'none') return { kind: 'intent', intent, slots: values, score };
      if (missing === 'part') break;
    }
    return { kind: 'incomplete', score: first.score };
  }

  /** Intents with a reply at a stage, in order, with what being expected there is worth. */
  #repliesAt(stage: string): Map<string, number> {
    const own = Object.keys(this.#dialogue.stages[stage]?.on ?? {});
    const anywhere = Object.keys(this.#dialogue.anywhere ?? {});
    return new Map([
      ...own.map((intent) => [intent, STAGE_BONUS] as const),
      ...anywhere.filter((intent) => !own.includes(intent)).map((intent) => [intent, 0] as const),
    ]);
  }

  /** Values for the slots of an intent, those of its best example being needed. */
  #valuesOf(
    intent: string,
    needed: readonly string[],
    tokens: readonly string[],
  ): { values: Record<string, string>; missing: 'none' | 'part' | 'all' } {
    const values: Record<string, string> = {};
    let missing: 'none' | 'part' | 'all' = 'none';
    let rest = tokens;
    for (const name of new Set([...needed, ...(this.#slotsOf.get(intent) ?? [])])) {
      const slot = this.#dialogue.slots[name]!;
      const heard = slot.kind === 'digits' ? spokenNumber(rest, slot) : choiceValue(tokens, slot);
      const value = heard?.value ?? null;
      if (value !== null) values[name] = value;
      else if (needed.includes(name) && missing !== 'part') missing = heard ? 'part' : 'all';
      // Two numbers of an example are said in its order.
      if (heard && slot.kind === 'digits') rest = rest.slice(heard.to);
    }
    return { values, missing };
  }
}

/** Intents with a reply that fit, best first; among equals the one written first. */
function candidatesOf(
  scores: readonly IntentScore[],
  replies: ReadonlyMap<string, number>,
): IntentScore[] {
  const byIntent = new Map(scores.map((score) => [score.intent, score]));
  return [...replies]
    .flatMap(([intent, bonus]) => {
      const found = byIntent.get(intent);
      return found ? [{ ...found, score: found.score + bonus }] : [];
    })
    .filter(({ score }) => score >= LEAST_SCORE)
    .toSorted((left, right) => right.score - left.score);
}

function isOutdone(
  first: IntentScore,
  scores: readonly IntentScore[],
  replies: ReadonlyMap<string, number>,
): boolean {
  return scores.some(
    ({ intent, score }) => !replies.has(intent) && score > first.score + RIVAL_MARGIN,
  );
}

function isUndecided([first, second]: readonly IntentScore[]): boolean {
  return (
    first !== undefined &&
    second !== undefined &&
    first.score < SURE_SCORE &&
    first.score - second.score < LEAST_MARGIN
  );
}
