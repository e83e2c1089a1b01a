import { dbfs } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { CallerLevel } from './caller-level.ts';
import type { EchoWatch } from './echo-watch.ts';

/** Whose sound it is that began. */
export type OnsetSource =
  | 'caller'
  /** Somebody or something far from the telephone. */
  | 'background'
  /** The agent itself. */
  | 'echo';

/**
 * Side speech is at least this far below the voice of who holds the telephone. The loudest slices of
 * speech 15 dB below somebody's turns measure 10.5 dB below their level and less, those of the
 * caller's own words spoken 8 dB softer 6 dB below it at most.
 */
export const BACKGROUND_DB = 9;

/**
 * Without a turn to compare with, what is left without the echo is the caller's when it is no
 * further below the whole: an echo alone leaves 15 dB less, a caller as loud as the echo 3 dB less.
 */
const REST_DB = 6;

/** The level is that of the loudest slice of this length. */
const SLICE_MS = 20;

interface HeardAudio {
  readonly pcm: Int16Array;
  readonly sampleRate: SampleRate;
}

/** Tells whether a sound is the caller's. Without a turn to compare with, it is, unless an echo. */
export class OnsetGate {
  readonly #level: CallerLevel;
  readonly #echo: EchoWatch;

  constructor(level: CallerLevel, echo: EchoWatch) {
    this.#level = level;
    this.#echo = echo;
  }

  /** Judges audio that ends at `endsAtMs`, `onsetMs` of which lie after the onset. */
  sourceOf(audio: HeardAudio, onsetMs: number, endsAtMs: number): OnsetSource {
    if (this.isEcho(audio, onsetMs, endsAtMs)) return 'echo';
    const { dbfs: callerDbfs } = this.#level;
    if (callerDbfs === null) return 'caller';
    return loudestDbfs(audio, onsetMs) < callerDbfs - BACKGROUND_DB ? 'background' : 'caller';
  }

  /** Whether there is nothing to it but the agent's own voice, which may outlast it on the line. */
  isEcho(audio: HeardAudio, onsetMs: number, endsAtMs: number): boolean {
    const rest = this.#echo.restOf(audio, onsetMs, endsAtMs);
    if (!rest) return false;
    const { dbfs: callerDbfs } = this.#level;
    const leastDbfs = callerDbfs === null ? rest.soundDbfs - REST_DB : callerDbfs - BACKGROUND_DB;
    return rest.dbfs < leastDbfs;
  }
}

function loudestDbfs({ pcm, sampleRate }: HeardAudio, lastMs: number): number {
  const samples = Math.min(pcm.length, Math.ceil((lastMs * sampleRate) / 1000));
  const slice = (SLICE_MS * sampleRate) / 1000;
  let loudest = -Infinity;
  for (let at = pcm.length - samples; at < pcm.length; at += slice) {
    loudest = Math.max(loudest, dbfs(pcm.subarray(Math.max(0, at), at + slice)));
  }
  return loudest;
}
