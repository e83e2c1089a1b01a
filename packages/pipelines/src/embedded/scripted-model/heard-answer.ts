/**
 * An answer of the script and how much of it was heard. It may be said in several goes: cut, and
 * gone on with where the caller meant nothing by cutting in.
 */
export class HeardAnswer {
  readonly #words: readonly string[];
  #heard = 0;

  constructor(text: string) {
    this.#words = wordsOf(text);
  }

  /** Whether all of it was heard. */
  get isWhole(): boolean {
    return this.#heard === this.#words.length;
  }

  /** Whether what is left is just this text, with no word of it heard. */
  isHeardUpTo(rest: string): boolean {
    return !this.isWhole && this.#words.slice(this.#heard).join(' ') === wordsOf(rest).join(' ');
  }

  /** What is still to be said, from the start of the sentence that was cut. */
  get rest(): string {
    if (this.isWhole) return '';
    const heard = this.#words.slice(0, this.#heard);
    const sentence = heard.findLastIndex((word) => /[.?!]["”)]*$/u.test(word)) + 1;
    return this.#words.slice(sentence).join(' ');
  }

  /**
   * Takes words that were heard of the agent. False, and nothing changes, when they do not go on
   * from what was heard of this answer or from the start of the sentence that was cut.
   */
  hear(text: string): boolean {
    const words = wordsOf(text);
    const rest = wordsOf(this.rest).length;
    const starts = [this.#heard, this.#words.length - rest];
    const start = starts.find((at) =>
      words.every((word, offset) => this.#words[at + offset] === word),
    );
    if (this.isWhole || words.length === 0 || start === undefined) return false;
    this.#heard = Math.max(this.#heard, start + words.length);
    return true;
  }
}

function wordsOf(text: string): string[] {
  return text.match(/\S+/gu) ?? [];
}
