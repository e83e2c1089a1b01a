import { dbfs } from '@antiphon/audio';

/** Sounds this far below the loud parts of a caller's speech are pauses and breath. */
const SPEECH_RANGE_DB = 15;

/** How fast the level follows louder and softer speech, as a share of the difference a frame. */
const RISE = 0.3;
const FALL = 0.02;

/** How loud the caller speaks: a follower of the loud parts of their turns, in dBFS. */
export class CallerLevel {
  #dbfs: number | null = null;

  /** Null before the caller has spoken. */
  get dbfs(): number | null {
    return this.#dbfs;
  }

  /** Takes a frame of a turn that is the caller's; how loud it is, in dBFS. */
  hear(pcm: Int16Array): number {
    const level = dbfs(pcm);
    if (level === -Infinity) return level;
    if (this.#dbfs === null) this.#dbfs = level;
    else if (level > this.#dbfs) this.#dbfs += RISE * (level - this.#dbfs);
    else if (level > this.#dbfs - SPEECH_RANGE_DB) this.#dbfs += FALL * (level - this.#dbfs);
    return level;
  }
}
