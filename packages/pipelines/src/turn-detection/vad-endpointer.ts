import { PAUSE_MS } from '@antiphon/session';
import type { TurnDetection, TurnFact } from '@antiphon/session';

/**
 * Voiced audio in a row that makes a turn. Shorter is a click, a key tone or a cough; with 60 ms no
 * utterance of 100 was missed and none of nine kinds of noise began a turn, at 50 to 110 ms of
 * delay.
 */
const MIN_SPEECH_MS = 60;

/**
 * Below the loudest part of a turn by this much, a window is no voice any more, whatever the
 * detector says: a model's probability trails the last sound by 60 to 110 ms.
 */
const VOICE_RANGE_DB = 30;

/** How far below the threshold a sound that has begun may fall and still be the same sound. */
const HYSTERESIS = 0.15;

const NOTHING: readonly TurnFact[] = [];

/** The parts of a TurnDetection that say where turns begin and end. */
export type EndpointerSettings = Pick<TurnDetection, 'threshold' | 'silenceDurationMs'>;

/** A stretch of audio, in milliseconds since the detector was opened, and how likely it is speech. */
export interface VadWindow {
  readonly startMs: number;
  readonly endMs: number;
  /** 0 to 1. */
  readonly probability: number;
  /** RMS level relative to a full-scale square wave. */
  readonly levelDbfs: number;
}

/**
 * Finds turns in speech probabilities. A turn starts once 60 ms in a row are voiced and stops once
 * `silenceDurationMs` have passed since the last voiced window; it pauses at {@link PAUSE_MS}, or
 * with the stop where that comes sooner. A window is voiced from the threshold on, and after a
 * voiced one from 0.15 below it on. The end reported is that of the last voiced window within 30 dB
 * of the turn's loudest.
 */
export class VadEndpointer {
  #settings: EndpointerSettings;
  #isSpeaking = false;
  #isPaused = false;
  #isVoiced = false;
  #voicedFromMs = 0;
  #voicedToMs = 0;
  #soundToMs = 0;
  #loudestDbfs = 0;
  #endMs = 0;

  constructor(settings: EndpointerSettings) {
    this.#settings = settings;
  }

  /** Changes threshold and silence from the next window on. */
  configure(settings: EndpointerSettings): void {
    this.#settings = settings;
  }

  /** Forgets a turn that has begun, and the sound that might begin one. */
  reset(): void {
    this.#isSpeaking = false;
    this.#isPaused = false;
    this.#isVoiced = false;
  }

  /**
   * Takes the next window and tells what it decided, mostly nothing. Where windows are missing before it,
   * the last sound is taken to have lasted: audio that nobody judged ends no turn.
   */
  accept(window: VadWindow): readonly TurnFact[] {
    const { threshold, silenceDurationMs } = this.#settings;
    const wasVoiced = this.#isVoiced;
    this.#isVoiced = window.probability >= (wasVoiced ? threshold - HYSTERESIS : threshold);
    if (wasVoiced && window.startMs > this.#endMs) this.#voicedToMs = window.startMs;
    if (this.#isVoiced) this.#takeVoice(window, wasVoiced);
    this.#endMs = window.endMs;

    if (!this.#isSpeaking) {
      if (!this.#isVoiced || window.endMs - this.#voicedFromMs < MIN_SPEECH_MS) return NOTHING;
      this.#isSpeaking = true;
      return [{ type: 'speechStarted', startMs: this.#voicedFromMs }];
    }
    if (this.#isVoiced) {
      if (!this.#isPaused) return NOTHING;
      this.#isPaused = false;
      return [{ type: 'speechResumed' }];
    }
    const silenceMs = window.endMs - this.#voicedToMs;
    const end = { endMs: this.#soundToMs, decidedMs: window.endMs };
    const pauses = !this.#isPaused && silenceMs >= Math.min(PAUSE_MS, silenceDurationMs);
    const stops = silenceMs >= silenceDurationMs;
    if (!pauses && !stops) return NOTHING;
    this.#isPaused = !stops;
    this.#isSpeaking = !stops;
    return [
      ...(pauses ? [{ type: 'speechPaused' as const, ...end }] : []),
      ...(stops ? [{ type: 'speechStopped' as const, ...end }] : []),
    ];
  }

  #takeVoice({ startMs, endMs, levelDbfs }: VadWindow, wasVoiced: boolean): void {
    if (!wasVoiced) {
      this.#voicedFromMs = startMs;
      if (!this.#isSpeaking) this.#loudestDbfs = -Infinity;
    }
    this.#voicedToMs = endMs;
    this.#loudestDbfs = Math.max(this.#loudestDbfs, levelDbfs);
    if (levelDbfs >= this.#loudestDbfs - VOICE_RANGE_DB) this.#soundToMs = endMs;
  }
}
