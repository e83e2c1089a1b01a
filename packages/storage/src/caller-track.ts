import type { SampleRate } from '@antiphon/audio';
import type { AudioFrame } from '@antiphon/session';
import type { SampleTrack } from './sample-track.ts';
import { TrackStream } from './track-stream.ts';

/** Frames that come up to this much late are still in step: timers are no better. */
const LATE_MS = 10;

/** After a stall of the network what was late arrives at once, and within this time. */
const CATCH_UP_MS = 500;

/** More would reach back to audio that cannot be changed any more. */
const MAX_WAITING_MS = 1_000;

interface LateFrame {
  readonly frame: AudioFrame;
  /** Its length on the track. */
  readonly length: number;
  /** Where it begins when it was not delayed on its way. */
  readonly dueSample: number;
}

/**
 * Lays the caller's frames on their track by the instants at which they came. Frames that are in
 * step follow each other without a gap. When one comes late it waits for those after it: if they
 * catch up, it was the network that stalled and there is no gap; else the caller sent nothing for
 * so long.
 */
export class CallerTrack {
  readonly #track: SampleTrack;
  readonly #startedAtMs: number;
  readonly #rate: SampleRate;
  readonly #toleratedSamples: number;
  #stream: TrackStream | null = null;
  /** Where the audio so far ends, with fractions. */
  #endSample = 0;
  /** Frames after a silence whose length is not known yet. */
  #late: LateFrame[] = [];
  #lateLength = 0;
  /** Apart from what the open stream lost. */
  #lostBefore = 0;

  constructor(track: SampleTrack, startedAtMs: number, rate: SampleRate) {
    this.#track = track;
    this.#startedAtMs = startedAtMs;
    this.#rate = rate;
    this.#toleratedSamples = (LATE_MS * rate) / 1000;
  }

  /** The sample after the caller's last one. */
  get endSample(): number {
    return Math.ceil(this.#endSample);
  }

  /** Samples of the recording that could not be held. */
  get lostSamples(): number {
    return this.#lostBefore + (this.#stream?.lostSamples ?? 0);
  }

  /** Takes the next frame. */
  accept(frame: AudioFrame): void {
    const { atMs, sampleRate } = frame;
    const length = (frame.pcm.length * this.#rate) / sampleRate;
    const dueSample = ((atMs - this.#startedAtMs) * this.#rate) / 1000 - length;
    if (this.#late.length === 0 && dueSample - this.#endSample <= this.#toleratedSamples) {
      this.#lay(frame);
      return;
    }
    // The frame may belong to a buffer that is used again.
    this.#late.push({ frame: { ...frame, pcm: frame.pcm.slice() }, length, dueSample });
    this.#lateLength += length;
    this.#layLate(atMs);
  }

  /** Decides what has waited long enough, and puts what lies before a sample, so that it can be taken. */
  settle(beforeSample: number, nowMs: number): void {
    this.#layLate(nowMs);
    this.#stream?.settle();
    if ((this.#stream?.laidSample ?? 0) < beforeSample) this.#finishStream();
  }

  finish(): void {
    this.#layLate(Infinity);
    this.#finishStream();
  }

  #layLate(nowMs: number): void {
    for (let next = this.#late[0]; next; next = this.#late[0]) {
      const silentSamples = this.#leastLate();
      if (silentSamples > this.#toleratedSamples) {
        const mayWait = nowMs - next.frame.atMs < CATCH_UP_MS;
        if (mayWait && this.#lateLength < (MAX_WAITING_MS * this.#rate) / 1000) return;
        this.#finishStream();
        this.#endSample = Math.round(this.#endSample + silentSamples);
      }
      this.#late.shift();
      this.#lateLength -= next.length;
      this.#lay(next.frame);
    }
  }

  /** How late the waiting frames are at least: none may lie after the place where it was due. */
  #leastLate(): number {
    let endSample = this.#endSample;
    let least = Infinity;
    for (const { dueSample, length } of this.#late) {
      least = Math.min(least, dueSample - endSample);
      endSample += length;
    }
    return least;
  }

  #lay({ pcm, sampleRate }: AudioFrame): void {
    const samplesPerInput = this.#rate / sampleRate;
    const room = Math.floor((this.#track.limitSample - this.#endSample) / samplesPerInput);
    const held = room >= pcm.length ? pcm : pcm.subarray(0, Math.max(0, room));
    if (held !== pcm) {
      this.#lostBefore += Math.ceil((pcm.length - held.length) * samplesPerInput);
      if (held.length === 0) return;
    }
    const stream =
      this.#stream?.inputRate === sampleRate ? this.#stream : this.#openStream(sampleRate);
    stream.push(held);
    this.#endSample = stream.endSample;
  }

  #openStream(inputRate: SampleRate): TrackStream {
    this.#finishStream();
    this.#stream = new TrackStream({
      track: this.#track,
      // A frame longer than what can be changed begins where it still can.
      startSample: Math.max(Math.ceil(this.#endSample), this.#track.takenSamples),
      inputRate,
      outputRate: this.#rate,
    });
    return this.#stream;
  }

  #finishStream(): void {
    this.#stream?.finish();
    this.#lostBefore = this.lostSamples;
    this.#stream = null;
  }
}
