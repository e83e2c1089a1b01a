import type { LoudspeakerOrder, LoudspeakerReport } from './loudspeaker-messages.ts';
// oxlint-disable-next-line import/default -- the bundler makes it
import workletUrl from './loudspeaker.worklet.ts?worker&url';
import type { PlayedPosition } from './playback-ring.ts';
import { WIRE_RATE } from './wire-audio.ts';

/** How much of an item the ear has heard, in milliseconds from its beginning. */
export interface HeardPosition {
  readonly itemId: string;
  readonly heardMs: number;
}

/** Who is told what a loudspeaker does. */
export interface LoudspeakerListener {
  readonly heard: (position: HeardPosition) => void;
  /** More waited than it holds; so much was left out. */
  readonly dropped: (droppedMs: number) => void;
}

/** A loudspeaker that is open. */
export class Loudspeaker {
  readonly #context: AudioContext;
  readonly #listener: LoudspeakerListener;
  #port: MessagePort | null = null;
  readonly #flushes: ((at: HeardPosition | null) => void)[] = [];

  private constructor(context: AudioContext, listener: LoudspeakerListener) {
    this.#context = context;
    this.#listener = listener;
  }

  /**
   * Rejects with the browser's own error when it cannot be opened; the browser's own choice of a
   * device where `deviceId` is null, or where the browser lets nobody choose.
   */
  static async open(deviceId: string | null, listener: LoudspeakerListener): Promise<Loudspeaker> {
    const context = new AudioContext({ sampleRate: WIRE_RATE, latencyHint: 'interactive' });
    const loudspeaker = new Loudspeaker(context, listener);
    try {
      await chooseSink(context, deviceId);
      await loudspeaker.#start();
    } catch (error) {
      loudspeaker.close();
      throw error;
    }
    return loudspeaker;
  }

  /** Queues audio of an item; the samples are handed over. */
  play(itemId: string, pcm: Int16Array<ArrayBuffer>): void {
    this.#order({ type: 'audio', itemId, pcm }, [pcm.buffer]);
  }

  /** Falls silent, and tells in which item and where; null when nothing was being played. */
  flush(): Promise<HeardPosition | null> {
    return new Promise((resolve) => {
      this.#flushes.push(resolve);
      this.#order({ type: 'flush' });
    });
  }

  close(): void {
    this.#port = null;
    void this.#context.close();
    for (const resolve of this.#flushes.splice(0)) resolve(null);
  }

  async #start(): Promise<void> {
    await this.#context.audioWorklet.addModule(workletUrl);
    const node = new AudioWorkletNode(this.#context, 'loudspeaker', {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    node.port.addEventListener('message', ({ data }: MessageEvent<LoudspeakerReport>) =>
      this.#hear(data),
    );
    node.port.start();
    this.#port = node.port;
    node.connect(this.#context.destination);
    await this.#context.resume();
  }

  #hear(report: LoudspeakerReport): void {
    if (report.type === 'played') this.#listener.heard(this.#heardAt(report.at));
    else if (report.type === 'dropped') this.#listener.dropped((report.samples * 1000) / WIRE_RATE);
    else this.#flushes.shift()?.(report.at === null ? null : this.#heardAt(report.at));
  }

  /** What was played reaches the ear a little later. */
  #heardAt({ itemId, samples }: PlayedPosition): HeardPosition {
    const { baseLatency, outputLatency } = this.#context;
    const playedMs = (samples * 1000) / WIRE_RATE;
    const latencyMs = 1000 * ((baseLatency || 0) + (outputLatency || 0));
    return { itemId, heardMs: Math.max(0, playedMs - latencyMs) };
  }

  #order(order: LoudspeakerOrder, transfer: Transferable[] = []): void {
    this.#port?.postMessage(order, transfer);
  }
}

/** Newer than the DOM's types, and not in every browser. */
interface SinkChooser {
  setSinkId?(deviceId: string): Promise<void>;
}

/** Whether this browser lets a page choose where it plays. */
export const canChooseSink = (): boolean =>
  typeof AudioContext !== 'undefined' && 'setSinkId' in AudioContext.prototype;

async function chooseSink(
  context: AudioContext & SinkChooser,
  deviceId: string | null,
): Promise<void> {
  if (deviceId !== null) await context.setSinkId?.(deviceId);
}
