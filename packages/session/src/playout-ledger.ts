import type { TimedWord } from './ports/voice-engine.ts';

interface ItemRecord {
  text: string;
  words: TimedWord[];
  generatedMs: number;
  sentMs: number;
}

/** An item's words divided by what was played. */
export interface HeardWords {
  readonly heard: string;
  readonly unheard: string;
}

/**
 * Knows for every agent item the audio generated and sent and which word lies at which
 * millisecond. A written word counts as said when the end of its last spoken token lies at or
 * before the played position.
 */
export class PlayoutLedger {
  readonly #items = new Map<string, ItemRecord>();

  open(itemId: string): void {
    this.#items.set(itemId, { text: '', words: [], generatedMs: 0, sentMs: 0 });
  }

  /** Whether the agent spoke this item. */
  has(itemId: string): boolean {
    return this.#items.has(itemId);
  }

  /** The item is gone; another may come under its id that the agent did not speak. */
  forget(itemId: string): void {
    this.#items.delete(itemId);
  }

  write(itemId: string, delta: string): void {
    const item = this.#items.get(itemId);
    if (item) item.text += delta;
  }

  time(itemId: string, words: readonly TimedWord[]): void {
    this.#items.get(itemId)?.words.push(...words);
  }

  /** More audio of the item was generated. */
  generate(itemId: string, audioMs: number): void {
    const item = this.#items.get(itemId);
    if (item) item.generatedMs += audioMs;
  }

  /** Audio of the item was sent up to this position. */
  send(itemId: string, untilMs: number): void {
    const item = this.#items.get(itemId);
    if (item) item.sentMs = Math.max(item.sentMs, untilMs);
  }

  generatedMs(itemId: string): number {
    return this.#items.get(itemId)?.generatedMs ?? 0;
  }

  sentMs(itemId: string): number {
    return this.#items.get(itemId)?.sentMs ?? 0;
  }

  /** Where the item's word of this number, from 1, ends in its audio, if its time is known. */
  wordEndMs(itemId: string, number: number): number | null {
    return this.#items.get(itemId)?.words[number - 1]?.endMs ?? null;
  }

  /** Divides the item's text at a played position. Text without word times counts as unheard. */
  divide(itemId: string, playedMs: number): HeardWords {
    const item = this.#items.get(itemId);
    if (!item) return { heard: '', unheard: '' };
    let count = 0;
    while (count < item.words.length && item.words[count]!.endMs <= playedMs + ROUNDING_MS) count++;
    const written = item.text.split(/\s+/u).filter((word) => word !== '');
    return {
      heard: written.slice(0, count).join(' '),
      unheard: written.slice(count).join(' '),
    };
  }
}

/** Positions and word ends are sums of fractions of a millisecond. */
const ROUNDING_MS = 0.01;
