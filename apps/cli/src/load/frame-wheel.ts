import { FRAME_MS, LATE_FRAME_MS } from '../frame-clock.ts';

/** One slot a millisecond: finer than that no timer of the platform is. */
const SLOTS = FRAME_MS;

/** Prime to the number of slots, so that members who come one after another lie far apart. */
const SLOT_STEP = 7;

/** Something that has to do one thing every 20 ms. */
export interface WheelMember {
  frame(nowMs: number): void;
}

/**
 * One timer for the frames of any number of callers, who are spread over the 20 ms. The instants
 * are counted from the start, so they do not drift, and what is overdue is made up for at once.
 */
export class FrameWheel {
  readonly #slots: Set<WheelMember>[] = Array.from({ length: SLOTS }, () => new Set());
  readonly #startAtMs = performance.now();
  #nextSlot = 0;
  #due = 0;
  #timer: NodeJS.Timeout;
  #frames = 0;
  #lateFrames = 0;

  constructor() {
    this.#timer = setTimeout(() => this.#turn(), 1);
  }

  /** Frames since the last `resetCounts`. */
  get frames(): number {
    return this.#frames;
  }

  /** Those of them that came more than 10 ms after they were due. */
  get lateFrames(): number {
    return this.#lateFrames;
  }

  resetCounts(): void {
    this.#frames = 0;
    this.#lateFrames = 0;
  }

  /** Calls the member every 20 ms from now on, until the returned function is called. */
  add(member: WheelMember): () => void {
    const slot = this.#slots[this.#nextSlot]!;
    this.#nextSlot = (this.#nextSlot + SLOT_STEP) % SLOTS;
    slot.add(member);
    return () => slot.delete(member);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #turn(): void {
    const elapsedMs = performance.now() - this.#startAtMs;
    for (; this.#due <= elapsedMs; this.#due += 1) {
      for (const member of this.#slots[this.#due % SLOTS]!) {
        const nowMs = performance.now();
        this.#frames += 1;
        if (nowMs - this.#startAtMs - this.#due > LATE_FRAME_MS) this.#lateFrames += 1;
        member.frame(nowMs);
      }
    }
    this.#timer = setTimeout(() => this.#turn(), 1);
  }
}
