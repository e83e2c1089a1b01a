import { StreamingResampler } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { Channel, StereoTimeline } from './stereo-timeline.ts';

/** Audio without a gap on its way into one channel of a timeline, resampled as it goes. */
export class TrackStream {
  readonly inputRate: SampleRate;
  readonly #timeline: StereoTimeline;
  readonly #channel: Channel;
  readonly #resampler: StreamingResampler;
  readonly #framesPerInput: number;
  readonly #startFrame: number;
  #inputs = 0;
  #outputs = 0;

  constructor(options: {
    readonly timeline: StereoTimeline;
    readonly channel: Channel;
    readonly startFrame: number;
    readonly inputRate: SampleRate;
    readonly outputRate: SampleRate;
  }) {
    const { timeline, channel, startFrame, inputRate, outputRate } = options;
    this.inputRate = inputRate;
    this.#timeline = timeline;
    this.#channel = channel;
    this.#startFrame = startFrame;
    this.#resampler = new StreamingResampler(inputRate, outputRate);
    this.#framesPerInput = outputRate / inputRate;
  }

  /** Where its next input lies, with fractions. */
  get endFrame(): number {
    return this.#startFrame + this.#inputs * this.#framesPerInput;
  }

  /** Takes the next samples; returns how many of the timeline's could not be held. */
  push(pcm: Int16Array): number {
    this.#inputs += pcm.length;
    return this.#put(this.#resampler.process(pcm));
  }

  /** Puts what the resampler still owes; nothing may be pushed any more. */
  finish(): void {
    this.#put(this.#resampler.flush());
  }

  #put(pcm: Int16Array): number {
    if (pcm.length === 0) return 0;
    const lost = this.#timeline.put(this.#channel, this.#startFrame + this.#outputs, pcm);
    this.#outputs += pcm.length;
    return lost;
  }
}
