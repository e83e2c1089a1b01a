import type { AudioFrame, TimerHandle } from '@antiphon/session';
import { CallerAudioEncoder } from './caller-audio.ts';
import type { UpstreamFormat } from './caller-audio.ts';

/** What an upstream takes at the least. */
const LEAST_COMMIT_MS = 100;

/** Kept in case the connection is lost: two minutes of G.711, twenty seconds of PCM. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** One turn of the caller, and its audio until it has been written down. */
export class CallerTurn {
  readonly itemId: string;
  /** The upstream's id of it, once it is an item there. */
  upstreamId: string | null = null;
  /** What was written down so far. */
  partial = '';
  timer: TimerHandle | null = null;
  readonly #encoder: CallerAudioEncoder;
  #kept: Buffer[] = [];
  #bytes = 0;

  constructor(itemId: string, format: UpstreamFormat) {
    this.itemId = itemId;
    this.#encoder = new CallerAudioEncoder(format);
  }

  /** Whether all of its audio is still here. */
  get isWhole(): boolean {
    return this.#bytes <= MAX_KEPT_BYTES;
  }

  /** Takes a frame and gives it as the upstream takes it, in base64; perhaps nothing yet. */
  hear(frame: AudioFrame): string {
    return this.#keep(this.#encoder.encode(frame));
  }

  /** What is still to be sent when it is over. */
  finish(): string {
    return this.#keep(this.#encoder.finish(this.#bytes, LEAST_COMMIT_MS));
  }

  /** All of its audio so far, in base64, in pieces as they were heard. */
  *audio(): Generator<string> {
    for (const bytes of this.#kept) yield bytes.toString('base64');
  }

  #keep(bytes: Buffer): string {
    this.#bytes += bytes.length;
    if (this.isWhole) this.#kept.push(bytes);
    else this.#kept = [];
    return bytes.toString('base64');
  }
}
