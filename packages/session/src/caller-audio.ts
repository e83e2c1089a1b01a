import { SampleRing } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import { AudioTimeline } from './audio-timeline.ts';
import type { AudioFrame } from './ports/audio-frame.ts';
import type { TurnArrival } from './ports/session-event.ts';

/** Padding plus the slowest onset detection fit well into two seconds. */
const RING_MS = 2_000;

/** A client may send a recording at once; a minute of it waits for the detector to look at it. */
const MAX_RING_MS = 60_000;

const NOTHING = [new Int16Array(0), new Int16Array(0)] as const;

/** The latest audio of the caller, and the clock that its samples count. */
export class CallerAudio {
  readonly #timeline = new AudioTimeline();
  #ring: SampleRing | null = null;
  #rate: SampleRate | null = null;
  /** When audio sent in real time would have begun. */
  #startedAtMs = 0;
  #takenMs = 0;

  /** Audio taken in so far, in milliseconds. */
  get takenMs(): number {
    return this.#takenMs;
  }

  /** Takes the next frame. */
  accept(frame: AudioFrame): void {
    this.#takenMs += (frame.pcm.length * 1000) / frame.sampleRate;
    this.#timeline.mark(this.#takenMs, frame.atMs);
    this.#remember(frame);
  }

  /** What was taken last has been handed on. */
  handed(atMs: number): void {
    this.#timeline.handed(atMs);
  }

  /** How the sound at this offset came in; null when there is no audio. */
  arrivalOf(offsetMs: number): TurnArrival | null {
    return this.#timeline.arrivalOf(offsetMs);
  }

  /** When the sound at this offset reached us; null when there is no audio. */
  wallOf(offsetMs: number): number | null {
    return this.#timeline.wallOf(offsetMs);
  }

  /** A copy of the audio from this offset on, as far as it is kept; null when there is none. */
  since(offsetMs: number): { readonly pcm: Int16Array; readonly sampleRate: SampleRate } | null {
    if (!this.#ring || !this.#rate) return null;
    const samples = Math.max(0, Math.round(((this.#takenMs - offsetMs) * this.#rate) / 1000));
    const pcm = this.#ring.last(samples);
    return pcm.length > 0 ? { pcm, sampleRate: this.#rate } : null;
  }

  /**
   * So many samples that were taken last, as far as they are kept, in two parts that hold until the
   * next frame: the older one is empty unless it takes both.
   */
  latest(samples: number): readonly [older: Int16Array, newer: Int16Array] {
    return this.#ring?.parts(samples) ?? NOTHING;
  }

  /** Keeps the latest audio, more of it while it comes faster than it was spoken. */
  #remember(frame: AudioFrame): void {
    if (this.#ring === null || this.#rate !== frame.sampleRate) {
      this.#rate = frame.sampleRate;
      this.#ring = new SampleRing((frame.sampleRate * RING_MS) / 1000);
      this.#startedAtMs = frame.atMs - this.#takenMs;
    }
    const aheadMs = this.#takenMs - (frame.atMs - this.#startedAtMs);
    const wantedMs = Math.min(MAX_RING_MS, RING_MS + Math.ceil(Math.max(0, aheadMs) / 1000) * 1000);
    const wantedSamples = (frame.sampleRate * wantedMs) / 1000;
    if (wantedSamples > this.#ring.capacitySamples) {
      const wider = new SampleRing(wantedSamples);
      wider.push(this.#ring.last(this.#ring.heldSamples));
      this.#ring = wider;
    }
    this.#ring.push(frame.pcm);
  }
}
