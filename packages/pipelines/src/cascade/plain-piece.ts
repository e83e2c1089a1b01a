import type { TimedWord } from '@antiphon/session';
import { plainWords } from '../spoken/plain-word.ts';

interface Written {
  readonly text: string;
  /** How many words are said for it; none for a mark. */
  readonly count: number;
}

/**
 * A piece of an answer as it is written and as it is given to the synthesizer: without marks that
 * nobody should hear. The times of what is said are told for what is written, word by word.
 */
export class PlainPiece {
  /** What is to be said; empty when the piece is marks alone. */
  readonly text: string;
  readonly #written: readonly Written[];
  /** Index of the written word that is being said. */
  #at = 0;
  /** How many words of it were said, and since when. */
  #said = 0;
  #startMs = 0;
  #endMs = 0;

  constructor(written: string) {
    const words = written.split(' ');
    const plain = plainWords(words);
    this.text = plain.filter((word) => word !== '').join(' ');
    this.#written = words.map((text, index) => ({
      text,
      count: plain[index] === '' ? 0 : plain[index]!.split(' ').length,
    }));
  }

  /** Takes words that the synthesizer says and returns the written ones that end with them. */
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
