import type { TimedWord } from '@antiphon/session';

interface Word {
  readonly text: string;
  /** Its letters and digits in lower case, without accents; empty for a mark. */
  readonly plain: string;
}

/** Words that are told while they cannot be matched: from one to the one before the next match. */
interface Gap {
  readonly startMs: number;
  endMs: number;
}

/**
 * Finds the written words of a text in what a provider says it speaks, token by token with times.
 *
 * Tokens are compared by their letters and digits, so case, punctuation and how words are divided
 * make no difference. A word ends with its last letter or digit. Numbers, signs and abbreviations
 * may be spoken otherwise than they are written ("$5", "five dollars"): they take the time of all
 * that is said until the word after them. Another word that does not match ends the finding, for
 * nothing is known from there on.
 */
export class WrittenWords {
  readonly #words: readonly Word[];
  /** The word that is being said, and how much of it was. */
  #at = 0;
  #said = 0;
  #startMs = 0;
  #endMs = 0;
  #toldFromMs = 0;
  #gap: Gap | null = null;
  #hasTold = false;
  #isLost = false;

  constructor(text: string) {
    const written = text.split(/\s+/u).filter((word) => word !== '');
    this.#words = written.map((word) => ({ text: word, plain: plainOf(word) }));
  }

  /** Nothing more is found: all are told, or what is said is not what is written. */
  get isOver(): boolean {
    return this.#isLost || this.#at >= this.#words.length;
  }

  /** Every word was found. */
  get isComplete(): boolean {
    return !this.#isLost && this.#at >= this.#words.length;
  }

  /** Where a word begins of which not all was said yet; null between two words. */
  get unfinishedFromMs(): number | null {
    if (this.#gap) return this.#gap.startMs;
    return this.#said > 0 ? this.#startMs : null;
  }

  /** The written words that end with these tokens, in order; times as they are given. */
  take(tokens: readonly TimedWord[]): TimedWord[] {
    const told: TimedWord[] = [];
    for (const token of tokens) {
      if (this.isOver) break;
      const plain = plainOf(token.text);
      if (plain === '') this.#takeMark(token, told);
      else this.#takePlain(token, plain, told);
    }
    this.#hasTold ||= told.length > 0;
    return told;
  }

  /**
   * The words that were not found, once all audio is there: each ends with it, so that none counts
   * as heard before. Nothing when no word was found at all: then nothing is known of any.
   */
  rest(lengthMs: number): TimedWord[] {
    const told: TimedWord[] = [];
    if (this.#at >= this.#words.length) return told;
    if (!this.#isLost && this.#gap && this.#isOtherwise(this.#words.length)) {
      this.#closeGap(this.#words.length, told);
    }
    if (!this.#isLost) this.#passMarks(told);
    if (!this.#hasTold && told.length === 0) return told;
    for (; this.#at < this.#words.length; this.#at++) {
      const { text } = this.#words[this.#at]!;
      told.push({ text, startMs: this.#endMs, endMs: Math.max(this.#endMs, lengthMs) });
    }
    return told;
  }

  /** A sign that is said has its own time; one that ends a word has none. */
  #takeMark(token: TimedWord, told: TimedWord[]): void {
    const word = this.#words[this.#at];
    if (!word || this.#gap || this.#said > 0 || word.plain !== '' || word.text !== token.text)
      return;
    this.#tell(token.startMs, token.endMs, told);
  }

  #takePlain(token: TimedWord, plain: string, told: TimedWord[]): void {
    if (this.#gap && !this.#resume(plain, told)) {
      this.#gap.endMs = Math.max(this.#gap.endMs, token.endMs);
      return;
    }
    let left = plain;
    while (left !== '') {
      const next = this.#words.findIndex((word, index) => index >= this.#at && word.plain !== '');
      const wanted = this.#words[next]?.plain.slice(this.#said) ?? '';
      const length = Math.min(wanted.length, left.length);
      if (next >= 0 && wanted.slice(0, length) !== left.slice(0, length)) {
        this.#miss(token);
        return;
      }
      this.#passMarks(told);
      if (next < 0) return;
      if (this.#said === 0) this.#startMs = token.startMs;
      this.#said += length;
      left = left.slice(length);
      if (length === wanted.length) this.#tell(this.#startMs, token.endMs, told);
    }
  }

  /** Something else is said than what is written. */
  #miss(token: TimedWord): void {
    if (!saidOtherwise(this.#words[this.#at]!.text)) {
      this.#isLost = true;
      return;
    }
    const startMs = this.#said > 0 ? this.#startMs : token.startMs;
    this.#gap = { startMs, endMs: token.endMs };
    this.#said = 0;
  }

  /** Whether this is the word after those that are said otherwise. */
  #resume(plain: string, told: TimedWord[]): boolean {
    for (let index = this.#at + 1; index < this.#words.length; index++) {
      if (!this.#isOtherwise(index)) return false;
      const wanted = this.#words[index]!.plain;
      if (wanted !== '' && wanted === plain) {
        this.#closeGap(index, told);
        return true;
      }
    }
    return false;
  }

  /** Whether all words from the current one up to another may be said otherwise. */
  #isOtherwise(until: number): boolean {
    return this.#words.slice(this.#at, until).every(({ text }) => saidOtherwise(text));
  }

  #closeGap(until: number, told: TimedWord[]): void {
    const { startMs, endMs } = this.#gap!;
    this.#gap = null;
    while (this.#at < until) this.#tell(startMs, endMs, told);
  }

  /** Marks that are not said end with the word before them. */
  #passMarks(told: TimedWord[]): void {
    while (this.#words[this.#at]?.plain === '') this.#tell(this.#endMs, this.#endMs, told);
  }

  #tell(startMs: number, endMs: number, told: TimedWord[]): void {
    this.#toldFromMs = Math.max(this.#toldFromMs, startMs);
    this.#endMs = Math.max(this.#toldFromMs, endMs);
    const { text } = this.#words[this.#at]!;
    told.push({ text, startMs: this.#toldFromMs, endMs: this.#endMs });
    this.#at += 1;
    this.#said = 0;
  }
}

/** Letters and digits alone. */
function plainOf(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** A number, a sign, an abbreviation or an address. */
function saidOtherwise(written: string): boolean {
  return plainOf(written) === '' || /[\p{N}\p{S}&@#%/.]/u.test(written);
}
