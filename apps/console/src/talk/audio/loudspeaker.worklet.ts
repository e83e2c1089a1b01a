import type { LoudspeakerOrder, LoudspeakerReport } from './loudspeaker-messages.ts';
import { PlaybackRing } from './playback-ring.ts';
import { WIRE_RATE } from './wire-audio.ts';

// What an audio thread has; the DOM's types do not know it.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** Servers send at most ten seconds ahead; a page that was paused catches up within these. */
const MOST_SECONDS = 60;

/** How often the page is told what was played. */
const REPORT_SAMPLES = WIRE_RATE / 20;

/** Plays the agent's audio and tells how much of which item was played. */
class LoudspeakerProcessor extends AudioWorkletProcessor {
  readonly #ring = new PlaybackRing(MOST_SECONDS * WIRE_RATE);
  #unreported = 0;

  constructor() {
    super();
    this.port.addEventListener('message', ({ data }: MessageEvent<LoudspeakerOrder>) => {
      if (data.type === 'audio') {
        const samples = this.#ring.push(data.itemId, data.pcm);
        if (samples > 0) this.#tell({ type: 'dropped', samples });
      } else {
        this.#tell({ type: 'flushed', at: this.#ring.flush() });
        this.#unreported = 0;
      }
    });
    this.port.start();
  }

  process(_inputs: unknown, [outputs]: readonly (readonly Float32Array[])[]): boolean {
    const output = outputs?.[0];
    if (output === undefined) return true;
    for (let filled = 0; filled < output.length;) {
      const count = this.#ring.pull(output, filled);
      if (count === 0) break;
      filled += count;
      this.#unreported += count;
      const isItemOver = this.#ring.nextItemId !== this.#ring.played?.itemId;
      if (isItemOver || this.#unreported >= REPORT_SAMPLES) this.#report();
    }
    return true;
  }

  #report(): void {
    this.#unreported = 0;
    if (this.#ring.played !== null) this.#tell({ type: 'played', at: this.#ring.played });
  }

  #tell(report: LoudspeakerReport): void {
    this.port.postMessage(report);
  }
}

registerProcessor('loudspeaker', LoudspeakerProcessor);
