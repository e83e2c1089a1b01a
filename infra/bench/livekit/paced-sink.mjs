import { voice } from '@livekit/agents';

/**
 * A loudspeaker: plays what it is given at the pace of sound from the first frame on, and knows to
 * the fraction of a millisecond how far it came. It runs a callback when it reaches a position.
 */
export class PacedSink extends voice.AudioOutput {
  #givenMs = 0;
  #startedAtMs = 0;
  #endTimer;
  #alarm;
  #isComplete = false;
  /** Position of the segment that ended last, in milliseconds. */
  lastPlayedMs = 0;

  constructor(sampleRate) {
    super(sampleRate, undefined, { pause: false });
  }

  /** Calls back once when the next segment was played up to a position. */
  at(positionMs, run) {
    this.#alarm = { positionMs, run };
  }

  async captureFrame(frame) {
    await super.captureFrame(frame);
    if (this.#givenMs === 0) {
      this.#startedAtMs = performance.now();
      this.onPlaybackStarted(Date.now());
      this.#setAlarm();
    }
    this.#givenMs += (frame.samplesPerChannel * 1000) / frame.sampleRate;
  }

  flush() {
    super.flush();
    if (this.#givenMs === 0) return;
    this.#isComplete = true;
    clearTimeout(this.#endTimer);
    this.#endTimer = setTimeout(() => this.#finish(false), this.#givenMs - this.#playedMs());
  }

  clearBuffer() {
    this.#finish(true);
  }

  #playedMs() {
    return Math.min(this.#givenMs, performance.now() - this.#startedAtMs);
  }

  #setAlarm() {
    const alarm = this.#alarm;
    if (!alarm) return;
    const leftMs = alarm.positionMs - this.#playedMs();
    if (leftMs > 0) {
      setTimeout(() => this.#setAlarm(), leftMs);
      return;
    }
    this.#alarm = undefined;
    alarm.run();
  }

  #finish(interrupted) {
    if (this.#givenMs === 0) return;
    clearTimeout(this.#endTimer);
    this.lastPlayedMs = interrupted || !this.#isComplete ? this.#playedMs() : this.#givenMs;
    this.#givenMs = 0;
    this.#isComplete = false;
    this.onPlaybackFinished({ playbackPosition: this.lastPlayedMs / 1000, interrupted });
  }
}
