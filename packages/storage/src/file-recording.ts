import { wavHeader } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { AudioFrame, Clock, PlayedAudio, RecordedEvent, Recording } from '@antiphon/session';
import { AgentTrack } from './agent-track.ts';
import { CallerTrack } from './caller-track.ts';
import { EventLines } from './event-lines.ts';
import type { RecordingDisk } from './recording-disk.ts';
import type { RecordingWriter, WriteBuffer, Written } from './recording-writer.ts';
import type { SampleBlocks } from './sample-blocks.ts';
import { SessionFiles } from './session-files.ts';
import { StereoTimeline } from './stereo-timeline.ts';
import type { Keeps, ToldEvents } from './told-events.ts';

/** What is silent is left out in blocks of this length. */
export const BLOCK_MS = 1_000;

/** The most blocks that are written together: those of six seconds, and one if it took longer. */
export const BLOCKS_A_WRITE = 7;

/** Two channels of 16 bits. */
export const FRAME_BYTES = 4;

/** How long audio stays changeable after its time: a late frame still finds its place. */
const CERTAIN_AFTER_MS = 2_000;

/**
 * A client that buffers gets up to 10 s ahead, and up to 10 s wait to be written; the rest is for a
 * disk that takes its time. 1 MiB of audio at most.
 */
const MAX_HELD_MS = 30_000;

const HEADER_BYTES = 44;

/** What is appended to a recording. */
export type AppendKind = 'events' | 'sound';

/** What a recording needs. */
export interface FileRecordingOptions {
  readonly folder: string;
  readonly startedAtMs: number;
  readonly sampleRate: SampleRate;
  readonly clock: Clock;
  readonly disk: RecordingDisk;
  readonly writer: RecordingWriter;
  readonly blocks: SampleBlocks;
  readonly told: ToldEvents;
  /** Called with each error of the disk, and of an event that is no JSON. */
  readonly onError: (error: unknown) => void;
  /** So many bytes are lost for good. */
  readonly onLost: (bytes: number) => void;
  /** Called after each write, however it went. */
  readonly onAppend: (kind: AppendKind, tookMs: number) => void;
  /** Called when the disk takes everything again. */
  readonly onWritten: () => void;
}

/** One session's recording in a folder of its own. */
export class FileRecording implements Recording, Written, Keeps {
  #closed: Promise<void> | null = null;
  readonly #options: FileRecordingOptions;
  readonly #timeline: StereoTimeline;
  readonly #caller: CallerTrack;
  readonly #agent: AgentTrack;
  readonly #files: SessionFiles;
  readonly #lines: EventLines;
  #lostEventBytes = 0;
  #lostAudioBytes = 0;
  #toldLostBytes = 0;
  #hasError = false;
  #endedAtMs = Infinity;
  #resolveClosed: () => void = () => {};

  constructor(options: FileRecordingOptions) {
    const { folder, startedAtMs, sampleRate, disk, writer, blocks, onError } = options;
    this.#options = options;
    this.#lines = new EventLines(blocks);
    this.#timeline = new StereoTimeline(blocks, MAX_HELD_MS / BLOCK_MS);
    this.#caller = new CallerTrack(this.#timeline.left, startedAtMs, sampleRate);
    this.#agent = new AgentTrack(this.#timeline.right, startedAtMs, sampleRate);
    this.#files = new SessionFiles({
      folder,
      disk,
      header: wavHeader({ sampleRate, channels: 2 }),
      onError: (error) => {
        this.#hasError = true;
        onError(error);
      },
    });
    writer.add(this);
  }

  caller(frame: AudioFrame): void {
    if (!this.#closed) this.#caller.accept(frame);
  }

  agent(audio: PlayedAudio): void {
    if (!this.#closed) this.#agent.play(audio);
  }

  cut(atMs: number): void {
    if (!this.#closed) this.#agent.cut(atMs);
  }

  event(event: RecordedEvent): void {
    if (!this.#closed) this.#options.told.add(this, event);
  }

  keep(event: RecordedEvent): void {
    try {
      this.#lostEventBytes += this.#lines.add(event);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  close(): Promise<void> {
    if (this.#closed) return this.#closed;
    this.#options.told.flush();
    this.#closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#endedAtMs = this.#options.clock.now();
    this.#caller.finish();
    this.#agent.cut(this.#endedAtMs);
    this.#options.writer.writeSoon(this);
    return this.#closed;
  }

  isDue(): boolean {
    const blocks = this.#settle();
    this.#tellLost();
    return !this.#files.isOpen || !this.#lines.isEmpty || blocks > 0;
  }

  async write(buffer: WriteBuffer): Promise<void> {
    this.#hasError = false;
    const isLast = this.#closed !== null;
    if (this.#files.isOpen || (await this.#files.open())) {
      await this.#writeEvents();
      await this.#writeAudio(isLast ? this.#lastBlocks : this.#settle(), buffer);
    }
    if (isLast) await this.#complete();
    else if (!this.#hasError) this.#options.onWritten();
  }

  /** Puts everything that is certain where it belongs; tells how many blocks that makes. */
  #settle(): number {
    const now = this.#options.clock.now();
    const certainSample = this.#sampleAt(now - CERTAIN_AFTER_MS);
    this.#caller.settle(certainSample, now);
    this.#agent.settle(certainSample);
    const blocks = this.#blocksUntil(certainSample);
    this.#timeline.skipSilence(blocks);
    return this.#blocksUntil(certainSample);
  }

  #blocksUntil(sample: number): number {
    const samples = sample - this.#timeline.takenSamples;
    return Math.max(0, Math.floor(samples / this.#options.blocks.blockSamples));
  }

  async #writeEvents(): Promise<void> {
    for (let bytes = this.#lines.peek(); bytes; bytes = this.#lines.peek()) {
      if (!(await this.#timed('events', this.#files.append(bytes)))) return;
      this.#lines.take(bytes.length);
    }
  }

  async #writeAudio(blocks: number, buffer: WriteBuffer): Promise<void> {
    const timeline = this.#timeline;
    for (let left = blocks; left > 0;) {
      const before = timeline.takenSamples;
      timeline.skipSilence(left);
      left -= (timeline.takenSamples - before) / this.#options.blocks.blockSamples;
      const count = timeline.read(left, buffer.samples);
      if (count === 0) return;
      const bytes = buffer.bytes.subarray(
        0,
        count * this.#options.blocks.blockSamples * FRAME_BYTES,
      );
      const position = HEADER_BYTES + timeline.takenSamples * FRAME_BYTES;
      if (!(await this.#timed('sound', this.#files.writeAudio(bytes, position)))) return;
      timeline.take(count);
      left -= count;
    }
  }

  async #timed(kind: AppendKind, write: Promise<boolean>): Promise<boolean> {
    const { clock, onAppend } = this.#options;
    const startedAtMs = clock.now();
    const isWritten = await write;
    onAppend(kind, clock.now() - startedAtMs);
    return isWritten;
  }

  async #complete(): Promise<void> {
    const { sampleRate, writer } = this.#options;
    const dataBytes = this.#endSample * FRAME_BYTES;
    // What was not taken by now will not be.
    this.#lostAudioBytes += 2 * this.#timeline.take(this.#lastBlocks);
    // Nobody heard what is left.
    this.#timeline.take(this.#timeline.heldBlocks);
    this.#lostEventBytes += this.#lines.clear();
    if (this.#files.isOpen) {
      const header = wavHeader({ sampleRate, channels: 2, dataBytes });
      await this.#files.completeAudio(header, HEADER_BYTES + dataBytes);
      const lostBytes = this.#lostBytes;
      if (lostBytes > 0) {
        const loss = { atMs: this.#endedAtMs, type: 'recording.incomplete', lostBytes };
        await this.#files.append(Buffer.from(`${JSON.stringify(loss)}\n`));
      }
      await this.#files.close();
    }
    this.#tellLost();
    writer.remove(this);
    this.#resolveClosed();
  }

  /** Where the recording ends. */
  get #endSample(): number {
    return Math.max(this.#sampleAt(this.#endedAtMs), this.#caller.endSample, 0);
  }

  /** Blocks to the end of the recording. */
  get #lastBlocks(): number {
    const samples = this.#endSample - this.#timeline.takenSamples;
    return Math.max(0, Math.ceil(samples / this.#options.blocks.blockSamples));
  }

  get #lostBytes(): number {
    // A sample of one channel is two bytes.
    const notHeld = 2 * (this.#caller.lostSamples + this.#agent.lostSamples);
    return this.#lostAudioBytes + this.#lostEventBytes + notHeld;
  }

  #tellLost(): void {
    const lostBytes = this.#lostBytes;
    if (lostBytes === this.#toldLostBytes) return;
    this.#options.onLost(lostBytes - this.#toldLostBytes);
    this.#toldLostBytes = lostBytes;
  }

  #sampleAt(instantMs: number): number {
    const { startedAtMs, sampleRate } = this.#options;
    return Math.round(((instantMs - startedAtMs) * sampleRate) / 1000);
  }
}
