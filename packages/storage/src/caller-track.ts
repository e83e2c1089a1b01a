import type { SampleRate } from '@antiphon/audio';
import type { AudioFrame } from '@antiphon/session';
import type { StereoTimeline } from './stereo-timeline.ts';
import { TrackStream } from './track-stream.ts';

/** Frames that come up to this much late are still in step: timers are no better. */
const LATE_MS = 10;

/** After a stall of the network what was late arrives at once, and within this time. */
const CATCH_UP_MS = 500;

/** More would reach back to audio that cannot be changed any more. */
const MAX_WAITING_MS = 1_000;

interface LateFrame {
  readonly frame: AudioFrame;
  /** Its length on the timeline. */
  readonly length: number;
  /** Where it begins when it was not delayed on its way. */
  readonly dueFrame: number;
}

/**
 * Lays the caller's frames on the timeline by the instants at which they came. Frames that are in
 * step follow each other without a gap. When one comes late it waits for those after it: if they
 * catch up, it was the network that stalled and there is no gap; else the caller sent nothing for
 * so long.
 */
export class CallerTrack {
  readonly #timeline: StereoTimeline;
  readonly #startedAtMs: number;
  readonly #rate: SampleRate;
  readonly #toleratedFrames: number;
  #stream: TrackStream | null = null;
  /** Where the audio so far ends, with fractions. */
  #endFrame = 0;
  /** Frames after a silence whose length is not known yet. */
  #late: LateFrame[] = [];
  #lateLength = 0;
  #lostFrames = 0;

  constructor(timeline: StereoTimeline, startedAtMs: number, rate: SampleRate) {
    this.#timeline = timeline;
    this.#startedAtMs = startedAtMs;
    this.#rate = rate;
    this.#toleratedFrames = (LATE_MS * rate) / 1000;
  }

  /** The frame after the caller's last sample. */
  get endFrame(): number {
    return Math.ceil(this.#endFrame);
  }

  /** Samples of the recording that could not be held. */
  get lostFrames(): number {
    return this.#lostFrames;
  }

  accept(frame: AudioFrame): void {
    const { atMs, sampleRate } = frame;
    const length = (frame.pcm.length * this.#rate) / sampleRate;
    const dueFrame = ((atMs - this.#startedAtMs) * this.#rate) / 1000 - length;
    if (this.#late.length === 0 && dueFrame - this.#endFrame <= this.#toleratedFrames) {
      this.#lay(frame);
      return;
    }
    // The frame may belong to a buffer that is used again.
    this.#late.push({ frame: { ...frame, pcm: frame.pcm.slice() }, length, dueFrame });
    this.#lateLength += length;
    this.#layLate(atMs);
  }

  /** Decides what has waited long enough, and lets go of audio that ended before a frame. */
  settle(beforeFrame: number, nowMs: number): void {
    this.#layLate(nowMs);
    if (this.#stream && this.#endFrame < beforeFrame) this.#finishStream();
  }

  finish(): void {
    this.#layLate(Infinity);
    this.#finishStream();
  }

  #layLate(nowMs: number): void {
    for (let next = this.#late[0]; next; next = this.#late[0]) {
      const silentFrames = this.#leastLate();
      if (silentFrames > this.#toleratedFrames) {
        const mayWait = nowMs - next.frame.atMs < CATCH_UP_MS;
        if (mayWait && this.#lateLength < (MAX_WAITING_MS * this.#rate) / 1000) return;
        this.#finishStream();
        this.#endFrame = Math.round(this.#endFrame + silentFrames);
      }
      this.#late.shift();
      this.#lateLength -= next.length;
      this.#lay(next.frame);
    }
  }

  /** How late the waiting frames are at least: none may lie after the place where it was due. */
  #leastLate(): number {
    let endFrame = this.#endFrame;
    let least = Infinity;
    for (const { dueFrame, length } of this.#late) {
      least = Math.min(least, dueFrame - endFrame);
      endFrame += length;
    }
    return least;
  }

  #lay({ pcm, sampleRate }: AudioFrame): void {
    const framesPerInput = this.#rate / sampleRate;
    const room = Math.floor((this.#timeline.limitFrame - this.#endFrame) / framesPerInput);
    const held = pcm.subarray(0, Math.max(0, room));
    this.#lostFrames += Math.ceil((pcm.length - held.length) * framesPerInput);
    if (held.length === 0) return;
    if (this.#stream?.inputRate !== sampleRate) this.#openStream(sampleRate);
    this.#lostFrames += this.#stream?.push(held) ?? 0;
    this.#endFrame = this.#stream?.endFrame ?? this.#endFrame;
  }

  #openStream(inputRate: SampleRate): void {
    this.#finishStream();
    this.#stream = new TrackStream({
      timeline: this.#timeline,
      channel: 'left',
      // A frame longer than what can be changed begins where it still can.
      startFrame: Math.max(Math.ceil(this.#endFrame), this.#timeline.takenFrames),
      inputRate,
      outputRate: this.#rate,
    });
  }

  #finishStream(): void {
    this.#stream?.finish();
    this.#stream = null;
  }
}
