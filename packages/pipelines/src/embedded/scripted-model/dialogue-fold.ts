import type { ConversationItem, Dialogue, DialogueCall } from '@antiphon/session';
import {
  DialogueSteps,
  startOf,
  type Advance,
  type FilledCall,
  type Standing,
  type Step,
} from './dialogue-steps.ts';
import { resultFields } from './tool-result.ts';
import type { TurnReader, TurnReading } from './turn-reader.ts';

/** What the agent says and does next. */
export interface NextMove {
  /** Empty when there is nothing to say. */
  readonly text: string;
  readonly calls: readonly FilledCall[];
}

/**
 * Half a minute of talk. Of longer texts the end is read, for that is what the caller waits with: a
 * client may add megabytes of text, or thousands of turns that nobody answered.
 */
const MOST_CHARACTERS = 600;

/** Caller turns whose reply was not heard at all, and the standing before the first of them. */
interface UnheardTurns {
  readonly before: Standing;
  readonly text: string;
  readonly step: Step;
}

/** A call of the script that is to be made, or was made and has no output yet. */
interface ScriptCall {
  readonly call: DialogueCall;
  /** Calls of one answer belong together. */
  readonly answer: number;
  readonly callId: string | null;
  readonly output: string | null;
}

/**
 * Goes through a conversation from its start and finds where it stands in the dialogue. A stage
 * is entered when its reply begins to be heard, however soon it is cut; turns whose reply was cut
 * before any of it was heard, and those that follow, are read as one.
 */
export class DialogueFold {
  readonly #reader: TurnReader;
  readonly #steps: DialogueSteps;
  #standing: Standing;
  /** What is yet to be answered. */
  #open: Step[] = [];
  #unheard: UnheardTurns | null = null;
  #calls: ScriptCall[] = [];
  #answers = 0;

  constructor(dialogue: Dialogue, reader: TurnReader, isOffered: (tool: string) => boolean) {
    this.#reader = reader;
    this.#steps = new DialogueSteps(dialogue, isOffered);
    this.#standing = startOf(dialogue);
  }

  take(item: ConversationItem): void {
    if (item.kind === 'toolCall') this.#callMade(item.name, item.callId);
    else if (item.kind === 'toolOutput') this.#callEnded(item.callId, item.output);
    else if (item.speaker === 'caller') this.#callerSpoke(item.text ?? '');
    else if (item.speaker === 'agent' && item.text?.trim()) this.#agentHeard(item.text);
  }

  /** Where the caller takes the conversation to be: a reply that was not heard has not moved it. */
  get heardStage(): string {
    return this.#unheard?.before.stage ?? this.#standing.stage;
  }

  /** What is due: nothing while a call is running, the last text again when all is answered. */
  next(): NextMove {
    if (this.#open.length === 0) {
      const isWaiting = this.#calls.some((call) => call.callId !== null && isAwaited(call));
      return { text: isWaiting ? '' : (this.#standing.lastText ?? ''), calls: [] };
    }
    const clear = this.#open.filter((step) => !step.isUnclear);
    const steps = clear.length > 0 ? clear : this.#open.slice(-1);
    // A remark in passing goes first, so that the question comes last that is to be answered.
    const ordered = [
      ...steps.filter((step) => !step.movesOn),
      ...steps.filter((step) => step.movesOn),
    ];
    return {
      text: ordered
        .map((step) => step.text)
        .filter((text) => text !== '')
        .join(' '),
      calls: ordered.flatMap((step) => step.call ?? []),
    };
  }

  #callerSpoke(said: string): void {
    const unheard = this.#unheard;
    const before = unheard?.before ?? this.#standing;
    const text = endOf(said);
    const joined = unheard ? endOf(`${unheard.text} ${text}`) : text;
    // An answer that was cut before its call was made will not make it any more.
    this.#calls = this.#calls.filter((call) => call.callId !== null);
    const readings = [{ standing: before, reading: this.#reader.read(joined, before.stage) }];
    if (unheard) {
      readings.push(
        { standing: before, reading: this.#reader.read(text, before.stage) },
        { standing: this.#standing, reading: this.#reader.read(text, this.#standing.stage) },
      );
    }
    const best = readings.reduce((left, right) =>
      isBetter(right.reading, left.reading) ? right : left,
    );
    const advance = this.#advanceOn(best.standing, best.reading);
    this.#open = this.#open.filter((step) => step !== unheard?.step);
    this.#advance(advance);
    this.#unheard = { before, text: joined, step: advance.step };
    this.#settleAnswers();
  }

  #advanceOn(standing: Standing, reading: TurnReading): Advance {
    return reading.kind === 'intent'
      ? this.#steps.understood(standing, reading.intent, reading.slots)
      : this.#steps.notUnderstood(standing, reading.kind);
  }

  #agentHeard(text: string): void {
    this.#standing = { ...this.#standing, lastText: this.#standing.lastText ?? text };
    this.#answered();
  }

  /** What was open is being said; its calls are still to come. */
  #answered(): void {
    if (this.#open.length > 0) this.#answers += 1;
    for (const { call } of this.#open) {
      if (!call) continue;
      this.#calls.push({ call: call.call, answer: this.#answers, callId: null, output: null });
    }
    this.#open = [];
    this.#unheard = null;
  }

  #callMade(name: string, callId: string): void {
    const isExpected = (call: ScriptCall): boolean =>
      call.callId === null && call.call.tool === name;
    if (this.#open.some((step) => step.call?.call.tool === name)) this.#answered();
    const made = this.#calls.find(isExpected);
    this.#calls = this.#calls.map((call) => (call === made ? { ...call, callId } : call));
  }

  #callEnded(callId: string, output: string): void {
    this.#calls = this.#calls.map((call) => (call.callId === callId ? { ...call, output } : call));
    this.#settleAnswers();
  }

  /** Goes on from the calls of each answer whose calls have all ended. */
  #settleAnswers(): void {
    const ended = this.#calls.filter(
      ({ answer, output }) =>
        output !== null &&
        !this.#calls.some((other) => other.answer === answer && isAwaited(other)),
    );
    if (ended.length === 0) return;
    this.#calls = this.#calls.filter((call) => !ended.includes(call));
    // A turn that was there before the result stands on its own.
    this.#unheard = null;
    for (const { call, output } of ended) {
      const fields = resultFields(output ?? '');
      const advance = this.#steps.settled(this.#standing, call, fields);
      if (advance) this.#advance(advance);
      else this.#standing = { ...this.#standing, result: fields ?? this.#standing.result };
    }
  }

  #advance({ standing, step }: Advance): void {
    this.#standing = standing;
    this.#open.push(step);
  }
}

/** The last {@link MOST_CHARACTERS} of a text, from the start of a word. */
function endOf(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return text.slice(-MOST_CHARACTERS).replace(/^\S+/u, '');
}

/** Whether a result is still to come; a call that nothing is said about is not waited for. */
function isAwaited({ call, output }: ScriptCall): boolean {
  return output === null && call.results.length > 0;
}

const KINDS = { unclear: 0, incomplete: 1, intent: 2 } as const;

/** A reading that understands more is better, then one with more values, then the likelier. */
function isBetter(left: TurnReading, right: TurnReading): boolean {
  if (left.kind !== right.kind) return KINDS[left.kind] > KINDS[right.kind];
  const values = slotCount(left) - slotCount(right);
  return values === 0 ? left.score > right.score : values > 0;
}

function slotCount(reading: TurnReading): number {
  return reading.kind === 'intent' ? Object.keys(reading.slots).length : 0;
}
