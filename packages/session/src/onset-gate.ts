import { dbfs } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { CallerLevel } from './caller-level.ts';
import type { EchoWatch } from './echo-watch.ts';

/** Whose sound it is that began while the agent speaks. */
export type OnsetSource =
  | 'caller'
  /** Somebody or something far from the telephone. */
  | 'background'
  /** The agent itself. */
  | 'echo';

/** Side speech is at least this far below the voice of who holds the telephone. */
const BACKGROUND_DB = 12;

/** The level is that of the loudest slice of this length. */
const SLICE_MS = 20;

/** Tells whether a sound over the agent is the caller's. Without a turn to compare with, it is. */
export class OnsetGate {
  readonly #level: CallerLevel;
  readonly #echo: EchoWatch;

  constructor(level: CallerLevel, echo: EchoWatch) {
    this.#level = level;
    this.#echo = echo;
  }

  /** Judges audio that ends at `endsAtMs`, `onsetMs` of which lie after the onset. */
  sourceOf(
    audio: { readonly pcm: Int16Array; readonly sampleRate: SampleRate },
    onsetMs: number,
    endsAtMs: number,
  ): OnsetSource {
    const { pcm, sampleRate } = audio;
    if (this.#echo.isEcho(pcm, sampleRate, endsAtMs)) return 'echo';
    const { dbfs: callerDbfs } = this.#level;
    if (callerDbfs === null) return 'caller';
    const onsetSamples = Math.min(pcm.length, Math.ceil((onsetMs * sampleRate) / 1000));
    const slice = (SLICE_MS * sampleRate) / 1000;
    let loudest = -Infinity;
    for (let at = pcm.length - onsetSamples; at < pcm.length; at += slice) {
      loudest = Math.max(loudest, dbfs(pcm.subarray(Math.max(0, at), at + slice)));
    }
    return loudest < callerDbfs - BACKGROUND_DB ? 'background' : 'caller';
  }
}
