import type { SpeechEdit } from '@antiphon/session';

const FENCE = '```';

/** Data that is never closed ends with the answer; no more than this is looked through for its end. */
const LONGEST_DATA = 20_000;

/** Takes code and data out of text that comes piece by piece: both may go over many pieces. */
export class Unspeakable {
  #isInCode = false;
  /** Braces that are open. */
  #depth = 0;
  #taken = 0;

  /** What is left of the next piece; notes what was taken out. */
  take(piece: string, edits: SpeechEdit[]): string {
    const parts = piece.split(FENCE);
    let left = '';
    for (const [index, part] of parts.entries()) {
      if (index > 0) this.#isInCode = !this.#isInCode;
      if (!this.#isInCode) left += this.#withoutData(part, edits);
    }
    if (parts.length > 1 || this.#isInCode) edits.push('code');
    return left === piece ? piece : left.replaceAll(/\s+/gu, ' ').trim();
  }

  #withoutData(text: string, edits: SpeechEdit[]): string {
    if (this.#depth === 0 && !text.includes('{')) return text;
    edits.push('data');
    let left = '';
    for (const character of text) {
      if (character === '{') this.#depth += 1;
      if (this.#depth === 0) left += character;
      else this.#taken += 1;
      if (character === '}' && this.#depth > 0) this.#depth -= 1;
      if (this.#depth === 0 || this.#taken > LONGEST_DATA) {
        this.#depth = 0;
        this.#taken = 0;
      }
    }
    return left;
  }
}
