import type { SampleRate } from '@antiphon/audio';
import type { CallerAudio } from './caller-audio.ts';
import type { AudioFrame } from './ports/audio-frame.ts';
import type { Clock, TimerHandle } from './ports/clock.ts';
import type { Recording } from './ports/recorder.ts';

/** So long after its first frame a part is told: recorders lay audio within two seconds. */
const TOLD_AFTER_MS = 800;

/** The longest part, of frames that came faster than they were spoken; what is kept is longer. */
const MAX_PART_MS = 1_000;

/** Frames that come up to this much late are still in step: timers are no better. */
const LATE_MS = 10;

/** What a tape needs. */
export interface CallerTapeOptions {
  readonly recording: Recording;
  readonly audio: CallerAudio;
  readonly clock: Clock;
}

/**
 * Tells a recording of the caller's audio in parts: frames that follow each other in step are told
 * together, out of the audio that is kept anyway, so that a frame costs no more than being counted.
 */
export class CallerTape {
  readonly #options: CallerTapeOptions;
  /** What was not told yet, at the end of the audio that is kept. */
  #samples = 0;
  #rate: SampleRate | null = null;
  /** Where the frames so far end, none of them later than it came. */
  #endAtMs = 0;
  #lastAtMs = 0;
  #timer: TimerHandle | null = null;

  constructor(options: CallerTapeOptions) {
    this.#options = options;
  }

  /** Takes the next frame, before the audio that is kept has it. */
  accept(frame: AudioFrame): void {
    const { pcm, sampleRate, atMs } = frame;
    const samples = this.#samples + pcm.length;
    const frameMs = (pcm.length * 1000) / sampleRate;
    const isLate = atMs - frameMs - this.#endAtMs > LATE_MS;
    if (isLate || sampleRate !== this.#rate || samples > (MAX_PART_MS * sampleRate) / 1000) {
      this.#tell();
      if (frameMs > MAX_PART_MS) {
        this.#options.recording.caller(frame);
        return;
      }
      this.#rate = sampleRate;
      this.#endAtMs = atMs - frameMs;
    }
    this.#samples += pcm.length;
    this.#endAtMs = Math.min(this.#endAtMs + frameMs, atMs);
    this.#lastAtMs = atMs;
    this.#timer ??= this.#options.clock.setTimeout(this.#due, TOLD_AFTER_MS);
  }

  /** Tells the rest. */
  close(): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#tell();
  }

  readonly #due = (): void => {
    this.#timer = null;
    this.#tell();
  };

  #tell(): void {
    const sampleRate = this.#rate;
    if (this.#samples === 0 || sampleRate === null) return;
    const { audio, recording } = this.#options;
    const [older, newer] = audio.latest(this.#samples);
    const atMs = this.#lastAtMs;
    this.#samples = 0;
    if (older.length > 0) {
      recording.caller({
        pcm: older,
        sampleRate,
        atMs: atMs - (newer.length * 1000) / sampleRate,
      });
    }
    if (newer.length > 0) recording.caller({ pcm: newer, sampleRate, atMs });
  }
}
