import type { ConversationItem, Dialogue, MessageItem } from '@antiphon/session';
import { spokenTokens } from '../../spoken/spoken-tokens.ts';
import {
  DialogueSteps,
  startOf,
  type Advance,
  type FilledCall,
  type Standing,
  type Step,
} from './dialogue-steps.ts';
import { HeardAnswer } from './heard-answer.ts';
import { ScriptCalls } from './script-calls.ts';
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

/** Caller turns that are read as one, the standing before the first of them, and their reply. */
interface ReadTurns {
  readonly before: Standing;
  readonly text: string;
  readonly step: Step;
}

/**
 * Goes through a conversation from its start and finds where it stands in the dialogue. A stage
 * is entered when its reply begins to be heard, however soon it is cut; turns whose reply was cut
 * before any of it was heard, and those that follow, are read as one. A sound that cuts an answer
 * and says nothing does not end it: the rest is still due. So is a result after words that are not
 * its reply, such as a cover. Questions of the session's own and their answers are passed over, and
 * so are, from clients that tell no asides, questions that are not the script's while a call runs.
 */
export class DialogueFold {
  readonly #reader: TurnReader;
  readonly #steps: DialogueSteps;
  #standing: Standing;
  /** What is yet to be answered. */
  #open: Step[] = [];
  /** Turns whose reply was not heard at all. */
  #unheard: ReadTurns | null = null;
  /** Turns whose reply is being carried out: it was heard in part, or its call is running. */
  #lookedUp: ReadTurns | null = null;
  readonly #calls = new ScriptCalls();
  /** The answer that was heard last, if the script has it. */
  #answer: HeardAnswer | null = null;
  /** Whether what was heard before the script had anything to say, such as a greeting, was cut. */
  #isOpeningCut = false;
  /** Whether somebody else had the agent ask something, which the caller is about to answer. */
  #isAskedByOthers = false;

  constructor(dialogue: Dialogue, reader: TurnReader, isOffered: (tool: string) => boolean) {
    this.#reader = reader;
    this.#steps = new DialogueSteps(dialogue, isOffered);
    this.#standing = startOf(dialogue);
  }

  take(item: ConversationItem): void {
    // The session asked, the caller answered it: neither is a turn of the script.
    if (item.kind === 'message' && (item.isAside || this.#answersOthers(item))) return;
    if (item.kind === 'toolCall') this.#callMade(item.name, item.callId);
    else if (item.kind === 'toolOutput') this.#callEnded(item.callId, item.output);
    else if (item.speaker === 'caller') this.#callerSpoke(item.text ?? '');
    else if (item.speaker === 'agent' && item.text?.trim()) this.#agentHeard(item);
  }

  /** Where the caller takes the conversation to be: a reply that was not heard has not moved it. */
  get heardStage(): string {
    return this.#unheard?.before.stage ?? this.#standing.stage;
  }

  /** What is due: nothing while a call is running, the last text again when all is answered. */
  next(): NextMove {
    if (this.#open.length === 0) {
      const calls = this.#calls.unmade;
      if (calls.length > 0) return { text: this.#answer?.rest ?? '', calls };
      return { text: this.#calls.isWaiting ? '' : (this.#standing.lastText ?? ''), calls };
    }
    const due = this.#due;
    return { text: textOf(due), calls: due.flatMap((step) => step.call ?? []) };
  }

  /** The open steps as they are said. */
  get #due(): Step[] {
    const clear = this.#open.filter((step) => !step.isUnclear);
    const steps = clear.length > 0 ? clear : this.#open.slice(-1);
    // A remark in passing goes first, so that the question comes last that is to be answered.
    return [...steps.filter((step) => !step.movesOn), ...steps.filter((step) => step.movesOn)];
  }

  #answersOthers({ speaker }: MessageItem): boolean {
    return speaker === 'caller' && this.#isAskedByOthers && this.#isCalling;
  }

  /** Whether a call runs, or may: where it stands in the conversation differs between clients. */
  get #isCalling(): boolean {
    return this.#calls.isWaiting || this.#calls.unmade.length > 0;
  }

  #callerSpoke(said: string): void {
    const text = endOf(said);
    if (this.#resumes(text)) return;
    const lookedUp = this.#lookedUp;
    this.#answer = null;
    this.#isOpeningCut = false;
    this.#lookedUp = null;
    this.#open = this.#open.filter((step) => step.source !== 'cut');
    // An answer that was cut before its call was made will not make it any more.
    this.#calls.dropUnmade();
    if (lookedUp && this.#goOn(lookedUp, text)) return;
    const unheard = this.#unheard;
    const before = unheard?.before ?? this.#standing;
    const joined = unheard ? endOf(`${unheard.text} ${text}`) : text;
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

  /** A sound that cut an answer means nothing: what is left of the answer is due. */
  #resumes(text: string): boolean {
    const rest = this.#answer?.rest ?? '';
    const calls = this.#calls.unmade;
    const isCut = rest !== '' || (this.#answer !== null && calls.length > 0);
    if (!isCut || spokenTokens(text).length > 0) return false;
    if (this.#open.some((step) => step.source === 'cut')) return true;
    const step = { source: 'cut', movesOn: false, isUnclear: false } as const;
    this.#calls.dropUnmade();
    this.#open = [
      { ...step, text: rest, call: null },
      ...calls.map((call) => ({ ...step, text: '', call })),
      ...this.#open,
    ];
    return true;
  }

  /**
   * Takes a turn that says nothing by itself for the rest of the number that is being looked up:
   * "five five one two" is looked up already when "nine" comes.
   */
  #goOn(lookedUp: ReadTurns, text: string): boolean {
    if (this.#reader.read(text, this.#standing.stage).kind === 'intent') return false;
    const joined = endOf(`${lookedUp.text} ${text}`);
    const reading = this.#reader.read(joined, lookedUp.before.stage);
    const advance = this.#advanceOn(lookedUp.before, reading);
    const [call, before] = [advance.step.call, lookedUp.step.call];
    if (!call || call.call !== before?.call || isEqual(call, before)) return false;
    this.#calls.abandonLatest();
    this.#advance(advance);
    this.#unheard = { before: lookedUp.before, text: joined, step: advance.step };
    return true;
  }

  #advanceOn(standing: Standing, reading: TurnReading): Advance {
    return reading.kind === 'intent'
      ? this.#steps.understood(standing, reading.intent, reading.slots)
      : this.#steps.notUnderstood(standing, reading.kind);
  }

  #agentHeard(item: MessageItem): void {
    const text = item.text ?? '';
    this.#isAskedByOthers = false;
    const due = this.#due;
    const answer = new HeardAnswer(this.next().text);
    let owed: Step[] = [];
    if (answer.hear(text)) {
      this.#answer = answer;
      // What was spoken to its end leaves out what came too late for it.
      if (item.status === 'completed') owed = unbegun(due, answer);
    } else if (this.#answer?.hear(text)) {
      // The rest of an answer that was cut is no answer to what has come since.
      this.#open = this.#open.filter(({ source, call }) => source !== 'cut' || call !== null);
      return;
    } else if (text.trimEnd().endsWith('?') && (this.#isCalling || due.some(isCallAlone))) {
      if (due.every(isCallAlone)) this.#answered();
      this.#isAskedByOthers = this.#isCalling;
      return;
    } else {
      this.#answer = null;
      if (!this.#calls.isWaiting) this.#hearOpening(item);
      owed = due.filter(({ source }) => source === 'result');
    }
    this.#answered(owed);
  }

  /** Keeps what was said first, such as a greeting; one that was cut may be gone on with. */
  #hearOpening({ status, text }: MessageItem): void {
    const { lastText } = this.#standing;
    if (lastText !== null && !this.#isOpeningCut) return;
    const soFar = lastText === null ? '' : `${lastText} `;
    this.#standing = { ...this.#standing, lastText: `${soFar}${text ?? ''}` };
    this.#isOpeningCut = status === 'incomplete';
  }

  /** What was open is being said, but for what is owed; its calls are still to come. */
  #answered(owed: readonly Step[] = []): void {
    const said = this.#open.filter((step) => !owed.includes(step));
    const calls = said.flatMap((step) => step.call ?? []);
    if (calls.length > 0) {
      this.#calls.promise(calls);
      this.#lookedUp = this.#unheard?.step.call ? this.#unheard : null;
    }
    this.#open = [...owed];
    this.#unheard = null;
  }

  #callMade(tool: string, callId: string): void {
    if (this.#open.some((step) => step.call?.call.tool === tool)) this.#answered();
    this.#calls.made(tool, callId);
  }

  #callEnded(callId: string, output: string): void {
    this.#calls.ended(callId, output);
    this.#settleAnswers();
  }

  /** Goes on from the calls of each answer whose calls have all ended. */
  #settleAnswers(): void {
    const ended = this.#calls.takeEnded();
    if (ended.length === 0) return;
    // A turn that was there before the result stands on its own.
    this.#unheard = null;
    this.#lookedUp = null;
    for (const { call, output } of ended) {
      const fields = resultFields(output);
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

function textOf(steps: readonly Step[]): string {
  return steps
    .map((step) => step.text)
    .filter((text) => text !== '')
    .join(' ');
}

/** Whether there is a call to be made, and nothing to be said before. */
function isCallAlone({ text, call }: Step): boolean {
  return text === '' && call !== null;
}

/** The results, at the end of what was due, of which no word was heard. */
function unbegun(due: readonly Step[], answer: HeardAnswer): Step[] {
  for (let index = 1; index < due.length; index++) {
    const rest = due.slice(index);
    if (rest.every(({ source }) => source === 'result') && answer.isHeardUpTo(textOf(rest))) {
      return rest;
    }
  }
  return [];
}

function isEqual(left: FilledCall, right: FilledCall): boolean {
  return JSON.stringify(left.arguments) === JSON.stringify(right.arguments);
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
