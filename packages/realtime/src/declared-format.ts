import { FormatWatch } from '@antiphon/audio';
import type { AudioEncoding, SampleRate } from '@antiphon/audio';
import { PaceWatch } from './pace-watch.ts';

/** How an append is declared, and when it came. */
export interface DeclaredAppend {
  readonly encoding: AudioEncoding;
  readonly rate: SampleRate;
  readonly atMs: number;
}

/** So long a silence, or noise that tells no encoding, is judged by its pace alone. */
const TELLING_SPAN_MS = 1_900;

/**
 * Checks a client's audio against what it declares, by its bytes and by its pace, until it is sure;
 * what it finds is told once in the life of a session, whatever is declared afterwards. A pace is
 * told when the bytes turn out to be what they were declared to be: PCM16 at 8 kHz comes as fast as
 * mu-law at 16 kHz. Declared PCM16 that comes evenly at another pace is not waited for that long: only
 * G.711 at rates that nobody sends comes like that.
 */
export class DeclaredFormat {
  readonly #onDoubt: (declared: string, looksLike: string) => void;
  #encoding: AudioEncoding | null = null;
  #bytes: FormatWatch | null = null;
  #pace: PaceWatch | null = null;
  #isBelieved = false;
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
      this.#pace = new PaceWatch(rate);
      this.#isBelieved = false;
    }
    if (this.#bytes) {
      const doubt = this.#bytes.hear(bytes);
      if (doubt) return this.#tell(doubt.declared, doubt.looksLike);
      this.#isBelieved = this.#bytes.isBelieved;
      if (this.#bytes.isDone) this.#bytes = null;
    }
    if (this.#pace) {
      this.#pace.hear(bytes.length / (encoding === 'pcm16' ? 2 : 1), atMs);
      const isTelling = encoding === 'pcm16' && this.#pace.spanMs >= TELLING_SPAN_MS;
      const doubt = this.#isBelieved || isTelling ? this.#pace.judge() : null;
      if (doubt) {
        return this.#tell(`${encoding} at ${rate} Hz`, `${encoding} at ${doubt.looksLikeHz} Hz`);
      }
      if (this.#pace.isDone) this.#pace = null;
    }
  }

  #tell(declared: string, looksLike: string): void {
    this.#hasDoubted = true;
    this.#bytes = null;
    this.#pace = null;
    this.#onDoubt(declared, looksLike);
  }
}
