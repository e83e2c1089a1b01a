import { wavHeader } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { AudioFrame, Clock, PlayedAudio, RecordedEvent, Recording } from '@antiphon/session';
import { AgentTrack } from './agent-track.ts';
import { CallerTrack } from './caller-track.ts';
import type { RecordingDisk } from './recording-disk.ts';
import type { RecordingWriter, WriteBuffer, Written } from './recording-writer.ts';
import type { SampleBlocks } from './sample-blocks.ts';
import { SessionFiles } from './session-files.ts';
import { StereoTimeline } from './stereo-timeline.ts';
import type { TrackRun } from './track-run.ts';

/** What is silent is left out in blocks of this length. */
export const BLOCK_MS = 1_000;

/** Blocks that are written together: few writes. Events are written every two seconds. */
export const BLOCKS_A_WRITE = 6;

/** Two channels of 16 bits. */
export const FRAME_BYTES = 4;

/** How long audio stays changeable after its time: a late frame still finds its place. */
const CERTAIN_AFTER_MS = 2_000;

/**
 * A client that buffers gets up to 10 s ahead, and up to 10 s wait to be written; the rest is for a
 * disk that takes its time. 1 MiB of audio at most.
 */
const MAX_HELD_MS = 30_000;

/** The most characters of events that wait for a disk that does not take them. */
const MAX_EVENT_CHARACTERS = 524_288;

/** After an error of the disk it is tried again. */
const TRY_AGAIN_MS = 5_000;

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
  /** Called with each error of the disk. */
  readonly onError: (error: unknown) => void;
  /** So many bytes are lost for good. */
  readonly onLost: (bytes: number) => void;
  /** Called after each write, however it went. */
  readonly onAppend: (kind: AppendKind, tookMs: number) => void;
  /** Called when the disk takes everything again. */
  readonly onWritten: () => void;
}

/** One session's recording in a folder of its own. */
export class FileRecording implements Recording, Written {
  // What frames touch comes first, and so lies together.
  #closed: Promise<void> | null = null;
  readonly #callerRun: TrackRun;
  readonly #options: FileRecordingOptions;
  readonly #timeline: StereoTimeline;
  readonly #caller: CallerTrack;
  readonly #agent: AgentTrack;
  readonly #files: SessionFiles;
  /** Lines of the event log that wait to be written. */
  #lines = '';
  #lostEventBytes = 0;
  #lostAudioBytes = 0;
  #toldLostBytes = 0;
  #triesAgainAtMs = -Infinity;
  #hasError = false;
  #endedAtMs = Infinity;
  #resolveClosed: () => void = () => {};

  constructor(options: FileRecordingOptions) {
    const { folder, startedAtMs, sampleRate, disk, writer, blocks, onError } = options;
    this.#options = options;
    this.#timeline = new StereoTimeline(blocks, MAX_HELD_MS / BLOCK_MS);
    this.#caller = new CallerTrack(this.#timeline.left, startedAtMs, sampleRate);
    this.#callerRun = this.#caller.run;
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
    if (this.#closed || this.#callerRun.follow(frame)) return;
    this.#caller.accept(frame);
  }

  agent(audio: PlayedAudio): void {
    if (!this.#closed) this.#agent.play(audio);
  }

  cut(atMs: number): void {
    if (!this.#closed) this.#agent.cut(atMs);
  }

  event(event: RecordedEvent): void {
    if (this.#closed) return;
    const line = JSON.stringify(event);
    if (this.#lines.length + line.length < MAX_EVENT_CHARACTERS) this.#lines += `${line}\n`;
    else this.#lostEventBytes += Buffer.byteLength(line) + 1;
  }

  close(): Promise<void> {
    if (this.#closed) return this.#closed;
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
    const now = this.#options.clock.now();
    const blocks = this.#settle(now);
    this.#tellLost();
    if (now < this.#triesAgainAtMs) return false;
    return !this.#files.isOpen || this.#lines !== '' || blocks >= BLOCKS_A_WRITE;
  }

  async write(buffer: WriteBuffer): Promise<void> {
    this.#hasError = false;
    const now = this.#options.clock.now();
    const isLast = this.#closed !== null;
    if (await this.#files.open()) {
      await this.#writeEvents(buffer);
      const blocks = isLast ? this.#lastBlocks : this.#settle(now);
      if (isLast || blocks >= BLOCKS_A_WRITE) await this.#writeAudio(blocks, buffer);
    }
    if (isLast) await this.#complete(buffer);
    else if (this.#hasError) this.#triesAgainAtMs = now + TRY_AGAIN_MS;
    else this.#options.onWritten();
  }

  /** Puts everything that is certain where it belongs; tells how many blocks that makes. */
  #settle(now: number): number {
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

  async #writeEvents(buffer: WriteBuffer): Promise<void> {
    const lines = this.#lines;
    if (lines === '') return;
    this.#lines = '';
    const isAppended = await this.#timed('events', this.#files.append(bytesOf(lines, buffer)));
    if (!isAppended) this.#lines = lines + this.#lines;
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

  async #complete(buffer: WriteBuffer): Promise<void> {
    const { sampleRate, writer } = this.#options;
    const dataBytes = this.#endSample * FRAME_BYTES;
    // What was not taken by now will not be.
    this.#lostAudioBytes += 2 * this.#timeline.take(this.#lastBlocks);
    // Nobody heard what is left.
    this.#timeline.take(this.#timeline.heldBlocks);
    this.#lostEventBytes += Buffer.byteLength(this.#lines);
    this.#lines = '';
    if (this.#files.isOpen) {
      const header = wavHeader({ sampleRate, channels: 2, dataBytes });
      await this.#files.completeAudio(header, HEADER_BYTES + dataBytes);
      const lostBytes = this.#lostBytes;
      if (lostBytes > 0) {
        const loss = { atMs: this.#endedAtMs, type: 'recording.incomplete', lostBytes };
        await this.#files.append(bytesOf(`${JSON.stringify(loss)}\n`, buffer));
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

/** The text in UTF-8, in the buffer if it has room for it in any case. */
function bytesOf(text: string, { bytes }: WriteBuffer): Uint8Array {
  if (3 * text.length > bytes.length) return Buffer.from(text);
  return bytes.subarray(0, bytes.write(text));
}
