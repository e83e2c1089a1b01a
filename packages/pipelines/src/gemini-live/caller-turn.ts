import { pcm16ToBytes, StreamingResampler } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { AudioFrame, TimerHandle } from '@antiphon/session';
import { AudioBatch, BATCH_MS } from '../upstream/audio-batch.ts';

/** What the upstream takes. */
const RATE: SampleRate = 16_000;

/** Kept until the turn is written down: half a minute. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** A piece for the upstream is at most a second long. */
const PIECE_BYTES = RATE * 2;

const BATCH_BYTES = (BATCH_MS * PIECE_BYTES) / 1000;

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
  readonly #unsent = new AudioBatch(BATCH_BYTES);

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

  /** Takes a frame and gives what is to be sent now, in base64; perhaps nothing. */
  hear({ pcm, sampleRate }: AudioFrame): string {
    const rate = this.#resampler?.fromRate ?? RATE;
    const rest = rate === sampleRate ? [] : [this.#changeRate(sampleRate)];
    const sound = this.#resampler?.process(pcm) ?? pcm;
    return this.#add([...rest, sound]).toString('base64');
  }

  /** What is still to be sent when it is over. */
  finish(): string {
    const rest = this.#add(this.#resampler ? [this.#resampler.flush()] : []);
    return Buffer.concat([rest, this.#unsent.take()]).toString('base64');
  }

  /** All of its audio so far, in base64, in pieces of up to a second; none of it is to be sent again. */
  *audio(): Generator<string> {
    this.#unsent.take();
    const all = Buffer.concat(this.#kept);
    for (let from = 0; from < all.length; from += PIECE_BYTES) {
      yield all.subarray(from, from + PIECE_BYTES).toString('base64');
    }
  }

  /** Gives what is left at the rate before. */
  #changeRate(sampleRate: SampleRate): Int16Array {
    const rest = this.#resampler?.flush() ?? new Int16Array(0);
    this.#resampler = new StreamingResampler(sampleRate, RATE);
    return rest;
  }

  /** Copies: frames belong to the leg. */
  #add(sound: readonly Int16Array[]): Buffer {
    const bytes = Buffer.concat(sound.map(pcm16ToBytes));
    this.#bytes += bytes.length;
    if (!this.isWhole) this.#kept = [];
    else if (bytes.length > 0) this.#kept.push(bytes);
    return this.#unsent.add(bytes);
  }
}
