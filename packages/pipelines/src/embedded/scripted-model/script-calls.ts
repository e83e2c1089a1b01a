import type { DialogueCall } from '@antiphon/session';
import type { FilledCall } from './dialogue-steps.ts';

/** A call of the script that is to be made, or was made and has no output yet. */
interface ScriptCall {
  readonly filled: FilledCall;
  /** Calls of one answer belong together. */
  readonly answer: number;
  callId: string | null;
  output: string | null;
}

/** A call that has ended and what it gave. */
export interface EndedCall {
  readonly call: DialogueCall;
  readonly output: string;
}

/** The calls of a conversation, from the answer that holds them to their results. */
export class ScriptCalls {
  #calls: ScriptCall[] = [];
  #answers = 0;

  /** Whether the result of a call that was made is still to come. */
  get isWaiting(): boolean {
    return this.#calls.some((call) => call.callId !== null && isAwaited(call));
  }

  /** An answer has begun; its calls are still to be made. */
  promise(calls: readonly FilledCall[]): void {
    this.#answers += 1;
    const answer = this.#answers;
    this.#calls.push(...calls.map((filled) => ({ filled, answer, callId: null, output: null })));
  }

  /** The calls that an answer held which was cut before it made them. */
  get unmade(): FilledCall[] {
    return this.#calls.filter(({ callId }) => callId === null).map(({ filled }) => filled);
  }

  /** Forgets the calls that were not made. */
  dropUnmade(): void {
    this.#calls = this.#calls.filter(({ callId }) => callId !== null);
  }

  /** Nothing that comes of the calls of the latest answer is wanted any more. */
  abandonLatest(): void {
    this.#calls = this.#calls.filter(({ answer }) => answer !== this.#answers);
  }

  /** One of the calls promised was made. */
  made(tool: string, callId: string): void {
    const call = this.#calls.find((one) => one.callId === null && one.filled.call.tool === tool);
    if (call) call.callId = callId;
  }

  /** A call gave its output. */
  ended(callId: string, output: string): void {
    for (const call of this.#calls) if (call.callId === callId) call.output = output;
  }

  /** Takes the calls of each answer whose calls have all ended. */
  takeEnded(): EndedCall[] {
    const isOver = ({ answer, output }: ScriptCall): boolean =>
      output !== null && !this.#calls.some((one) => one.answer === answer && isAwaited(one));
    const ended = this.#calls.filter(isOver);
    this.#calls = this.#calls.filter((call) => !ended.includes(call));
    return ended.map(({ filled, output }) => ({ call: filled.call, output: output ?? '' }));
  }
}

/** Whether a result is still to come; a call that nothing is said about is not waited for. */
function isAwaited({ filled, output }: ScriptCall): boolean {
  return output === null && filled.call.results.length > 0;
}
