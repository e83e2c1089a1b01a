import type { AudioEncoding } from './audio-encoding.ts';
import { ByteReading, type ReadingCost } from './reading-cost.ts';

/** Audio that does not seem to be what it was declared to be. */
export interface FormatDoubt {
  readonly declared: AudioEncoding;
  readonly looksLike: AudioEncoding;
  /** Bits per byte that the sound costs when it is read as declared. */
  readonly declaredBits: number;
  /** Bits per byte that it costs when it is read as what it looks like. */
  readonly looksLikeBits: number;
  /** Length of the stream up to the frame that settled it. */
  readonly afterBytes: number;
}

const ENCODINGS: readonly AudioEncoding[] = ['pcm16', 'g711_ulaw', 'g711_alaw'];

/** 40 ms of G.711, a few periods of the deepest voice, and whole samples of every encoding. */
const FRAME_BYTES = 320;

/** A third of a second of G.711 with sound: shorter would hang on a single consonant. */
const NEEDED_FRAMES = 8;

/** Two seconds and a half of G.711 with sound: whoever sends that much as declared goes on so. */
const WATCHED_FRAMES = 64;

/**
 * What the declared reading costs more than another, in bits per byte, for the other to be believed.
 * Speech of another encoding costs 1.3 to 7 more. Rightly declared speech and music cost 0.8 less at
 * least; tones of few samples a period, which every reading can foretell, up to 1 more.
 */
const DOUBT_BITS = 1.2;

/**
 * The same where the declared reading foretells less than `SENSELESS_GAIN_DB`, in dB, and the other
 * more than `SENSE_GAIN_DB`: bright or noisy voices cost little less in their own encoding, but only
 * there can they be foretold. Rightly declared speech never is foretold so little.
 */
const SENSELESS_DOUBT_BITS = 0.75;
const SENSELESS_GAIN_DB = 2;
const SENSE_GAIN_DB = 3.5;

/**
 * A declared reading that foretells more than this, in dB, makes sense, whatever others make; a
 * wrong one seldom reaches 9.
 */
const SENSIBLE_GAIN_DB = 12;

/** White noise tells nothing about its encoding: a frame counts where a reading can foretell it. */
const TELLING_GAIN_DB = 2;

/**
 * A frame where more bytes at even places repeat the last such byte is silence or clipped, or PCM16
 * that was made from 8 bits, whose unused low bytes a law takes for every other sample.
 */
const STILL_BYTES = FRAME_BYTES / 4;

/**
 * Compares what the first sound of a stream costs under each encoding and tells once when another
 * one makes far more sense of it than the declared one. It reads 64 frames that have sound, and
 * nothing after them; of silence it looks only at whether the bytes repeat.
 */
export class FormatWatch {
  readonly declared: AudioEncoding;
  readonly #frame = new Uint8Array(FRAME_BYTES);
  readonly #reading = new ByteReading(FRAME_BYTES);
  readonly #costs: Readonly<Record<AudioEncoding, ReadingCost>>;
  /** Bits per byte of the frames that counted, added up. */
  readonly #sums: Record<AudioEncoding, number> = { pcm16: 0, g711_ulaw: 0, g711_alaw: 0 };
  /** Their gains in dB, added up. */
  readonly #gains: Record<AudioEncoding, number> = { pcm16: 0, g711_ulaw: 0, g711_alaw: 0 };
  #filled = 0;
  #heardBytes = 0;
  #countedFrames = 0;
  #isBelieved = false;
  #isDone = false;

  constructor(declared: AudioEncoding) {
    const cost = (): ReadingCost => ({ bits: 0, gainDb: 0 });
    this.declared = declared;
    this.#costs = { pcm16: cost(), g711_ulaw: cost(), g711_alaw: cost() };
  }

  /** Whether it has told or seen enough; it then takes no more bytes and can be dropped. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Whether there was sound enough to judge, and the declared reading is the one that fits it. */
  get isBelieved(): boolean {
    return this.#isBelieved;
  }

  /**
   * Takes the next bytes of the stream as they came, of any length; `null` unless these settle that
   * the encoding is another one.
   */
  hear(bytes: Uint8Array): FormatDoubt | null {
    for (let at = 0; at < bytes.length && !this.#isDone;) {
      const taken = Math.min(bytes.length - at, FRAME_BYTES - this.#filled);
      this.#frame.set(bytes.subarray(at, at + taken), this.#filled);
      at += taken;
      this.#filled += taken;
      this.#heardBytes += taken;
      if (this.#filled < FRAME_BYTES) break;
      this.#filled = 0;
      const doubt = this.#weigh();
      if (doubt) return doubt;
    }
    return null;
  }

  #weigh(): FormatDoubt | null {
    if (isStill(this.#frame)) return null;
    let gainDb = 0;
    for (const encoding of ENCODINGS) {
      const cost = this.#costs[encoding];
      this.#reading.read(this.#frame, encoding, cost);
      if (cost.gainDb > gainDb) gainDb = cost.gainDb;
    }
    if (gainDb < TELLING_GAIN_DB) return null;
    for (const encoding of ENCODINGS) {
      this.#sums[encoding] += this.#costs[encoding].bits;
      this.#gains[encoding] += this.#costs[encoding].gainDb;
    }
    this.#countedFrames++;
    const doubt = this.#countedFrames < NEEDED_FRAMES ? null : this.#judge();
    this.#isDone = doubt !== null || this.#countedFrames === WATCHED_FRAMES;
    return doubt;
  }

  #judge(): FormatDoubt | null {
    const { declared } = this;
    let looksLike = declared;
    for (const encoding of ENCODINGS) {
      if (this.#sums[encoding] < this.#sums[looksLike]) looksLike = encoding;
    }
    const declaredBits = this.#sums[declared] / this.#countedFrames;
    const looksLikeBits = this.#sums[looksLike] / this.#countedFrames;
    const declaredGainDb = this.#gains[declared] / this.#countedFrames;
    const looksLikeGainDb = this.#gains[looksLike] / this.#countedFrames;
    const isSensible = declaredGainDb > SENSIBLE_GAIN_DB;
    this.#isBelieved = isSensible || looksLike === declared;
    const isSenseless = declaredGainDb < SENSELESS_GAIN_DB && looksLikeGainDb > SENSE_GAIN_DB;
    const neededBits = isSenseless ? SENSELESS_DOUBT_BITS : DOUBT_BITS;
    if (isSensible || declaredBits - looksLikeBits < neededBits) return null;
    return { declared, looksLike, declaredBits, looksLikeBits, afterBytes: this.#heardBytes };
  }
}

function isStill(frame: Uint8Array): boolean {
  let repeats = 0;
  for (let i = 2; i < FRAME_BYTES; i += 2) if (frame[i] === frame[i - 2]) repeats++;
  return repeats > STILL_BYTES;
}
