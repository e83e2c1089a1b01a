import type { TimedSpeech } from './timed-speech.ts';

/** A word with its two times and its text, about. */
const WORD_BYTES = 100;

/** Keeps speech by key up to a number of bytes; what was not used for longest goes first. */
export class SpeechCache {
  readonly #maxBytes: number;
  readonly #entries = new Map<string, TimedSpeech>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes kept, at most the bound. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): TimedSpeech | undefined {
    const speech = this.#entries.get(key);
    if (!speech) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, speech);
    return speech;
  }

  /** Keeps a speech in place of what had the key; not when it is larger than the bound. */
  put(key: string, speech: TimedSpeech): void {
    this.#drop(key);
    if (sizeOf(key, speech) > this.#maxBytes) return;
    this.#entries.set(key, speech);
    this.#bytes += sizeOf(key, speech);
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const speech = this.#entries.get(key);
    if (!speech) return;
    this.#entries.delete(key);
    this.#bytes -= sizeOf(key, speech);
  }
}

function sizeOf(key: string, { pcm, words }: TimedSpeech): number {
  return pcm.byteLength + 2 * key.length + words.length * WORD_BYTES;
}
