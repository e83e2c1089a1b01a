/**
 * Each of them starts a session, which takes about a millisecond; the audio of all other sessions
 * waits for that long.
 */
const AT_ONCE = 2;

/** As many as a full server has sessions. */
const MOST_WAITING = 4096;

/**
 * Opens connections as they come, but only a few in one turn of the event loop: when many come in
 * one moment, the sessions that live go on between them.
 */
export class UpgradeQueue {
  readonly #waiting: (() => void)[] = [];
  /** Those of this turn; while any wait, it is full. */
  #opened = 0;

  /** Opens now or soon, in the order of coming; `false` when too many wait, and then never. */
  add(open: () => void): boolean {
    if (this.#waiting.length >= MOST_WAITING) return false;
    if (this.#opened === AT_ONCE) {
      this.#waiting.push(open);
      return true;
    }
    if (this.#opened === 0) setImmediate(() => this.#nextTurn());
    this.#opened += 1;
    open();
    return true;
  }

  #nextTurn(): void {
    const opening = this.#waiting.splice(0, AT_ONCE);
    this.#opened = opening.length;
    if (opening.length > 0) setImmediate(() => this.#nextTurn());
    for (const open of opening) open();
  }
}
