import type { ToldEvents } from './told-events.ts';

/** PCM16 at 24 kHz, which stock clients are sent unless they ask for something else. */
const BYTES_PER_MS = 48;

/** The sound of an answer, in either dialect. */
const AUDIO_DELTA = /^response\.(?:output_)?audio\.delta$/u;

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
  readonly #waiting = new Set<() => void>();
  #endsAtMs = 0;

  /** One that plays the answers that a client is told. */
  static of(told: ToldEvents): Speaker {
    const speaker = new Speaker();
    told.listen(({ type, item_id: itemId, delta }) => {
      if (!AUDIO_DELTA.test(type)) return;
      speaker.play(String(itemId), Buffer.byteLength(String(delta), 'base64') / BYTES_PER_MS);
    });
    return speaker;
  }

  play(itemId: string, durationMs: number): void {
    const startsAtMs = Math.max(this.#endsAtMs, performance.now());
    const last = this.#stretches.at(-1);
    const fromMs = last?.itemId === itemId ? last.fromMs + last.durationMs : 0;
    this.#stretches.push({ itemId, startsAtMs, durationMs, fromMs });
    this.#endsAtMs = startsAtMs + durationMs;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** What sounds at this moment; `null` in silence. */
  get playing(): Playing | null {
    const nowMs = performance.now();
    const current = this.#stretches.findLast(({ startsAtMs }) => startsAtMs <= nowMs);
    if (!current || nowMs >= this.#endsAtMs) return null;
    const { itemId, startsAtMs, durationMs, fromMs } = current;
    return { itemId, playedMs: fromMs + Math.min(durationMs, nowMs - startsAtMs) };
  }

  /** Resolves when this much of the item was played; the test's time limit is the limit. */
  async hasPlayed(itemId: string, ms: number): Promise<void> {
    for (;;) {
      const stretch = this.#stretches.find(
        (each) => each.itemId === itemId && each.fromMs + each.durationMs >= ms,
      );
      if (stretch) {
        const atMs = stretch.startsAtMs + ms - stretch.fromMs;
        await new Promise((resolve) => setTimeout(resolve, atMs - performance.now()));
        return;
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Falls silent; returns what was playing. */
  interrupt(): Playing | null {
    const { playing } = this;
    this.#stretches.length = 0;
    this.#endsAtMs = 0;
    return playing;
  }
}
