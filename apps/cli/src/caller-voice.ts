import { ULAW_SILENCE } from '@antiphon/audio';
import type { Clip } from './clip.ts';
import { FRAME_SAMPLES } from './frame-clock.ts';

/** Where in the caller's stream a line's voice begins and ends, in samples from its start. */
export interface VoicedSpan {
  readonly startSamples: number;
  readonly endSamples: number;
}

/**
 * The microphone of a caller: an endless stream of mu-law frames, silence except where a clip was
 * put. One clip at a time.
 */
export class CallerVoice {
  #sentSamples = 0;
  #clip: Uint8Array | null = null;
  #clipAtSamples = 0;

  /** Whether a clip is being spoken or waits for its sample. */
  get isSpeaking(): boolean {
    return this.#clip !== null;
  }

  /** Says the clip from the next frame on, silence around its voice included. */
  say(clip: Clip): VoicedSpan {
    this.#clip = clip.ulaw;
    this.#clipAtSamples = this.#sentSamples;
    return {
      startSamples: this.#sentSamples + clip.voiceStartSamples,
      endSamples: this.#sentSamples + clip.voiceEndSamples,
    };
  }

  /**
   * Says the clip so that its voice begins at the sample, or at the next frame when that was sent
   * already.
   */
  sayAt(clip: Clip, atSamples: number): VoicedSpan {
    const startSamples = Math.max(this.#sentSamples, Math.round(atSamples));
    this.#clip = clip.ulaw.subarray(clip.voiceStartSamples);
    this.#clipAtSamples = startSamples;
    return {
      startSamples,
      endSamples: startSamples + clip.voiceEndSamples - clip.voiceStartSamples,
    };
  }

  /** The next 20 ms. */
  nextFrame(): Uint8Array {
    const frame = new Uint8Array(FRAME_SAMPLES).fill(ULAW_SILENCE);
    const frameAtSamples = this.#sentSamples;
    this.#sentSamples += FRAME_SAMPLES;
    if (this.#clip === null) return frame;
    const from = Math.max(0, frameAtSamples - this.#clipAtSamples);
    const to = this.#sentSamples - this.#clipAtSamples;
    if (to > 0) frame.set(this.#clip.subarray(from, to), FRAME_SAMPLES - (to - from));
    if (to >= this.#clip.length) this.#clip = null;
    return frame;
  }
}
