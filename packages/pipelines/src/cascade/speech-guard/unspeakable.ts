import type { SpeechEdit } from '@antiphon/session';
import { DataInText } from './data-in-text.ts';

const FENCE = '```';

/** Takes code and data out of text that comes piece by piece: both may go over many pieces. */
export class Unspeakable {
  readonly #data = new DataInText();
  #isInCode = false;

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
    const left = this.#data.take(text);
    if (left !== text) edits.push('data');
    return left;
  }
}
