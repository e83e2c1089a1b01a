import { protocolErrors } from '@antiphon/protocol';
import type { ProtocolFault } from '@antiphon/protocol';
import type { AnswerOptions, NewItem, Rejection, SessionControl } from '@antiphon/session';
import type { ResponseSequencer } from './response-sequencer.ts';
import type { WireResponse } from './wire-response.ts';

/** What a desk needs. */
export interface AnswerDeskOptions {
  readonly responses: ResponseSequencer;
  readonly control: () => SessionControl;
}

interface Request {
  readonly options: AnswerOptions;
  /** Nothing is asked for differently from the session. */
  readonly isPlain: boolean;
}

/**
 * Asks for answers on behalf of a client. Clients send one response.create per tool output without
 * waiting for `response.done`, or for the other outputs: one request waits, plain ones that follow
 * become one with it, and any other is refused.
 */
export class AnswerDesk {
  readonly #options: AnswerDeskOptions;
  #waiting: Request | null = null;
  /** The session accepted a request and has not begun the answer. */
  #isOwed = false;
  /** Calls of the answer made last that are the client's to run. */
  #calls: readonly string[] = [];
  /** Calls that the client gave an output to since the last answer began. */
  readonly #given = new Set<string>();
  /** What the client sent last is an output; a request that follows it is for the answer to it. */
  #hasUnaskedOutput = false;
  /** The answer begun last uses an output that the client has yet to ask an answer to. */
  #answersUnaskedOutput = false;

  constructor(options: AnswerDeskOptions) {
    this.#options = options;
  }

  /** Takes a response.create; plain when it overrides nothing. */
  request(options: AnswerOptions): ProtocolFault | null {
    const request = { options, isPlain: Object.keys(options).length === 0 };
    const { responses } = this.#options;
    const { current } = responses;
    const isForOutput = request.isPlain && this.#hasUnaskedOutput;
    const isAnswered = request.isPlain && this.#answersUnaskedOutput;
    this.#hasUnaskedOutput = false;
    this.#answersUnaskedOutput = false;
    if (current || this.#isOwed) {
      if (isAnswered) return null;
      if (this.#takesWaiting(request, current)) return null;
      return protocolErrors.responseAlreadyActive(current?.id ?? responses.lastId);
    }
    if (isForOutput && this.#lacksOutputs) {
      this.#waiting ??= request;
      return null;
    }
    const rejection = this.#ask(request);
    return rejection?.code === 'answerActive'
      ? protocolErrors.responseAlreadyActive(responses.lastId)
      : null;
  }

  /** The client adds an item: called before the session is given it, which may answer at once. */
  itemComing(item: NewItem): void {
    this.#hasUnaskedOutput = item.kind === 'toolOutput';
    this.#answersUnaskedOutput = false;
    if (item.kind !== 'toolOutput') return;
    this.#given.add(item.callId);
    if (this.#waiting) queueMicrotask(() => this.#askWaiting());
  }

  /** An answer began, which whoever waits for a plain one has got. */
  answerStarted(): void {
    this.#answersUnaskedOutput = this.#hasUnaskedOutput;
    this.#hasUnaskedOutput = false;
    this.#calls = [];
    this.#given.clear();
    this.#isOwed = false;
    if (this.#waiting?.isPlain) this.#waiting = null;
  }

  /**
   * A response is done. Called inside an event of the session, which may not be called back before
   * it returns.
   */
  responseDone(response: WireResponse): void {
    if (response.kind === 'answer') this.#calls = response.callIds;
    if (!this.#waiting) return;
    // The caller has the floor, and what is said will be answered.
    if (response.isInterrupted) this.#waiting = null;
    else queueMicrotask(() => this.#askWaiting());
  }

  /** Forgets whoever waits. */
  close(): void {
    this.#waiting = null;
  }

  /** Of several calls the client has answered some. */
  get #lacksOutputs(): boolean {
    const given = this.#calls.filter((callId) => this.#given.has(callId));
    return given.length > 0 && given.length < this.#calls.length;
  }

  #takesWaiting(request: Request, current: WireResponse | null): boolean {
    if (this.#waiting) return this.#waiting.isPlain && request.isPlain;
    if (!this.#mayWaitFor(current, request)) return false;
    this.#waiting = request;
    return true;
  }

  /** No client can know of a response that the session began by itself, or is about to begin. */
  #mayWaitFor(current: WireResponse | null, { isPlain }: Request): boolean {
    if (!current || current.kind !== 'answer') return true;
    return isPlain && (current.hasCalls || current.isGenerated);
  }

  #askWaiting(): void {
    const request = this.#waiting;
    if (!request || this.#options.responses.current || this.#isOwed) return;
    if (request.isPlain && this.#lacksOutputs) return;
    this.#waiting = null;
    const rejection = this.#ask(request);
    // The session is about to say something of its own; the request is asked again after it.
    if (rejection?.code === 'answerActive') this.#waiting = request;
  }

  #ask({ options }: Request): Rejection | null {
    this.#isOwed = true;
    const rejection = this.#options.control().requestAnswer(options);
    if (rejection) this.#isOwed = false;
    return rejection;
  }
}
