import { FormatWatch } from '@antiphon/audio';
import type { AudioEncoding, SampleRate } from '@antiphon/audio';
import { PaceWatch } from './pace-watch.ts';

/** How an append is declared, and when it came. */
export interface DeclaredAppend {
  readonly encoding: AudioEncoding;
  readonly rate: SampleRate;
  readonly atMs: number;
}

/**
 * Checks a client's audio against what it declares, by its bytes and by its pace, until it is sure;
 * what it finds is told once in the life of a session, whatever is declared afterwards.
 */
export class DeclaredFormat {
  readonly #onDoubt: (declared: string, looksLike: string) => void;
  #encoding: AudioEncoding | null = null;
  #bytes: FormatWatch | null = null;
  #pace: PaceWatch | null = null;
  #hasDoubted = false;

  constructor(onDoubt: (declared: string, looksLike: string) => void) {
    this.#onDoubt = onDoubt;
  }

  /** Takes the bytes of an append as they came; may call `onDoubt` before it returns. */
  hear(bytes: Uint8Array, { encoding, rate, atMs }: DeclaredAppend): void {
    if (this.#hasDoubted) return;
    if (encoding !== this.#encoding) {
      this.#encoding = encoding;
      this.#bytes = new FormatWatch(encoding);
      // Telephone audio has no rate slower than the declared one.
      this.#pace = encoding === 'pcm16' ? new PaceWatch(rate) : null;
    }
    if (this.#bytes) {
      const doubt = this.#bytes.hear(bytes);
      if (this.#bytes.isDone) this.#bytes = null;
      if (doubt) return this.#tell(doubt.declared, doubt.looksLike);
    }
    if (this.#pace) {
      const doubt = this.#pace.hear(bytes.length / 2, atMs);
      if (this.#pace.isDone) this.#pace = null;
      if (doubt) this.#tell(`pcm16 at ${rate} Hz`, `pcm16 at ${doubt.looksLikeHz} Hz`);
    }
  }

  #tell(declared: string, looksLike: string): void {
    this.#hasDoubted = true;
    this.#bytes = null;
    this.#pace = null;
    this.#onDoubt(declared, looksLike);
  }
}
