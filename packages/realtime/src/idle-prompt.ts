import type { Clock, SessionControl, SessionEvent, TimerHandle } from '@antiphon/session';

/** What an idle prompt needs. */
export interface IdlePromptOptions {
  readonly clock: Clock;
  readonly control: () => SessionControl;
  /** The silence of this moment's configuration that is prompted, null when none is. */
  readonly timeoutMs: () => number | null;
}

/** The silence that a prompt answers, in milliseconds of caller audio. */
export interface IdleSilence {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Asks for an answer when the caller says nothing after the agent was heard: the silence becomes a
 * turn of the caller. A client that sends no audio is not prompted.
 */
export class IdlePrompt {
  readonly #options: IdlePromptOptions;
  #timer: TimerHandle | null = null;
  #startMs = 0;
  #silence: IdleSilence | null = null;

  constructor(options: IdlePromptOptions) {
    this.#options = options;
  }

  /** The silence that is being committed right now. */
  get silence(): IdleSilence | null {
    return this.#silence;
  }

  /** Follows whose turn it is. */
  stateChanged({ region, to }: Extract<SessionEvent, { type: 'state.changed' }>): void {
    if (region === 'agentAudio') return;
    this.close();
    const timeoutMs = this.#options.timeoutMs();
    if (region !== 'turn' || to !== 'listening' || timeoutMs === null) return;
    this.#startMs = this.#options.control().audioMs;
    this.#timer = this.#options.clock.setTimeout(() => this.#prompt(), timeoutMs);
  }

  close(): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #prompt(): void {
    this.#timer = null;
    const control = this.#options.control();
    this.#silence = { startMs: Math.round(this.#startMs), endMs: Math.round(control.audioMs) };
    const refusal = control.commitAudio();
    this.#silence = null;
    if (refusal === null) control.requestAnswer({});
  }
}
