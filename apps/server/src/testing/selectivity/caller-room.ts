import { pcm16ToUlaw, ulawToPcm16 } from '@antiphon/audio';
import type { AgentAudio, Clock } from '@antiphon/session';
import { CallerEar } from '@antiphon/session/testing';
import type { Clip, Echo } from './clip.ts';
import { gainOf } from './levels.ts';
import { LINE_RATE, whiteNoise } from './sounds.ts';

/** The loudspeaker of a telephone passes little above this, and neither does the way back. */
const ECHO_LOW_PASS_HZ = 2_500;

const NOISE_PERIOD_MS = 4_000;

/** A caller's ear whose sound can be heard in the room as well. */
export class LoudEar extends CallerEar {
  readonly #clock: Clock;
  readonly #startAtMs: number;
  #samples = new Int16Array(60 * LINE_RATE);
  #endAtMs = 0;

  constructor(clock: Clock) {
    super(clock);
    this.#clock = clock;
    this.#startAtMs = clock.now();
  }

  override take(audio: AgentAudio): void {
    super.take(audio);
    const startAtMs = Math.max(this.#endAtMs, this.#clock.now());
    this.#endAtMs = startAtMs + (audio.pcm.length * 1000) / audio.sampleRate;
    this.#samples.set(audio.pcm, this.#indexOf(startAtMs));
  }

  override stop(): void {
    super.stop();
    this.#endAtMs = 0;
    this.#samples.fill(0, this.#indexOf(this.#clock.now()));
  }

  /** The sample heard at a place counted from the start. */
  sampleAt(index: number): number {
    return this.#samples[index] ?? 0;
  }

  #indexOf(atMs: number): number {
    return Math.round(((atMs - this.#startAtMs) * LINE_RATE) / 1000);
  }
}

/** The caller's side of a telephone line: a voice, the echo of the agent, noise, and G.711. */
export class CallerRoom {
  readonly #ear: LoudEar;
  readonly #echo: Echo | null;
  readonly #noise: Float64Array | null;
  readonly #noiseGain: number;
  #sound: Float64Array = new Float64Array(0);
  #soundFrom = 0;
  #index = 0;
  #lowPassed = 0;

  constructor(ear: LoudEar, { echo, lineNoiseDbfs }: Pick<Clip, 'echo' | 'lineNoiseDbfs'>) {
    this.#ear = ear;
    this.#echo = echo;
    this.#noise = lineNoiseDbfs === null ? null : whiteNoise(NOISE_PERIOD_MS, 11);
    this.#noiseGain = 32_768 * gainOf(lineNoiseDbfs ?? 0);
  }

  /** Sounds from the next frame on. */
  play(sound: Float64Array): void {
    this.#sound = sound;
    this.#soundFrom = this.#index;
  }

  /** Whether the sound is over. */
  get isQuiet(): boolean {
    return this.#index >= this.#soundFrom + this.#sound.length;
  }

  /** The next frame of the line. */
  frame(samples: number): Int16Array {
    const pcm = Int16Array.from({ length: samples }, () => {
      const index = this.#index++;
      let sample = this.#sound[index - this.#soundFrom] ?? 0;
      sample += this.#echoAt(index);
      if (this.#noise) sample += this.#noiseGain * this.#noise[index % this.#noise.length]!;
      return Math.max(-32_768, Math.min(32_767, Math.round(sample)));
    });
    return ulawToPcm16(pcm16ToUlaw(pcm));
  }

  #echoAt(index: number): number {
    if (!this.#echo) return 0;
    const { delayMs, returnLossDb, reflection } = this.#echo;
    const delay = (delayMs * LINE_RATE) / 1000;
    let sample = this.#ear.sampleAt(index - Math.round(delay));
    if (reflection) {
      const later = ((delayMs + reflection.delayMs) * LINE_RATE) / 1000;
      sample += gainOf(-reflection.lossDb) * this.#ear.sampleAt(index - Math.round(later));
    }
    const share = 1 - Math.exp((-2 * Math.PI * ECHO_LOW_PASS_HZ) / LINE_RATE);
    this.#lowPassed += share * (sample - this.#lowPassed);
    return gainOf(-returnLossDb) * this.#lowPassed;
  }
}
