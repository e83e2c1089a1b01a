import type { SampleRate } from '@antiphon/audio';
import type { PlayedAudio } from '@antiphon/session';
import type { StereoTimeline } from './stereo-timeline.ts';
import { TrackStream } from './track-stream.ts';

/** Chunks that meet within this time are one piece of audio. */
const SEAM_MS = 1;

/** Lays the agent's audio on the timeline at the instants at which the caller hears it. */
export class AgentTrack {
  readonly #timeline: StereoTimeline;
  readonly #startedAtMs: number;
  readonly #rate: SampleRate;
  #stream: TrackStream | null = null;
  #lostFrames = 0;

  constructor(timeline: StereoTimeline, startedAtMs: number, rate: SampleRate) {
    this.#timeline = timeline;
    this.#startedAtMs = startedAtMs;
    this.#rate = rate;
  }

  /** Samples of the recording that could not be held. */
  get lostFrames(): number {
    return this.#lostFrames;
  }

  play({ pcm, sampleRate, playsAtMs }: PlayedAudio): void {
    const atFrame = ((playsAtMs - this.#startedAtMs) * this.#rate) / 1000;
    const stream = this.#stream;
    const follows =
      stream?.inputRate === sampleRate &&
      Math.abs(atFrame - stream.endFrame) <= (SEAM_MS * this.#rate) / 1000;
    if (stream && follows) {
      this.#lostFrames += stream.push(pcm);
      return;
    }
    this.finish();
    this.#stream = new TrackStream({
      timeline: this.#timeline,
      channel: 'right',
      startFrame: Math.round(atFrame),
      inputRate: sampleRate,
      outputRate: this.#rate,
    });
    this.#lostFrames += this.#stream.push(pcm);
  }

  /** What would have played from this instant on was not heard. */
  cut(atMs: number): void {
    this.finish();
    const fromFrame = Math.round(((atMs - this.#startedAtMs) * this.#rate) / 1000);
    this.#timeline.erase('right', fromFrame);
  }

  /** Lets go of audio that ended before a frame, so that all of it can be taken. */
  settle(beforeFrame: number): void {
    if (this.#stream && this.#stream.endFrame < beforeFrame) this.finish();
  }

  finish(): void {
    this.#stream?.finish();
    this.#stream = null;
  }
}
