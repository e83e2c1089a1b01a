import type { TimedWord } from '@antiphon/session';

interface Written {
  readonly text: string;
  /** How many words are said for it; none for a mark. */
  readonly count: number;
}

/** Tells the times of what is said for what is written, word by word. */
export class SaidWords {
  readonly #written: readonly Written[];
  /** Index of the written word that is being said. */
  #at = 0;
  /** How many words of it were said, and since when. */
  #said = 0;
  #startMs = 0;
  #endMs = 0;

  /** `said` holds for each written word what is said for it, words parted by single spaces, or ''. */
  constructor(written: readonly string[], said: readonly string[]) {
    this.#written = written.map((text, index) => {
      const words = said[index] ?? '';
      return { text, count: words === '' ? 0 : words.split(' ').length };
    });
  }

  /** Where a written word begins of which not all was said yet; null between two of them. */
  get unfinishedFromMs(): number | null {
    return this.#said > 0 ? this.#startMs : null;
  }

  /** Takes words that are said and returns the written ones that end with them. */
  take(said: readonly TimedWord[]): TimedWord[] {
    const told: TimedWord[] = [];
    for (const word of said) {
      told.push(...this.#marks());
      const current = this.#written[this.#at];
      if (!current) break;
      if (this.#said === 0) this.#startMs = word.startMs;
      this.#said += 1;
      this.#endMs = word.endMs;
      if (this.#said < current.count) continue;
      told.push({ text: current.text, startMs: this.#startMs, endMs: word.endMs });
      this.#at += 1;
      this.#said = 0;
      told.push(...this.#marks());
    }
    return told;
  }

  /** Marks that follow what was said last; they take no time. */
  #marks(): TimedWord[] {
    const marks: TimedWord[] = [];
    for (; this.#written[this.#at]?.count === 0; this.#at++) {
      const { text } = this.#written[this.#at]!;
      marks.push({ text, startMs: this.#endMs, endMs: this.#endMs });
    }
    return marks;
  }
}
