import type { SampleRate } from '@antiphon/audio';
import type { PlayedAudio } from '@antiphon/session';
import type { SampleTrack } from './sample-track.ts';
import { TrackStream } from './track-stream.ts';

/** Chunks that meet within this time are one piece of audio. */
const SEAM_MS = 1;

/** Lays the agent's audio on its track at the instants at which the caller hears it. */
export class AgentTrack {
  readonly #track: SampleTrack;
  readonly #startedAtMs: number;
  readonly #rate: SampleRate;
  #stream: TrackStream | null = null;
  #lostBefore = 0;

  constructor(track: SampleTrack, startedAtMs: number, rate: SampleRate) {
    this.#track = track;
    this.#startedAtMs = startedAtMs;
    this.#rate = rate;
  }

  /** Samples of the recording that could not be held. */
  get lostSamples(): number {
    return this.#lostBefore + (this.#stream?.lostSamples ?? 0);
  }

  play({ pcm, sampleRate, playsAtMs }: PlayedAudio): void {
    const atSample = ((playsAtMs - this.#startedAtMs) * this.#rate) / 1000;
    const stream = this.#stream;
    const follows =
      stream?.inputRate === sampleRate &&
      Math.abs(atSample - stream.endSample) <= (SEAM_MS * this.#rate) / 1000;
    if (stream && follows) {
      stream.push(pcm);
      return;
    }
    this.finish();
    this.#stream = new TrackStream({
      track: this.#track,
      startSample: Math.round(atSample),
      inputRate: sampleRate,
      outputRate: this.#rate,
    });
    this.#stream.push(pcm);
  }

  /** What would have played from this instant on was not heard. */
  cut(atMs: number): void {
    this.finish();
    this.#track.erase(Math.round(((atMs - this.#startedAtMs) * this.#rate) / 1000));
  }

  /** Puts what lies before a sample, so that all of it can be taken. */
  settle(beforeSample: number): void {
    if (!this.#stream) return;
    this.#stream.settle();
    if (this.#stream.laidSample < beforeSample) this.finish();
  }

  finish(): void {
    this.#stream?.finish();
    this.#lostBefore = this.lostSamples;
    this.#stream = null;
  }
}
