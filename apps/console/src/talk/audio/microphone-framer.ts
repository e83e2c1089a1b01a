import { WIRE_RATE } from './wire-audio.ts';

/** One frame is 20 ms: short enough that nobody waits for it. */
export const FRAME_SAMPLES = WIRE_RATE / 50;

/** 20 ms of the microphone as the wire has them, and how loud they are: RMS, 0 to 1. */
export interface MicrophoneFrame {
  readonly pcm: Int16Array<ArrayBuffer>;
  readonly level: number;
}

/**
 * Makes frames at the wire's rate of blocks of samples at another, along straight lines; what lies
 * above the wire's band has to be filtered out before.
 */
export class MicrophoneFramer {
  readonly #onFrame: (frame: MicrophoneFrame) => void;
  /** Samples of the microphone for one of the wire. */
  readonly #step: number;
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  #sumOfSquares = 0;
  /** Where the next sample lies, counted from the start of the block, in samples of the block. */
  #position = 0;
  /** The last sample of the block before. */
  #last = 0;

  constructor(sampleRate: number, onFrame: (frame: MicrophoneFrame) => void) {
    this.#step = sampleRate / WIRE_RATE;
    this.#onFrame = onFrame;
  }

  /** Takes the next samples, from -1 to 1. */
  hear(block: Float32Array): void {
    if (block.length === 0) return;
    for (; this.#position < block.length; this.#position += this.#step) {
      const at = Math.floor(this.#position);
      const left = (at === 0 ? this.#last : block[at - 1]) ?? 0;
      const right = block[at] ?? 0;
      this.#push(left + (right - left) * (this.#position - at));
    }
    this.#position -= block.length;
    this.#last = block[block.length - 1] ?? 0;
  }

  #push(sample: number): void {
    const clipped = Math.max(-1, Math.min(1, sample));
    this.#sumOfSquares += clipped * clipped;
    this.#frame[this.#filled++] = Math.round(clipped * 32_767);
    if (this.#filled < FRAME_SAMPLES) return;
    const pcm = this.#frame;
    const level = Math.sqrt(this.#sumOfSquares / FRAME_SAMPLES);
    this.#frame = new Int16Array(FRAME_SAMPLES);
    this.#filled = 0;
    this.#sumOfSquares = 0;
    this.#onFrame({ pcm, level });
  }
}
