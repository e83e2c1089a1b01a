/** A stretch of an item's audio and when it is heard. */
interface PlayedSpan {
  readonly itemId: string;
  readonly startAtMs: number;
  /** Position of the stretch inside the item's audio. */
  readonly offsetMs: number;
  readonly lengthMs: number;
}

/** The item that was being heard when playback was stopped. */
export interface StoppedItem {
  readonly itemId: string;
  /** Position of the item's audio that was heard. */
  readonly playedMs: number;
}

/**
 * The loudspeaker of a caller as a clock: audio is heard when it arrives or after the audio before
 * it, in real time. It reads no clock itself; instants never go back.
 */
export class Playback {
  #spans: PlayedSpan[] = [];
  readonly #receivedMs = new Map<string, number>();
  #endAtMs = Number.NEGATIVE_INFINITY;

  /** When the last of what arrived is heard; before any audio, minus infinity. */
  get endAtMs(): number {
    return this.#endAtMs;
  }

  /** Takes audio of an item that arrives at `atMs`; the result is when it starts to be heard. */
  append(itemId: string, lengthMs: number, atMs: number): number {
    const startAtMs = Math.max(atMs, this.#endAtMs);
    const offsetMs = this.#receivedMs.get(itemId) ?? 0;
    // Only the item that is heard and those to come matter; a call of an hour stays small.
    this.#spans = this.#spans.filter((span) => span.itemId === itemId || endOf(span) > atMs);
    this.#spans.push({ itemId, startAtMs, offsetMs, lengthMs });
    this.#receivedMs.set(itemId, offsetMs + lengthMs);
    this.#endAtMs = startAtMs + lengthMs;
    return startAtMs;
  }

  /** Whether everything that arrived was heard or dropped. */
  isDrained(atMs: number): boolean {
    return this.#endAtMs <= atMs;
  }

  /**
   * When the position of the item's audio is heard; null while that audio has not arrived, or when
   * it was dropped.
   */
  instantOf(itemId: string, offsetMs: number): number | null {
    const span = this.#spans.find(
      (candidate) =>
        candidate.itemId === itemId &&
        candidate.offsetMs <= offsetMs &&
        offsetMs < candidate.offsetMs + candidate.lengthMs,
    );
    return span ? span.startAtMs + (offsetMs - span.offsetMs) : null;
  }

  /** Drops what was not heard yet and tells which item that cut, or null when nothing was left. */
  flush(atMs: number): StoppedItem | null {
    if (this.isDrained(atMs)) return null;
    const span = this.#spans.find((candidate) => endOf(candidate) > atMs) ?? this.#spans.at(-1);
    this.#spans = [];
    this.#endAtMs = atMs;
    if (!span) return null;
    const heardMs = Math.max(0, Math.min(span.lengthMs, atMs - span.startAtMs));
    return { itemId: span.itemId, playedMs: span.offsetMs + heardMs };
  }
}

function endOf(span: PlayedSpan): number {
  return span.startAtMs + span.lengthMs;
}
