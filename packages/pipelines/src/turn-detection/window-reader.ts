import { dbfs } from '@antiphon/audio';
import type { SileroBatch } from './silero-batch.ts';
import {
  RESULT_FIELDS,
  RING_WINDOWS,
  USED_SLOTS,
  WINDOW_SAMPLES,
  type WindowSlots,
} from './window-slots.ts';

/** What lies below is a muted line, not a voice; the noise of an open line lies above it. */
const QUIET_DBFS = -60;

/** Quiet windows that are judged before the rest are passed over: the model hears the voice end. */
const JUDGED_QUIET_WINDOWS = 4;

/**
 * The judging side of the slots: takes the next window of every slot that has one, in turn, and
 * writes the verdicts. Digital silence costs no inference.
 */
export class WindowReader {
  /** Verdicts of the last `judge`, {@link RESULT_FIELDS} numbers each. */
  readonly results: Float64Array;
  readonly #slots: WindowSlots;
  readonly #batch: SileroBatch;
  readonly #generations: Int32Array;
  readonly #readWindows: Int32Array;
  readonly #quietWindows: Int32Array;
  readonly #window = new Int16Array(WINDOW_SAMPLES);
  #nextSlot = 0;
  #hasMore = false;

  constructor(slots: WindowSlots, batch: SileroBatch, maxResults: number) {
    const count = slots.generations.length;
    this.results = new Float64Array(maxResults * RESULT_FIELDS);
    this.#slots = slots;
    this.#batch = batch;
    this.#generations = new Int32Array(count);
    this.#readWindows = new Int32Array(count);
    this.#quietWindows = new Int32Array(count);
  }

  /** Whether the last `judge` left windows that were there already. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Judges at most one window of each slot and returns the number of verdicts. */
  async judge(): Promise<number> {
    const usedSlots = Atomics.load(this.#slots.control, USED_SLOTS);
    const judged: number[] = [];
    let results = 0;
    this.#hasMore = false;
    for (let visited = 0; visited < usedSlots; visited++) {
      if (this.#batch.isFull || (results + 1) * RESULT_FIELDS > this.results.length) {
        this.#hasMore = true;
        break;
      }
      const slot = this.#nextSlot < usedSlots ? this.#nextSlot : 0;
      this.#nextSlot = slot + 1;
      const window = this.#read(slot);
      if (window < 0) continue;
      const at = results * RESULT_FIELDS;
      this.results[at] = slot;
      this.results[at + 1] = this.#generations[slot]!;
      this.results[at + 2] = window;
      this.results[at + 3] = 0;
      this.results[at + 4] = dbfs(this.#window);
      if (this.#needsJudgement(slot, this.results[at + 4]!)) {
        this.#batch.add(slot, this.#window);
        judged.push(at + 3);
      } else {
        this.#batch.skip(slot, this.#window);
      }
      results += 1;
    }
    if (judged.length > 0) {
      const probabilities = await this.#batch.run();
      for (let i = 0; i < judged.length; i++) this.results[judged[i]!] = probabilities[i]!;
    }
    return results;
  }

  /** Copies the slot's next window and returns its number, or -1 when there is none. */
  #read(slot: number): number {
    const generation = Atomics.load(this.#slots.generations, slot);
    const written = Atomics.load(this.#slots.writtenWindows, slot);
    if (generation !== this.#generations[slot]) {
      this.#generations[slot] = generation;
      this.#readWindows[slot] = 0;
      this.#quietWindows[slot] = 0;
      this.#batch.resetStream(slot);
    }
    const window = this.#readWindows[slot]!;
    if (window >= written) return -1;
    if (window + 1 < written) this.#hasMore = true;
    const { samples } = this.#slots;
    const at = (slot * RING_WINDOWS + (window % RING_WINDOWS)) * WINDOW_SAMPLES;
    for (let i = 0; i < WINDOW_SAMPLES; i++) this.#window[i] = samples[at + i]!;
    this.#readWindows[slot] = window + 1;
    return window;
  }

  #needsJudgement(slot: number, levelDbfs: number): boolean {
    if (levelDbfs >= QUIET_DBFS) {
      this.#quietWindows[slot] = 0;
      return true;
    }
    const quietWindows = (this.#quietWindows[slot]! += 1);
    if (quietWindows <= JUDGED_QUIET_WINDOWS) return true;
    this.#quietWindows[slot] = JUDGED_QUIET_WINDOWS + 1;
    if (quietWindows === JUDGED_QUIET_WINDOWS + 1) this.#batch.resetState(slot);
    return false;
  }
}
