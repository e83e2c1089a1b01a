import type { AudioFrame, EngineEvent, TimerHandle } from '@antiphon/session';
import { AudioBatch, BATCH_MS } from '../upstream/audio-batch.ts';
import { bytesPerMs, CallerAudioEncoder } from './caller-audio.ts';
import type { UpstreamFormat } from './caller-audio.ts';
import type { FoundSpeech } from './found-speech.ts';

/** What an upstream takes at the least. */
const LEAST_COMMIT_MS = 100;

/** Kept in case the connection is lost: two minutes of G.711, twenty seconds of PCM. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** A turn as it is written down, or why it is not. */
export type WrittenTurn = Pick<Extract<EngineEvent, { type: 'transcript' }>, 'text' | 'error'>;

/** One turn of the caller, and its audio until it has been written down. */
export class CallerTurn {
  readonly itemId: string;
  /** The upstream's id of it, once it is an item there. */
  upstreamId: string | null = null;
  /** What the upstream heard it as, where the upstream finds the turns. */
  speech: FoundSpeech | null = null;
  /** What was written down of it before it was over for us. */
  final: WrittenTurn | null = null;
  /** What was written down so far. */
  partial = '';
  timer: TimerHandle | null = null;
  readonly #encoder: CallerAudioEncoder;
  #kept: Buffer[] = [];
  #bytes = 0;
  readonly #unsent: AudioBatch;

  constructor(itemId: string, format: UpstreamFormat) {
    this.itemId = itemId;
    this.#encoder = new CallerAudioEncoder(format);
    this.#unsent = new AudioBatch(BATCH_MS * bytesPerMs(format));
  }

  /** Whether all of its audio is still here. */
  get isWhole(): boolean {
    return this.#bytes <= MAX_KEPT_BYTES;
  }

  /** Whether an item of the upstream is this turn. */
  isItem(upstreamId: string): boolean {
    return (this.upstreamId ?? this.speech?.upstreamId) === upstreamId;
  }

  /** It is not to become an item of the upstream, where it is none yet. */
  disown(): void {
    if (this.speech?.itemId === this.itemId) this.speech.itemId = null;
  }

  /** Takes a frame and gives what is to be sent now; perhaps nothing. */
  hear(frame: AudioFrame): Buffer {
    return this.#unsent.add(this.#keep(this.#encoder.encode(frame)));
  }

  /** What is still to be sent when it is over. */
  finish(): Buffer {
    const rest = this.#unsent.add(this.#keep(this.#encoder.finish(this.#bytes, LEAST_COMMIT_MS)));
    return Buffer.concat([rest, this.#unsent.take()]);
  }

  /** All of its audio so far, in base64, in pieces as they were heard; none of it is to be sent again. */
  *audio(): Generator<string> {
    this.#unsent.take();
    for (const bytes of this.#kept) yield bytes.toString('base64');
  }

  #keep(bytes: Buffer): Buffer {
    this.#bytes += bytes.length;
    if (this.isWhole) this.#kept.push(bytes);
    else this.#kept = [];
    return bytes;
  }
}
