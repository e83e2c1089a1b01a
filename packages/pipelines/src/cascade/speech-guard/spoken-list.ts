/** Before an item of a list. */
const MARKER = /^(?:[-*•–]|\d{1,2}[.)]|\(?[a-h]\))\s+/u;

/** Before the first of them. */
const FIRST_MARKER = /^(?:[-*•–]|\d{1,2}[.)]|\(?a\))\s+/u;

/** Words that number what follows them. */
const ORDINALS = [
  /^first(?:ly)?[,:]\s/i,
  /^second(?:ly)?[,:]\s/i,
  /^third(?:ly)?[,:]\s/i,
  /^fourth(?:ly)?[,:]\s/i,
  /^fifth(?:ly)?[,:]\s/i,
  /^sixth(?:ly)?[,:]\s/i,
  /^seventh(?:ly)?[,:]\s/i,
];

/** The last of a list, whatever its number. */
const LAST = /^(?:finally|last(?:ly)?)[,:]\s/i;

/** Somebody who says what they do next gives no list. */
const PERSONAL = /\b(?:i|me|my|we|us|let's|let’s)\b|\b(?:i|we)['’]|\?/i;

const MOST_ITEMS = 3;

/** Whatever is held of a list that does not end. */
const MOST_HELD = 200;

/**
 * A list on its way to be heard: its items are held until it is known how many there are. A sentence
 * between two items belongs to the first of them; what follows the last one is the tail.
 */
export class SpokenList {
  readonly #items: string[] = [];
  readonly #isCountedOff: boolean;
  #count = 0;
  #tail: string[] = [];

  /** For a list that begins with this piece. */
  constructor(first: string) {
    this.#isCountedOff = !MARKER.test(first);
  }

  /** Whether a piece begins a list. */
  static begins(piece: string): boolean {
    return FIRST_MARKER.test(piece) || (ORDINALS[0]!.test(piece) && !PERSONAL.test(piece));
  }

  /** What follows the list's last item. */
  get tail(): readonly string[] {
    return this.#tail;
  }

  /** Whether what is said of it is not what was written. */
  get isChanged(): boolean {
    return !this.#isCountedOff || this.#count > MOST_ITEMS;
  }

  /** Takes the next piece; the piece itself where the list was over before it. */
  take(piece: string): string | null {
    if (!this.#isItem(piece)) {
      if (this.#tail.length > 0) return piece;
      this.#tail.push(piece);
      return null;
    }
    this.#count += 1;
    if (this.#items.length < MOST_HELD) {
      this.#items.push(
        ...this.#tail,
        this.#isCountedOff ? piece : ended(piece.replace(MARKER, '')),
      );
    }
    this.#tail = [];
    return null;
  }

  /** What is said of it: its items, or where they are too many how many there are. */
  spoken(phrase: string): readonly string[] {
    if (this.#count <= MOST_ITEMS) return this.#items;
    return [phrase.replaceAll('{count}', `${this.#count}`)];
  }

  #isItem(piece: string): boolean {
    if (!this.#isCountedOff) return MARKER.test(piece);
    const isNext = ORDINALS[this.#count]?.test(piece) ?? false;
    return isNext || (this.#count > 1 && LAST.test(piece));
  }
}

/** An item ends as a sentence does, so that a voice pauses after it. */
function ended(item: string): string {
  return /[.!?…,;:]$/u.test(item) ? item : `${item}.`;
}
