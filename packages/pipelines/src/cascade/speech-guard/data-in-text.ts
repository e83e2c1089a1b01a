/** A list of values, told from a remark in brackets by what it begins with. */
const LIST_START = /^\[\s*(?:$|["{[]|-?\d[\d.]*\s*[,\]]|(?:true|false|null)\s*[,\]])/;

/** Before a bracket that belongs to a link or an index of it. */
const BOUND = /[\w\])]/;

const VALUE = String.raw`(?:"[^"]*(?:"|$)|-?\d[\d.]*(?![\w])|true\b|false\b|null\b)`;
const PAIR = new RegExp(String.raw`"[\w .$-]{1,60}"\s*:\s*(${VALUE})\s*(?:,\s*)?`, 'g');

/** A name whose value is still to come. */
const NAME_AT_END = /\s*"[\w.$-]{1,60}"\s*:$/;

const CLOSERS: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/** Data that is never closed ends with the answer; no more than this is looked through for its end. */
const LONGEST_DATA = 20_000;

/**
 * Takes objects, lists and names with their values, as JSON has them, out of text that comes piece
 * by piece: any of them may go over many pieces.
 */
export class DataInText {
  /** What closes the objects and lists that are open, the innermost last. */
  #open: string[] = [];
  #taken = 0;
  /** The text that is a value is still to end. */
  #isInQuote = false;
  /** The end of the last piece, which the next one tells more of. */
  #held = '';

  /** What is left of the next piece; the piece itself where there is no data in it. */
  take(piece: string): string {
    const text = this.#held + this.#withoutQuoted(piece);
    this.#held = '';
    const hasNone = this.#open.length === 0 && !/[{[]|"\s*:/.test(text);
    if (hasNone) return text;
    const bare = this.#withoutPairs(this.#withoutNested(text));
    this.#held = NAME_AT_END.exec(bare)?.[0] ?? '';
    if (this.#held !== '') {
      const left = bare.slice(0, -this.#held.length);
      this.#held = `${this.#held} `;
      return tidied(left);
    }
    return bare === piece ? piece : tidied(bare);
  }

  #withoutQuoted(piece: string): string {
    if (!this.#isInQuote) return piece;
    const end = piece.indexOf('"');
    this.#taken += piece.length;
    this.#isInQuote = end < 0 && this.#taken <= LONGEST_DATA;
    if (!this.#isInQuote) this.#taken = 0;
    return end < 0 ? '' : piece.slice(end + 1).replace(/^\s*,\s*/, '');
  }

  #withoutNested(text: string): string {
    let left = '';
    for (let index = 0; index < text.length; index += 1) {
      const character = text.charAt(index);
      if (this.#opens(text, index)) {
        // It is the value of a name before it.
        if (this.#open.length === 0 && /"\s*:\s*$/.test(left)) left += 'null';
        this.#open.push(CLOSERS[character]!);
      }
      if (this.#open.length === 0) left += character;
      else this.#taken += 1;
      const closed = this.#open.lastIndexOf(character);
      // What was left open inside ends with it.
      if (closed >= 0 && /[\]}]/.test(character)) this.#open.length = closed;
      if (this.#taken > LONGEST_DATA) this.#open = [];
      if (this.#open.length === 0) this.#taken = 0;
    }
    return left;
  }

  #opens(text: string, index: number): boolean {
    const character = text.charAt(index);
    if (character === '{') return true;
    if (character !== '[') return false;
    if (this.#open.length > 0) return true;
    const isBound = index > 0 && BOUND.test(text.charAt(index - 1));
    return !isBound && LIST_START.test(text.slice(index, index + 200));
  }

  #withoutPairs(text: string): string {
    return text.replaceAll(PAIR, (pair: string, value: string) => {
      if (/^"[^"]*$/.test(value)) this.#isInQuote = true;
      return '';
    });
  }
}

/** Without the blanks and the marks that are left where data was taken out. */
function tidied(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ (?=[.,;!?](?:\s|$))/g, '')
    .replaceAll(/[,;:]+(?=[.!?](?:\s|$))/g, '')
    .trim();
}
