interface Stretch {
  readonly itemId: string;
  readonly startsAtMs: number;
  readonly durationMs: number;
  /** How much of the item comes before. */
  readonly fromMs: number;
}

/** What a speaker is playing. */
export interface Playing {
  readonly itemId: string;
  /** How much of the item it has played. */
  readonly playedMs: number;
}

/** Plays what it is given in real time, one after the other, to nobody. */
export class Speaker {
  readonly #stretches: Stretch[] = [];
  #endsAtMs = 0;

  play(itemId: string, durationMs: number): void {
    const startsAtMs = Math.max(this.#endsAtMs, performance.now());
    const last = this.#stretches.at(-1);
    const fromMs = last?.itemId === itemId ? last.fromMs + last.durationMs : 0;
    this.#stretches.push({ itemId, startsAtMs, durationMs, fromMs });
    this.#endsAtMs = startsAtMs + durationMs;
  }

  /** What sounds at this moment; `null` in silence. */
  get playing(): Playing | null {
    const nowMs = performance.now();
    const current = this.#stretches.findLast(({ startsAtMs }) => startsAtMs <= nowMs);
    if (!current || nowMs >= this.#endsAtMs) return null;
    const { itemId, startsAtMs, durationMs, fromMs } = current;
    return { itemId, playedMs: fromMs + Math.min(durationMs, nowMs - startsAtMs) };
  }

  /** Falls silent; returns what was playing. */
  interrupt(): Playing | null {
    const { playing } = this;
    this.#stretches.length = 0;
    this.#endsAtMs = 0;
    return playing;
  }
}
