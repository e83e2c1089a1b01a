import type { Clock, TimerHandle } from './ports/clock.ts';
import type { TurnDetection } from './ports/session-config.ts';
import type { TurnPrediction } from './ports/session-event.ts';
import { silenceThreshold, silenceWindowMs } from './silence-window.ts';

/**
 * A line that falls silent by sending nothing ends the turn this much later than one that sends
 * silence: networks stall for as long.
 */
const STALL_MS = 250;

/** What an ending needs. */
export interface TurnEndingOptions {
  readonly clock: Clock;
  /** The silence has lasted long enough, or nothing at all has come for so long. */
  readonly onSilence: () => void;
}

/**
 * Ends the open turn where the detector does not: in `semantic` mode after a silence that depends on
 * the words, in either mode when the line sends nothing any more.
 */
export class TurnEnding {
  readonly #options: TurnEndingOptions;
  #detection: TurnDetection | null = null;
  #endOfTurn: number | undefined;
  #predictedAtMs = 0;
  /** When the voice stopped, while it pauses. */
  #silentFromMs: number | null = null;
  #isOpen = false;
  #lastFrameAtMs = 0;
  /** Audio that came with the last frame; a client that sends seconds at once is silent in between. */
  #burstMs = 0;
  #silenceTimer: TimerHandle | null = null;
  #gapTimer: TimerHandle | null = null;

  constructor(options: TurnEndingOptions) {
    this.#options = options;
  }

  configure(detection: TurnDetection | null): void {
    this.#detection = detection;
    if (detection === null) this.close();
    else this.#watchSilence();
  }

  /** A turn begins. */
  open(): void {
    this.close();
    this.#isOpen = true;
    // A detector may find the onset after the frames have stopped.
    this.#lastFrameAtMs = Math.max(this.#lastFrameAtMs, this.#options.clock.now());
    this.#watchGap();
  }

  /** The turn is over, however. */
  close(): void {
    this.#stopTimers();
    this.#isOpen = false;
    this.#endOfTurn = undefined;
    this.#silentFromMs = null;
  }

  /** A frame of the line, whether or not a turn is open. */
  frame(frameMs: number, atMs: number): void {
    this.#burstMs = atMs === this.#lastFrameAtMs ? this.#burstMs + frameMs : frameMs;
    this.#lastFrameAtMs = atMs;
  }

  /** How likely the words so far are a whole turn; unknown where the engine cannot tell. */
  hear(endOfTurn: number | undefined): void {
    if (!this.#isOpen || endOfTurn === this.#endOfTurn) return;
    this.#endOfTurn = endOfTurn;
    this.#predictedAtMs = this.#options.clock.now();
    this.#watchSilence();
  }

  /** The silence that ends the turn as it stands; 0 where nothing ends it. */
  get windowMs(): number {
    if (this.#detection === null) return 0;
    const { mode, silenceDurationMs } = this.#detection;
    return mode === 'semantic'
      ? silenceWindowMs(this.#endOfTurn, silenceDurationMs)
      : silenceDurationMs;
  }

  /** What the open turn would end by now; null where its words make no difference. */
  get prediction(): TurnPrediction | null {
    const probability = this.#endOfTurn;
    if (this.#detection?.mode !== 'semantic' || probability === undefined) return null;
    const threshold = silenceThreshold(probability);
    return { probability, threshold, windowMs: this.windowMs, atMs: this.#predictedAtMs };
  }

  /** The voice stopped `silenceMs` ago. */
  paused(silenceMs: number): void {
    if (!this.#isOpen) return;
    this.#silentFromMs = this.#options.clock.now() - silenceMs;
    this.#watchSilence();
  }

  /** The voice went on. */
  resumed(): void {
    this.#silentFromMs = null;
    this.#stopSilence();
  }

  #watchSilence(): void {
    this.#stopSilence();
    const detection = this.#detection;
    const silentFromMs = this.#silentFromMs;
    if (detection?.mode !== 'semantic' || silentFromMs === null) return;
    const { clock, onSilence } = this.#options;
    this.#silenceTimer = clock.setTimeout(
      () => {
        this.#silenceTimer = null;
        onSilence();
      },
      Math.max(0, silentFromMs + this.windowMs - clock.now()),
    );
  }

  /** One timer, set again when it finds that frames came in the meantime: none per frame. */
  #watchGap(): void {
    const detection = this.#detection;
    if (!this.#isOpen || detection === null) return;
    const { clock, onSilence } = this.#options;
    const limitMs = this.windowMs + STALL_MS + this.#burstMs;
    const remainingMs = this.#lastFrameAtMs + limitMs - clock.now();
    if (remainingMs <= 0) {
      onSilence();
      return;
    }
    this.#gapTimer = clock.setTimeout(() => {
      this.#gapTimer = null;
      this.#watchGap();
    }, remainingMs);
  }

  #stopSilence(): void {
    if (this.#silenceTimer !== null) this.#options.clock.clearTimeout(this.#silenceTimer);
    this.#silenceTimer = null;
  }

  #stopTimers(): void {
    this.#stopSilence();
    if (this.#gapTimer !== null) this.#options.clock.clearTimeout(this.#gapTimer);
    this.#gapTimer = null;
  }
}
