import type { TimedWord } from '@antiphon/session';
import { plainWords } from '../spoken/plain-word.ts';
import { SaidWords } from '../spoken/said-words.ts';

/**
 * A piece of an answer as it is written and as it is given to the synthesizer: without marks that
 * nobody should hear. The times of what is said are told for what is written, word by word.
 */
export class PlainPiece {
  /** What is to be said; empty when the piece is marks alone. */
  readonly text: string;
  readonly #words: SaidWords;

  constructor(written: string) {
    const words = written.split(' ');
    const plain = plainWords(words);
    this.text = plain.filter((word) => word !== '').join(' ');
    this.#words = new SaidWords(words, plain);
  }

  /** Takes words that the synthesizer says and returns the written ones that end with them. */
  take(said: readonly TimedWord[]): TimedWord[] {
    return this.#words.take(said);
  }
}
