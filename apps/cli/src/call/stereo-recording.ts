import { writeWav } from '@antiphon/audio';

/** Both sides are recorded as a telephone would hear them. */
const RATE = 8000;

/** Ten seconds at first; doubled whenever it is full. A caller hangs up after two minutes. */
const FIRST_SAMPLES = 10 * RATE;

/** A call as the caller's ear and microphone had it: caller left, agent right, 8 kHz. */
export class StereoRecording {
  #pcm = new Int16Array(2 * FIRST_SAMPLES);
  #endSamples = 0;
  /** Up to where the agent's side was written: a place is written once. */
  #agentEndSamples = 0;

  /** What the caller said, from the start of the call in samples. */
  caller(pcm: Int16Array, atSamples: number): void {
    this.#write(pcm, { atSamples, channel: 0 });
  }

  /** What the caller is going to hear of the agent, after what came before. */
  agent(pcm: Int16Array, atMs: number): void {
    const atSamples = Math.max(this.#agentEndSamples, samplesAt(atMs));
    this.#write(pcm, { atSamples, channel: 1 });
    this.#agentEndSamples = atSamples + pcm.length;
  }

  /** The caller hears nothing of the agent from here on, whatever was written. */
  cutAgent(atMs: number): void {
    const fromSamples = samplesAt(atMs);
    for (let at = fromSamples; at < this.#agentEndSamples; at += 1) this.#pcm[2 * at + 1] = 0;
    this.#agentEndSamples = Math.min(this.#agentEndSamples, fromSamples);
  }

  /** The WAV file of everything so far. */
  wav(): Uint8Array {
    const pcm = this.#pcm.subarray(0, 2 * this.#endSamples);
    return writeWav(pcm, { sampleRate: RATE, channels: 2 });
  }

  #write(pcm: Int16Array, { atSamples, channel }: { atSamples: number; channel: 0 | 1 }): void {
    const endSamples = atSamples + pcm.length;
    while (2 * endSamples > this.#pcm.length) {
      const longer = new Int16Array(2 * this.#pcm.length);
      longer.set(this.#pcm);
      this.#pcm = longer;
    }
    this.#endSamples = Math.max(this.#endSamples, endSamples);
    for (let i = 0; i < pcm.length; i += 1) this.#pcm[2 * (atSamples + i) + channel] = pcm[i]!;
  }
}

function samplesAt(atMs: number): number {
  return Math.round((atMs * RATE) / 1000);
}
