import { randomUUID } from 'node:crypto';
import { bytesToPcm16, isSampleRate, samplesToMs } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { RequestTime, Usage } from '@antiphon/session';
import { NO_USAGE } from '@antiphon/session';
import { StallTimer } from '../cascade/stall-timer.ts';
import type { PipelineError } from '../pipeline-error.ts';
import { sumOfUsage } from '../upstream/token-costs.ts';
import { geminiFault } from './gemini-fault.ts';
import type { GeminiUse } from './gemini-settings.ts';
import type { ServerMessage, WireAudio } from './server-message.ts';
import { usageOf } from './gemini-usage.ts';

/** Of an answer that nobody has asked for yet; what is longer is worth no memory. */
const MAX_HELD_MS = 20_000;

/** A tool that the model calls. */
export interface LiveCall {
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
}

/** How an answer ended. */
export interface LiveEnd {
  readonly outcome: 'completed' | 'incomplete' | 'failed';
  readonly calls: readonly LiveCall[];
  readonly usage: Usage;
  readonly fault: PipelineError | null;
}

/** Whom an answer tells what it brings; `ended` is the last. */
export interface LiveListener {
  text(delta: string): void;
  audio(pcm: Int16Array, sampleRate: SampleRate): void;
  ended(end: LiveEnd): void;
}

/** What a {@link LiveAnswer} needs. */
export interface LiveAnswerOptions extends GeminiUse {
  /** The first of it has come. */
  readonly onBegun: () => void;
  /** The model is done with it, or it came to nothing. Told before the listener is. */
  readonly onDone: () => void;
  /** Told once: what the model took to make it, or to fail. Not of one that was stopped. */
  readonly onTook: (time: RequestTime) => void;
  /** It takes too long, or fails in a way that leaves the connection unusable. */
  readonly onBroken: (fault: PipelineError) => void;
}

/**
 * One answer being made upstream. The model answers a turn by itself as soon as it is over; what it
 * says is held here until the session asks for it, and never heard where it does not.
 */
export class LiveAnswer {
  readonly #options: LiveAnswerOptions;
  readonly #stall: StallTimer;
  readonly #askedAtMs: number;
  #listener: LiveListener | null = null;
  #held: ((listener: LiveListener) => void)[] = [];
  #heldMs = 0;
  #calls: LiveCall[] = [];
  #usage: Usage = NO_USAGE;
  #end: LiveEnd | null = null;
  #text = '';
  hasBegun = false;
  #hasAudio = false;
  /** The upstream has said that the turn is over. */
  isTurnOver = false;
  /** The model made all of it; its last words may still come. */
  #isMade = false;
  /** When that was. */
  #madeAtMs: number | null = null;
  #wasInterrupted = false;
  #wasLeft = false;
  /** Half a sample, which the next chunk makes whole. */
  #half: Buffer | null = null;
  #isClosed = false;

  constructor(options: LiveAnswerOptions) {
    this.#options = options;
    this.#askedAtMs = options.clock.now();
    this.#stall = new StallTimer(options.clock, () => this.#stalled());
  }

  /** Whether the model makes no more of it. */
  get isDone(): boolean {
    return this.#end !== null || this.#isMade;
  }

  /** Whether somebody asked for it. */
  get isTaken(): boolean {
    return this.#listener !== null;
  }

  /** What was said in it, in writing. */
  get text(): string {
    return this.#text;
  }

  /** Gives all of it to whoever asked for it. */
  give(listener: LiveListener): void {
    if (this.#isClosed || this.#listener) return;
    this.#listener = listener;
    const { timeouts } = this.#options;
    if (!this.#end && !this.#isMade) {
      this.#stall.start(this.hasBegun ? timeouts.outputGapMs : timeouts.firstOutputMs);
    }
    for (const tell of this.#held.splice(0)) if (!this.#isClosed) tell(listener);
  }

  /** Takes a message that is about it. */
  take(message: ServerMessage): void {
    if (this.#isClosed) return;
    if (message.usage) this.#usage = sumOfUsage(this.#usage, usageOf(message.usage).usage);
    if (this.#end) return;
    for (const piece of message.audio) this.#audio(piece);
    if (message.said !== '') this.#say(message.said);
    for (const { id, name, arguments: text } of message.calls) {
      this.#begin();
      const callId = id ?? `call_${randomUUID()}`;
      this.#calls.push({ callId, name, arguments: text });
    }
    this.#calls = this.#calls.filter(({ callId }) => !message.cancelledCalls.includes(callId));
    if (this.#isClosed || this.#end) return;
    this.#wasInterrupted ||= message.isInterrupted;
    this.isTurnOver ||= message.isTurnComplete;
    this.#isMade ||= message.isGenerationComplete || this.#calls.length > 0;
    if (this.#isMade) this.#madeAtMs ??= this.#options.clock.now();
    if (message.isTurnComplete) this.#finish(message.turnReason);
    else if (message.calls.length > 0) this.#stall.start(this.#options.timeouts.callRestMs);
    else if (this.#isMade) this.#stall.start(this.#options.timeouts.outputRestMs);
  }

  /** It comes to nothing. */
  fail(fault: PipelineError): void {
    this.#close({ outcome: 'failed', calls: [], usage: this.#usage, fault });
  }

  /** It comes to nothing, as its connection is left. */
  leave(fault: PipelineError): void {
    this.#wasLeft = true;
    this.fail(fault);
  }

  /** Frees it; nothing is told. */
  close(): void {
    this.#isClosed = true;
    this.#stall.stop();
    this.#held = [];
  }

  #begin(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.#options.onBegun();
  }

  #say(delta: string): void {
    this.#begin();
    this.#text += delta;
    this.#tell((listener) => listener.text(delta));
    this.#heardSome();
  }

  #audio({ bytes, sampleRate }: WireAudio): void {
    if (this.#isClosed) return;
    if (!isSampleRate(sampleRate)) {
      this.#break(geminiFault('provider_garbled', `audio of ${sampleRate} Hz`));
      return;
    }
    this.#begin();
    const all = this.#half ? Buffer.concat([this.#half, bytes]) : bytes;
    const whole = all.length - (all.length % 2);
    this.#half = whole < all.length ? all.subarray(whole) : null;
    const pcm = bytesToPcm16(all.subarray(0, whole));
    if (pcm.length === 0) return;
    this.#hasAudio = true;
    if (!this.#listener) this.#heldMs += samplesToMs(pcm.length, sampleRate);
    if (this.#heldMs > MAX_HELD_MS) {
      this.#break(geminiFault('provider_failed', 'a long answer that nobody asked for'));
      return;
    }
    this.#tell((listener) => listener.audio(pcm, sampleRate));
    this.#heardSome();
  }

  #heardSome(): void {
    if (this.#listener && !this.#isMade && !this.#isClosed) {
      this.#stall.start(this.#options.timeouts.outputGapMs);
    }
  }

  #tell(tell: (listener: LiveListener) => void): void {
    if (this.#listener) tell(this.#listener);
    else this.#held.push(tell);
  }

  #finish(reason: string | null): void {
    const isEmpty = this.#text === '' && !this.#hasAudio && this.#calls.length === 0;
    const isWhole = !this.#wasInterrupted && reason === null;
    const outcome = isWhole ? ('completed' as const) : ('incomplete' as const);
    const end = { calls: this.#calls, usage: this.#usage };
    if (!isEmpty) this.#close({ ...end, outcome, fault: null });
    else {
      const code = reason === null ? 'provider_silent' : 'provider_failed';
      const fault = geminiFault(code, reason ?? 'an answer without content');
      this.#close({ ...end, outcome: 'failed', fault });
    }
  }

  #stalled(): void {
    if (this.#isMade) this.#finish(null);
    else this.#break(geminiFault('provider_timeout', 'it answers nothing'));
  }

  #break(fault: PipelineError): void {
    this.fail(fault);
    this.#options.onBroken(fault);
  }

  #close(end: LiveEnd): void {
    if (this.#end || this.#isClosed) return;
    this.#end = end;
    this.#stall.stop();
    if (!this.#wasInterrupted && !this.#wasLeft) {
      const durationMs = (this.#madeAtMs ?? this.#options.clock.now()) - this.#askedAtMs;
      this.#options.onTook({ durationMs, errorCode: end.fault && end.fault.code });
    }
    this.#options.onDone();
    this.#tell((listener) => listener.ended(end));
  }
}
