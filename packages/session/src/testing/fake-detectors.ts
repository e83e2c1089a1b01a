import type { AudioFrame } from '../ports/audio-frame.ts';
import type { TurnDetection } from '../ports/session-config.ts';
import { PAUSE_MS } from '../ports/turn-detector.ts';
import type { TurnDetector, TurnDetectors, TurnFact } from '../ports/turn-detector.ts';

/** Detectors that find what the test says they find. */
export class FakeDetectors implements TurnDetectors {
  readonly opened: FakeDetector[] = [];

  open(detection: TurnDetection, onFact: (fact: TurnFact) => void): FakeDetector {
    const detector = new FakeDetector(detection, onFact);
    this.opened.push(detector);
    return detector;
  }

  /** The detector opened last. */
  get detector(): FakeDetector {
    const detector = this.opened.at(-1);
    if (!detector) throw new Error('No detector was opened.');
    return detector;
  }
}

/** A detector of one session; the test finds the speech. */
export class FakeDetector implements TurnDetector {
  detection: TurnDetection;
  heardMs = 0;
  resets = 0;
  isClosed = false;
  #unheardMs: number | null = null;
  readonly #onFact: (fact: TurnFact) => void;

  constructor(detection: TurnDetection, onFact: (fact: TurnFact) => void) {
    this.detection = detection;
    this.#onFact = (fact) => {
      if (!this.isClosed) onFact(fact);
    };
  }

  accept(frame: AudioFrame): void {
    this.heardMs += (frame.pcm.length * 1000) / frame.sampleRate;
  }

  configure(detection: TurnDetection): void {
    this.detection = detection;
  }

  reset(): void {
    this.resets++;
  }

  claim(): void {
    if (this.#unheardMs !== null) this.start(this.#unheardMs);
    this.#unheardMs = null;
  }

  close(): void {
    this.isClosed = true;
  }

  /** A sound between these offsets of which nobody tells. */
  unheard(startMs: number, endMs: number): void {
    this.#unheardMs = startMs;
    this.#onFact({ type: 'speechUnheard', startMs, endMs });
    this.#unheardMs = null;
  }

  /** Speech began at this offset, now unless said. */
  start(startMs = this.heardMs): void {
    this.#onFact({ type: 'speechStarted', startMs });
  }

  /** Speech ended just long enough ago for a pause. */
  pause(): void {
    const endMs = Math.max(0, this.heardMs - PAUSE_MS);
    this.#onFact({ type: 'speechPaused', endMs, decidedMs: this.heardMs });
  }

  /** Speech ended at this offset. */
  pauseAt(endMs: number): void {
    this.#onFact({ type: 'speechPaused', endMs, decidedMs: this.heardMs });
  }

  /** Speech goes on after a pause. */
  resume(): void {
    this.#onFact({ type: 'speechResumed' });
  }

  /** Speech ended a silence window ago. */
  stop(): void {
    const endMs = Math.max(0, this.heardMs - this.detection.silenceDurationMs);
    this.#onFact({ type: 'speechStopped', endMs, decidedMs: this.heardMs });
  }
}
