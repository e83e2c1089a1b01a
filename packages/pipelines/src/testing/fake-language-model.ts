import type { Clock, Usage } from '@antiphon/session';
import type {
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
} from '../cascade/ports/language-model.ts';

/** What a fake model does next. */
export type FakeStep =
  | LanguageModelPart
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'throw'; readonly error: Error }
  /** Stays silent; `isDeaf` even when it is aborted. */
  | { readonly type: 'hang'; readonly isDeaf?: boolean };

const NO_USAGE: Usage = {
  inputTextTokens: 0,
  inputAudioTokens: 0,
  outputTextTokens: 0,
  outputAudioTokens: 0,
};

/** The end of an answer that counted nothing. */
export const FAKE_END: LanguageModelPart = { type: 'end', finish: 'stop', usage: NO_USAGE };

/** The steps that write a text word by word and end. */
export function fakeText(text: string): readonly FakeStep[] {
  const words = text.match(/\s*\S+/gu) ?? [];
  return [...words.map((delta): FakeStep => ({ type: 'text', delta })), FAKE_END];
}

/**
 * What a fake model answers: one list of steps for each answer, the last for all that follow, or
 * the steps for a request.
 */
export type FakeAnswers =
  readonly (readonly FakeStep[])[] | ((request: LanguageModelRequest) => readonly FakeStep[]);

/** A model that follows a script. */
export class FakeLanguageModel implements LanguageModel {
  readonly name = 'fake-model';
  /** Every request so far. */
  readonly requests: LanguageModelRequest[] = [];
  /** How many answers are being written. */
  active = 0;
  readonly #clock: Clock;
  readonly #answers: FakeAnswers;

  constructor(clock: Clock, answers: FakeAnswers) {
    this.#clock = clock;
    this.#answers = answers;
  }

  async *answer(request: LanguageModelRequest): AsyncGenerator<LanguageModelPart> {
    const steps = this.#stepsFor(request);
    this.requests.push(request);
    this.active += 1;
    try {
      for (const step of steps) {
        if (step.type === 'throw') throw step.error;
        if (step.type === 'wait') await this.#pass(step.ms, request.signal);
        else if (step.type === 'hang') await hang(step.isDeaf ? null : request.signal);
        if (request.signal.aborted) return;
        if (step.type === 'toolCall' && request.toolChoice === 'none') continue;
        if (step.type === 'text' || step.type === 'toolCall' || step.type === 'end') yield step;
        if (request.signal.aborted) return;
      }
    } finally {
      this.active -= 1;
    }
  }

  #stepsFor(request: LanguageModelRequest): readonly FakeStep[] {
    const answers = this.#answers;
    if (typeof answers === 'function') return answers(request);
    return answers[this.requests.length] ?? answers.at(-1) ?? [];
  }

  async #pass(ms: number, signal: AbortSignal): Promise<void> {
    let finish = () => {};
    const passed = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const timer = this.#clock.setTimeout(finish, ms);
    signal.addEventListener('abort', finish, { once: true });
    if (!signal.aborted) await passed;
    this.#clock.clearTimeout(timer);
    signal.removeEventListener('abort', finish);
  }
}

async function hang(signal: AbortSignal | null): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => {
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
