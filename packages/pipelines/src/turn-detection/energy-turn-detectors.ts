import type {
  AudioFrame,
  TurnDetection,
  TurnDetector,
  TurnDetectors,
  TurnFact,
} from '@antiphon/session';
import { VadEndpointer } from './vad-endpointer.ts';

/** A window of 10 ms follows syllables and divides every usual frame. */
const WINDOW_MS = 10;
/** Samples looked at in a window, at any rate: the energy of speech lies below 4 kHz. */
const WINDOW_SAMPLES = 80;

const FULL_SCALE_SQUARED = 32768 ** 2;

/** Where the noise floor is taken to be before anything was heard, between line noise and speech. */
const INITIAL_FLOOR_DBFS = -50;
/** Below it a level is digital silence; a floor at minus infinity would make any hiss speech. */
const LOWEST_FLOOR_DBFS = -60;
/** Part of the way down to a quieter window: a pause of 50 ms finds the floor. */
const FLOOR_FALL = 0.3;
/** 2 dB a second: ten seconds without a pause stay speech, a fan that starts does not. */
const FLOOR_RISE_DB = 0.02;
/** Level over the floor that counts as certain speech; half of it is probability 0.5. */
const CERTAIN_OVER_FLOOR_DB = 24;

/**
 * Finds turns by level over an adaptive noise floor, in the calling thread: facts come inside
 * `accept`, and the same audio always gives the same facts, however it is cut into frames. Music and
 * hum count as speech to it.
 */
export class EnergyTurnDetectors implements TurnDetectors {
  open(detection: TurnDetection, onFact: (fact: TurnFact) => void): TurnDetector {
    return new EnergyTurnDetector(detection, onFact);
  }
}

class EnergyTurnDetector implements TurnDetector {
  readonly #endpointer: VadEndpointer;
  readonly #onFact: (fact: TurnFact) => void;
  #isOpen = true;
  #floorDbfs = INITIAL_FLOOR_DBFS;
  #windowStartMs = 0;
  #sumOfSquares = 0;
  #samplesSeen = 0;
  /** Samples of the next frame to pass over before the next one that is looked at. */
  #skip = 0;

  constructor(detection: TurnDetection, onFact: (fact: TurnFact) => void) {
    this.#endpointer = new VadEndpointer(detection);
    this.#onFact = onFact;
  }

  accept(frame: AudioFrame): void {
    const { pcm, sampleRate } = frame;
    const stride = sampleRate / 8000;
    let at = this.#skip;
    while (at < pcm.length && this.#isOpen) {
      const samples = Math.min(
        WINDOW_SAMPLES - this.#samplesSeen,
        Math.ceil((pcm.length - at) / stride),
      );
      const end = at + samples * stride;
      let sum = 0;
      for (; at < end; at += stride) sum += pcm[at]! * pcm[at]!;
      this.#sumOfSquares += sum;
      this.#samplesSeen += samples;
      if (this.#samplesSeen === WINDOW_SAMPLES) this.#endWindow();
    }
    this.#skip = Math.max(0, at - pcm.length);
  }

  configure(detection: TurnDetection): void {
    this.#endpointer.configure(detection);
  }

  reset(): void {
    this.#endpointer.reset();
  }

  close(): void {
    this.#isOpen = false;
  }

  #endWindow(): void {
    const meanSquare = this.#sumOfSquares / WINDOW_SAMPLES / FULL_SCALE_SQUARED;
    const levelDbfs = Math.max(LOWEST_FLOOR_DBFS, 10 * Math.log10(meanSquare));
    const isBelowFloor = levelDbfs < this.#floorDbfs;
    this.#floorDbfs += isBelowFloor
      ? FLOOR_FALL * (levelDbfs - this.#floorDbfs)
      : Math.min(FLOOR_RISE_DB, levelDbfs - this.#floorDbfs);
    const startMs = this.#windowStartMs;
    const endMs = startMs + WINDOW_MS;
    this.#windowStartMs = endMs;
    this.#sumOfSquares = 0;
    this.#samplesSeen = 0;
    const probability = Math.min(1, (levelDbfs - this.#floorDbfs) / CERTAIN_OVER_FLOOR_DB);
    for (const fact of this.#endpointer.accept({ startMs, endMs, probability, levelDbfs })) {
      this.#onFact(fact);
    }
  }
}
