/** A stretch of speech that the upstream found, on its way to become an item there. */
export interface FoundSpeech {
  /** The item as the upstream announced it; null until it has. */
  upstreamId: string | null;
  /** The turn of ours that it is; null while it is none, and then its item is not wanted. */
  itemId: string | null;
  /** The upstream has told its end, and makes an item of it by itself. */
  isOver: boolean;
}

/** Items that the upstream owes; one that never comes is given up for a newer one. */
const MAX_AWAITED = 8;

/** The speech that the upstream has found and has not made items of. */
export class FoundSpeeches {
  readonly #onOddity: (note: string) => void;
  #open: FoundSpeech | null = null;
  #awaited: FoundSpeech[] = [];

  /** `onOddity` is told of facts that do not fit together. */
  constructor(onOddity: (note: string) => void) {
    this.#onOddity = onOddity;
  }

  /** Speech has begun; false where it had already. */
  begin(upstreamId: string): boolean {
    // After a split an upstream may find the rest anew, or hear all of it as one.
    if (this.#open?.upstreamId === null) {
      this.#open.upstreamId = upstreamId;
      return true;
    }
    if (!this.#open) {
      this.#open = { upstreamId, itemId: null, isOver: false };
      return true;
    }
    this.#onOddity('speech that begins twice');
    // The later item is the one that is still to come.
    this.#open.upstreamId = upstreamId;
    return false;
  }

  /** Speech is over; false where none had begun. */
  end(upstreamId: string): boolean {
    const speech = this.#open;
    if (!speech) {
      this.#onOddity('the end of speech that never began');
      return false;
    }
    if (speech.upstreamId !== null && speech.upstreamId !== upstreamId) {
      this.#onOddity('speech that ends as another item than it began');
    }
    speech.upstreamId = upstreamId;
    speech.isOver = true;
    this.#open = null;
    this.#awaited.push(speech);
    if (this.#awaited.length > MAX_AWAITED) this.#awaited.shift();
    return true;
  }

  /** The speech that a turn of ours is which begins now. */
  claim(itemId: string): FoundSpeech | null {
    const speech = this.#open ?? this.#awaited.findLast((awaited) => awaited.itemId === null);
    if (speech) speech.itemId = itemId;
    return speech ?? null;
  }

  /** What was said so far becomes an item at our wish, or none; whatever follows is another one. */
  split(): void {
    if (this.#open) this.#open = { upstreamId: null, itemId: null, isOver: false };
  }

  /** An item that the upstream made by itself, by its id. */
  take(upstreamId: string): FoundSpeech | null {
    return this.#remove((speech) => speech.upstreamId === upstreamId);
  }

  /** The same where the item has another id than was announced. */
  takeOldest(): FoundSpeech | null {
    return this.#remove(() => true);
  }

  /** The upstream detects no more: speech that is open never ends. */
  stop(): void {
    this.#open = null;
  }

  /** There is another upstream session. */
  reset(): void {
    this.#open = null;
    this.#awaited = [];
  }

  #remove(fits: (speech: FoundSpeech) => boolean): FoundSpeech | null {
    const index = this.#awaited.findIndex(fits);
    return index < 0 ? null : (this.#awaited.splice(index, 1)[0] ?? null);
  }
}
