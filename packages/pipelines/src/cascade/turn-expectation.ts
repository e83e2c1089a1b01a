import type { ConversationItem } from '@antiphon/session';
import { digitRuns } from '../spoken/spoken-digits.ts';
import { spokenNumber } from '../spoken/spoken-number.ts';
import { endsInHesitation, spokenTokens } from '../spoken/spoken-tokens.ts';
import { askedNumber } from './asked-number.ts';
import type { Expectation, LanguageModel } from './ports/language-model.ts';
import type { PartialTranscript } from './ports/speech-to-text.ts';

/**
 * A number that may be whole or want one more digit. Both are as likely by their lengths, but a
 * caller who pauses after so many digits has more often come to the end than not.
 */
const LONG_ENOUGH = 0.8;

/** No number is longer in words than what fits in here. */
const MOST_CHARACTERS = 300;

/** More words than these after part of a number, and the caller speaks of something else. */
const MOST_ASIDES = 2;

/** Said after a number, and nothing comes of it. */
const COURTESIES = new Set(['please', 'thanks', 'thank', 'you', 'okay']);

/** After these, "one" stands for a thing: "cancel that one". */
const POINTING = new Set(
  'a the that this which other another last next first right wrong'.split(' '),
);

/** Words before a number, which nobody stops after. */
const LEAD_INS = new Set('it is that this the a my order number would be so'.split(' '));

/** How far a number has come, and what that makes of the turn; null for no number at its end. */
type NumberRating = { readonly isWhole: boolean; readonly endOfTurn: number | undefined } | null;

/** What {@link TurnExpectation} needs. */
export interface TurnExpectationOptions {
  readonly languageModel: LanguageModel;
  /** The conversation as heard, without the turn in question; read with each partial of a number. */
  readonly history: () => readonly ConversationItem[];
}

interface Found {
  /** The conversation that it was found in. */
  readonly history: readonly ConversationItem[];
  readonly expectation: Expectation | null;
  /** What the caller said before and nobody has answered. */
  readonly before: readonly string[];
}

/**
 * What the agent waits for in one caller turn. A number that was begun is not left unfinished, and
 * one that is whole ends the turn; otherwise the recogniser's own score of the words counts.
 */
export class TurnExpectation {
  readonly #options: TurnExpectationOptions;
  /** Words of this turn were the beginning of the number. */
  #isBegun = false;
  #found: Found | null = null;

  constructor(options: TurnExpectationOptions) {
    this.#options = options;
  }

  /** How likely the words so far are the whole turn, 0 to 1; undefined where nothing tells. */
  endOfTurn({ text, endOfUtterance }: PartialTranscript): number | undefined {
    if (endsInHesitation(text)) return 0;
    const tokens = spokenTokens(text);
    // A recogniser in doubt about the beginning takes back all its words in a pause.
    if (tokens.length === 0) return this.#isBegun ? 0 : endOfUtterance;
    const hasDigits = digitRuns(tokens).length > 0;
    this.#isBegun = hasDigits || tokens.every((token) => LEAD_INS.has(token));
    if (!this.#isBegun) return endOfUtterance;
    const { expectation, before } = this.#find();
    this.#isBegun = expectation !== null;
    if (!expectation) return endOfUtterance;
    if (!hasDigits) return 0;
    const alone = rate(tokens, expectation, endOfUtterance);
    // What nobody has answered yet may be the beginning of this number.
    const joined =
      before.length > 0 ? rate([...before, ...tokens], expectation, endOfUtterance) : null;
    const best = alone?.isWhole ? alone : joined?.isWhole ? joined : (alone ?? joined);
    return best ? best.endOfTurn : endOfUtterance;
  }

  /** Once for as long as the conversation stays as it is. */
  #find(): Found {
    const { languageModel } = this.#options;
    const history = this.#options.history();
    if (this.#found && areSame(this.#found.history, history)) return this.#found;
    const expectation = languageModel.expects
      ? languageModel.expects(history)
      : askedNumber(history);
    const before = spokenTokens(unansweredText(history));
    // The history is live.
    this.#found = { history: [...history], expectation, before };
    return this.#found;
  }
}

/** Items are never changed, but replaced. */
function areSame(one: readonly ConversationItem[], other: readonly ConversationItem[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

function rate(
  tokens: readonly string[],
  { minLength, maxLength }: Expectation,
  endOfUtterance: number | undefined,
): NumberRating {
  const heard = spokenNumber(tokens, { minLength, maxLength: maxLength ?? Infinity });
  if (!heard) return endsInDigit(tokens) ? { isWhole: false, endOfTurn: 0 } : null;
  const after = tokens.slice(heard.to);
  if (heard.value === null)
    return after.length > MOST_ASIDES ? null : { isWhole: false, endOfTurn: 0 };
  if (after.some((token) => !COURTESIES.has(token))) return null;
  if (maxLength === null) return { isWhole: true, endOfTurn: endOfUtterance };
  return { isWhole: true, endOfTurn: heard.value.length < maxLength ? LONG_ENOUGH : 1 };
}

/** Whether the last word is a digit that a number may begin with. */
function endsInDigit(tokens: readonly string[]): boolean {
  const run = digitRuns(tokens).at(-1);
  if (run?.to !== tokens.length) return false;
  return tokens[run.from] !== 'one' || !POINTING.has(tokens[run.from - 1] ?? '');
}

/** What the caller said since the agent was last heard, the end of it. */
function unansweredText(history: readonly ConversationItem[]): string {
  let text = '';
  for (let at = history.length - 1; at >= 0 && text.length < MOST_CHARACTERS; at--) {
    const item = history[at]!;
    if (item.kind !== 'message' || item.speaker === 'system' || !item.text?.trim()) continue;
    if (item.speaker === 'agent') break;
    text = `${item.text} ${text}`;
  }
  return text.slice(-MOST_CHARACTERS);
}
