import { protocolErrors } from '@antiphon/protocol';
import type { ProtocolFault } from '@antiphon/protocol';
import type { AnswerOptions, Rejection, SessionControl } from '@antiphon/session';
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
 * waiting for `response.done`: one request waits, plain ones that follow become one with it, and
 * any other is refused.
 */
export class AnswerDesk {
  readonly #options: AnswerDeskOptions;
  #waiting: Request | null = null;
  /** The session accepted a request and has not begun the answer. */
  #isOwed = false;

  constructor(options: AnswerDeskOptions) {
    this.#options = options;
  }

  /** Takes a response.create; plain when it overrides nothing. */
  request(options: AnswerOptions): ProtocolFault | null {
    const request = { options, isPlain: Object.keys(options).length === 0 };
    const { responses } = this.#options;
    const { current } = responses;
    if (current || this.#isOwed) {
      if (this.#takesWaiting(request, current)) return null;
      return protocolErrors.responseAlreadyActive(current?.id ?? responses.lastId);
    }
    const rejection = this.#ask(request);
    return rejection?.code === 'answerActive'
      ? protocolErrors.responseAlreadyActive(responses.lastId)
      : null;
  }

  /** An answer began, which whoever waits for a plain one has got. */
  answerStarted(): void {
    this.#isOwed = false;
    if (this.#waiting?.isPlain) this.#waiting = null;
  }

  /**
   * A response is done. Called inside an event of the session, which may not be called back before
   * it returns.
   */
  responseDone(response: WireResponse): void {
    if (!this.#waiting) return;
    // The caller has the floor, and what is said will be answered.
    if (response.isInterrupted) this.#waiting = null;
    else queueMicrotask(() => this.#askWaiting());
  }

  /** Forgets whoever waits. */
  close(): void {
    this.#waiting = null;
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
