import { pcm16ToBytes, StreamingResampler } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { AudioFrame, TimerHandle } from '@antiphon/session';
import { BATCH_MS } from '../upstream/audio-batch.ts';

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
  #rate: SampleRate = RATE;
  #resampler: StreamingResampler | null = null;
  /** What is not a batch yet, at the rate it came in. */
  #block = blockOf(RATE);
  #samples = 0;
  #kept: Buffer[] = [];
  #bytes = 0;

  constructor(itemId: string) {
    this.itemId = itemId;
  }

  /** Whether anything was heard. */
  get hasAudio(): boolean {
    return this.#bytes > 0 || this.#samples > 0;
  }

  /** Whether all of its audio is still here. */
  get isWhole(): boolean {
    return this.#bytes <= MAX_KEPT_BYTES;
  }

  /** Takes a frame, copied, and gives what is to be sent now, in base64; perhaps nothing. */
  hear({ pcm, sampleRate }: AudioFrame): string {
    const due: Buffer[] = [];
    if (sampleRate !== this.#rate) {
      due.push(...this.#rest());
      this.#startRate(sampleRate);
    }
    if (this.#samples + pcm.length > this.#block.length) due.push(this.#takeBlock());
    if (pcm.length < this.#block.length) {
      this.#block.set(pcm, this.#samples);
      this.#samples += pcm.length;
    } else due.push(this.#add(pcm));
    if (this.#samples === this.#block.length) due.push(this.#takeBlock());
    return base64(due);
  }

  /** What is still to be sent when it is over, in base64. */
  finish(): string {
    return base64(this.#rest());
  }

  /** All of its audio so far, in base64, in pieces of up to a second; none of it is to be sent again. */
  *audio(): Generator<string> {
    this.#takeBlock();
    const all = Buffer.concat(this.#kept);
    for (let from = 0; from < all.length; from += PIECE_BYTES) {
      yield all.subarray(from, from + PIECE_BYTES).toString('base64');
    }
  }

  #rest(): Buffer[] {
    const block = this.#takeBlock();
    return this.#resampler ? [block, this.#keep(this.#resampler.flush())] : [block];
  }

  #startRate(rate: SampleRate): void {
    this.#rate = rate;
    this.#resampler = rate === RATE ? null : new StreamingResampler(rate, RATE);
    this.#block = blockOf(rate);
  }

  #takeBlock(): Buffer {
    const sound = this.#block.subarray(0, this.#samples);
    this.#samples = 0;
    return this.#add(sound);
  }

  #add(sound: Int16Array): Buffer {
    return this.#keep(this.#resampler?.process(sound) ?? sound);
  }

  /** Keeps a copy, and gives it. */
  #keep(sound: Int16Array): Buffer {
    const bytes = Buffer.from(pcm16ToBytes(sound));
    this.#bytes += bytes.length;
    if (!this.isWhole) this.#kept = [];
    else if (bytes.length > 0) this.#kept.push(bytes);
    return bytes;
  }
}

function blockOf(rate: SampleRate): Int16Array {
  return new Int16Array((BATCH_MS * rate) / 1000);
}

function base64(parts: readonly Buffer[]): string {
  const [only] = parts;
  if (!only) return '';
  return (parts.length === 1 ? only : Buffer.concat(parts)).toString('base64');
}
