/** A stretch of an item's audio and when the caller hears it. */
interface Span {
  readonly startAtMs: number;
  readonly offsetMs: number;
  readonly lengthMs: number;
}

interface ItemSpans {
  /** Contiguous audio is one span. */
  readonly spans: Span[];
  reportedMs: number;
}

/** Items nobody asks about any more are dropped beyond this many. */
const MAX_KEPT_ITEMS = 32;

/** When which audio of which item is heard, by our own clock and by what the leg reports. */
export class PlayedSpans {
  readonly #items = new Map<string, ItemSpans>();

  add(itemId: string, span: Span): void {
    const { spans } = this.#of(itemId);
    const last = spans[spans.length - 1];
    const continues =
      last !== undefined &&
      Math.abs(last.startAtMs + last.lengthMs - span.startAtMs) < 0.001 &&
      Math.abs(last.offsetMs + last.lengthMs - span.offsetMs) < 0.001;
    if (continues) spans[spans.length - 1] = { ...last, lengthMs: last.lengthMs + span.lengthMs };
    else spans.push(span);
  }

  /** The leg says that audio was heard up to this position; the latest word counts. */
  report(itemId: string, playedMs: number): void {
    const item = this.#of(itemId);
    item.reportedMs = Math.max(item.reportedMs, playedMs);
  }

  reportedMs(itemId: string): number {
    return this.#items.get(itemId)?.reportedMs ?? 0;
  }

  /** How far the item was heard at this instant. */
  playedMs(itemId: string, nowMs: number): number {
    const item = this.#items.get(itemId);
    if (!item) return 0;
    let playedMs = item.reportedMs;
    for (const span of item.spans) {
      const heardMs = Math.min(span.lengthMs, nowMs - span.startAtMs);
      if (heardMs > 0) playedMs = Math.max(playedMs, span.offsetMs + heardMs);
    }
    return playedMs;
  }

  /** When the last audio of the item sent so far will have been heard. */
  endAtMs(itemId: string): number {
    const spans = this.#items.get(itemId)?.spans;
    const last = spans?.[spans.length - 1];
    return last ? last.startAtMs + last.lengthMs : 0;
  }

  /** Nothing that lies ahead will be heard. */
  stop(nowMs: number): void {
    for (const item of this.#items.values()) {
      for (let index = item.spans.length - 1; index >= 0; index--) {
        const span = item.spans[index]!;
        const heardMs = nowMs - span.startAtMs;
        if (heardMs >= span.lengthMs) break;
        if (heardMs <= 0) item.spans.pop();
        else item.spans[index] = { ...span, lengthMs: heardMs };
      }
    }
  }

  #of(itemId: string): ItemSpans {
    let item = this.#items.get(itemId);
    if (!item) {
      item = { spans: [], reportedMs: 0 };
      this.#items.set(itemId, item);
      if (this.#items.size > MAX_KEPT_ITEMS) {
        const oldest = this.#items.keys().next().value;
        if (oldest !== undefined) this.#items.delete(oldest);
      }
    }
    return item;
  }
}
