import { writeWav } from '@antiphon/audio';

/** Both sides are recorded as a telephone would hear them. */
const RATE = 8000;

/** Ten seconds at first; doubled whenever it is full. A caller hangs up after two minutes. */
const FIRST_SAMPLES = 10 * RATE;

const CALLER = 0;
const AGENT = 1;

/** A call as the caller's ear and microphone had it: caller left, agent right, 8 kHz. */
export class StereoRecording {
  #pcm = new Int16Array(2 * FIRST_SAMPLES);
  #endSamples = 0;
  /** Up to where a side was written: rounded instants neither overlap nor leave holes. */
  readonly #sideEndSamples: [caller: number, agent: number] = [0, 0];

  /** What the caller said, after what came before. */
  caller(pcm: Int16Array, atMs: number): void {
    this.#append(CALLER, pcm, atMs);
  }

  /** What the caller is going to hear of the agent, after what came before. */
  agent(pcm: Int16Array, atMs: number): void {
    this.#append(AGENT, pcm, atMs);
  }

  /** The caller hears nothing of the agent from here on, whatever was written. */
  cutAgent(atMs: number): void {
    const fromSamples = samplesAt(atMs);
    for (let at = fromSamples; at < this.#sideEndSamples[AGENT]; at += 1) {
      this.#pcm[2 * at + AGENT] = 0;
    }
    this.#sideEndSamples[AGENT] = Math.min(this.#sideEndSamples[AGENT], fromSamples);
  }

  /** The WAV file of everything so far. */
  wav(): Uint8Array {
    const pcm = this.#pcm.subarray(0, 2 * this.#endSamples);
    return writeWav(pcm, { sampleRate: RATE, channels: 2 });
  }

  #append(side: typeof CALLER | typeof AGENT, pcm: Int16Array, atMs: number): void {
    const writtenSamples = this.#sideEndSamples[side];
    const isAdjacent = Math.abs(samplesAt(atMs) - writtenSamples) <= 1;
    const atSamples = isAdjacent ? writtenSamples : Math.max(writtenSamples, samplesAt(atMs));
    const endSamples = atSamples + pcm.length;
    while (2 * endSamples > this.#pcm.length) {
      const longer = new Int16Array(2 * this.#pcm.length);
      longer.set(this.#pcm);
      this.#pcm = longer;
    }
    for (let i = 0; i < pcm.length; i += 1) this.#pcm[2 * (atSamples + i) + side] = pcm[i]!;
    this.#sideEndSamples[side] = endSamples;
    this.#endSamples = Math.max(this.#endSamples, endSamples);
  }
}

function samplesAt(atMs: number): number {
  return Math.round((atMs * RATE) / 1000);
}
