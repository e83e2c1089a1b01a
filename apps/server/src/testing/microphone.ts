import { readFile } from 'node:fs/promises';
import { Framer, readWav, StreamingResampler } from '@antiphon/audio';

/** Recorded callers, 8 kHz µ-law. */
const CLIPS = new URL('../../../cli/scenarios/acme-support/audio/rms/', import.meta.url);

/** What stock clients send by default: 24 kHz PCM, in frames of 20 ms. */
const FRAME_SAMPLES = 480;

/** Sends sound in real time without a gap: silence, and clips when they are spoken. */
export class Microphone {
  readonly #queue: Int16Array[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #startedAtMs = performance.now();
  #sent = 0;

  /** Every frame is 20 ms in a buffer of its own. */
  constructor(send: (frame: Int16Array<ArrayBuffer>) => void) {
    this.#timer = setInterval(() => {
      while (this.#sent * 20 <= performance.now() - this.#startedAtMs) {
        send((this.#queue.shift() ?? new Int16Array(FRAME_SAMPLES)).slice());
        this.#sent += 1;
      }
    }, 10);
  }

  async speak(clip: string): Promise<void> {
    const { pcm } = readWav(await readFile(new URL(`${clip}.wav`, CLIPS)));
    const sound = new StreamingResampler(8000, 24_000).process(pcm);
    new Framer(FRAME_SAMPLES).push(sound, (frame) => this.#queue.push(frame.slice()));
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
