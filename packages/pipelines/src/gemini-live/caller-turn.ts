import { pcm16ToBytes, StreamingResampler } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { AudioFrame, TimerHandle } from '@antiphon/session';

/** What the upstream takes. */
const RATE: SampleRate = 16_000;

/** Kept until the turn is written down: half a minute. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** A piece for the upstream is at most a second long. */
const PIECE_BYTES = RATE * 2;

/** One turn of the caller, and its audio at 16 kHz until it has been written down. */
export class CallerTurn {
  readonly itemId: string;
  isCommitted = false;
  /** What was written down so far. */
  text = '';
  timer: TimerHandle | null = null;
  #resampler: StreamingResampler | null = null;
  #kept: Buffer[] = [];
  #bytes = 0;

  constructor(itemId: string) {
    this.itemId = itemId;
  }

  /** Whether anything was heard. */
  get hasAudio(): boolean {
    return this.#bytes > 0 || this.#resampler !== null;
  }

  /** Whether all of its audio is still here. */
  get isWhole(): boolean {
    return this.#bytes <= MAX_KEPT_BYTES;
  }

  /** Takes a frame and gives it as the upstream takes it, in base64; perhaps nothing yet. */
  hear({ pcm, sampleRate }: AudioFrame): string {
    if (sampleRate === RATE && !this.#resampler) return this.#keep([pcm]);
    const changed = this.#resampler?.fromRate === sampleRate ? null : this.#resampler;
    if (this.#resampler?.fromRate !== sampleRate) {
      this.#resampler = new StreamingResampler(sampleRate, RATE);
    }
    const rest = changed ? [changed.flush()] : [];
    return this.#keep([...rest, this.#resampler.process(pcm)]);
  }

  /** What is still to be sent when it is over. */
  finish(): string {
    return this.#resampler ? this.#keep([this.#resampler.flush()]) : '';
  }

  /** All of its audio so far, in base64, in pieces of up to a second. */
  *audio(): Generator<string> {
    const all = Buffer.concat(this.#kept);
    for (let from = 0; from < all.length; from += PIECE_BYTES) {
      yield all.subarray(from, from + PIECE_BYTES).toString('base64');
    }
  }

  /** Copies: frames belong to the leg. */
  #keep(pcm: readonly Int16Array[]): string {
    const bytes = Buffer.concat(pcm.map(pcm16ToBytes));
    if (bytes.length === 0) return '';
    this.#bytes += bytes.length;
    if (this.isWhole) this.#kept.push(bytes);
    else this.#kept = [];
    return bytes.toString('base64');
  }
}
