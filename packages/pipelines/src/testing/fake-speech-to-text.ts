import type { AudioEncoding } from '@antiphon/audio';
import type { AudioFrame, Clock, TimerHandle } from '@antiphon/session';
import type {
  PartialTranscript,
  Recognition,
  RecognitionEvents,
  SpeechToText,
} from '../cascade/ports/speech-to-text.ts';

/** What a fake recogniser makes of a turn. */
export interface FakeTurn {
  readonly text?: string;
  readonly unclear?: number;
  /** Told one by one, each on a frame of the turn; a text alone has no score. */
  readonly partials?: readonly (string | PartialTranscript)[];
  /** From `finish` to the end; zero is the next microtask. */
  readonly delayMs?: number;
  /** Reported in place of a transcript. */
  readonly error?: Error;
  /** Never ends. */
  readonly isStuck?: boolean;
}

/** One turn that a fake recogniser hears, open to tests. */
export class FakeRecognition implements Recognition {
  readonly sessionId: string;
  /** The listener's callbacks, for a test that plays a provider which breaks the rules. */
  readonly events: RecognitionEvents;
  readonly frames: AudioFrame[] = [];
  /** How the caller's audio comes, as it was told. */
  callerEncoding: AudioEncoding | undefined;
  isFinished = false;
  isCancelled = false;
  /** What it was told of the caller's silences, in order. */
  readonly silences: ('paused' | 'resumed')[] = [];
  readonly #turn: FakeTurn;
  readonly #clock: Clock;
  #timer: TimerHandle | null = null;

  constructor(sessionId: string, events: RecognitionEvents, script: [FakeTurn, Clock]) {
    this.sessionId = sessionId;
    this.events = events;
    [this.#turn, this.#clock] = script;
  }

  accept(frame: AudioFrame): void {
    if (this.isFinished || this.isCancelled) return;
    const partial = this.#turn.partials?.[this.frames.length];
    this.frames.push(frame);
    if (partial === undefined) return;
    this.events.onPartial(typeof partial === 'string' ? { text: partial } : partial);
  }

  finish(): void {
    if (this.isFinished || this.isCancelled) return;
    this.isFinished = true;
    const { isStuck, delayMs = 0 } = this.#turn;
    if (isStuck) return;
    if (delayMs > 0) this.#timer = this.#clock.setTimeout(() => this.#end(), delayMs);
    else queueMicrotask(() => this.#end());
  }

  paused(): void {
    this.silences.push('paused');
  }

  resumed(): void {
    this.silences.push('resumed');
  }

  cancel(): void {
    this.isCancelled = true;
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #end(): void {
    if (this.isCancelled) return;
    const { text = '', unclear = 0, error } = this.#turn;
    if (error) this.events.onError(error);
    else this.events.onFinal({ text, unclear });
  }
}

/** A recogniser that follows a script: one entry for each turn, the last for all that follow. */
export class FakeSpeechToText implements SpeechToText {
  readonly name = 'fake-recogniser';
  /** Every turn so far. */
  readonly recognitions: FakeRecognition[] = [];
  readonly #clock: Clock;
  readonly #turns: readonly FakeTurn[];

  constructor(clock: Clock, turns: readonly FakeTurn[] = [{ text: 'hello' }]) {
    this.#clock = clock;
    this.#turns = turns;
  }

  recognise(
    sessionId: string,
    events: RecognitionEvents,
    callerEncoding?: AudioEncoding,
  ): Recognition {
    const turn = this.#turns[this.recognitions.length] ?? this.#turns.at(-1) ?? {};
    const recognition = new FakeRecognition(sessionId, events, [turn, this.#clock]);
    recognition.callerEncoding = callerEncoding;
    this.recognitions.push(recognition);
    return recognition;
  }

  close(): Promise<void> {
    for (const recognition of this.recognitions) recognition.cancel();
    return Promise.resolve();
  }
}
