/** Before an item of a list. */
const MARKER = /^(?:[-*•–]|\d{1,2}[.)])\s+/u;

const MOST_ITEMS = 3;

/** Whatever is held of a list that does not end. */
const MOST_HELD = 200;

/**
 * A list on its way to be heard: its items are held until it is known how many there are. A sentence
 * between two items belongs to the first of them; what follows the last one is the tail.
 */
export class SpokenList {
  readonly #items: string[] = [];
  #count = 0;
  #tail: string[] = [];

  /** Whether a piece begins a list. */
  static begins(piece: string): boolean {
    return MARKER.test(piece);
  }

  /** What follows the list's last item. */
  get tail(): readonly string[] {
    return this.#tail;
  }

  /** Takes the next piece; the piece itself where the list was over before it. */
  take(piece: string): string | null {
    if (!MARKER.test(piece)) {
      if (this.#tail.length > 0) return piece;
      this.#tail.push(piece);
      return null;
    }
    this.#count += 1;
    if (this.#items.length < MOST_HELD) {
      this.#items.push(...this.#tail, ended(piece.replace(MARKER, '')));
    }
    this.#tail = [];
    return null;
  }

  /** What is said of it: its items, or where they are too many how many there are. */
  spoken(phrase: string): readonly string[] {
    if (this.#count <= MOST_ITEMS) return this.#items;
    return [phrase.replaceAll('{count}', `${this.#count}`)];
  }
}

/** An item ends as a sentence does, so that a voice pauses after it. */
function ended(item: string): string {
  return /[.!?…,;:]$/u.test(item) ? item : `${item}.`;
}
