/** One frame of caller audio, as telephones send it. */
export const FRAME_MS = 20;

/** Samples and, in G.711, bytes of one frame at 8 kHz. */
export const FRAME_SAMPLES = 160;

/** A frame this late would be heard as a gap by a usual jitter buffer. */
export const LATE_FRAME_MS = 10;

/**
 * Calls `onFrame` at the end of every frame, with how late the call is. The instants are counted
 * from the start, so they do not drift, and frames that are due together are all made up for.
 * Instants are those of `performance.now()`.
 */
export class FrameClock {
  /** When the first frame began. */
  readonly startAtMs = performance.now();
  readonly #onFrame: (lateMs: number) => void;
  #frames = 0;
  #isStopped = false;
  #timer: NodeJS.Timeout;

  constructor(onFrame: (lateMs: number) => void) {
    this.#onFrame = onFrame;
    this.#timer = setTimeout(() => this.#run(), FRAME_MS);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  get #dueAtMs(): number {
    return this.startAtMs + (this.#frames + 1) * FRAME_MS;
  }

  #run(): void {
    for (;;) {
      const lateMs = performance.now() - this.#dueAtMs;
      if (lateMs < 0) break;
      this.#frames += 1;
      this.#onFrame(lateMs);
      if (this.#isStopped) return;
    }
    this.#timer = setTimeout(() => this.#run(), this.#dueAtMs - performance.now());
  }
}
