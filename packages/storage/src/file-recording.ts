import { pcm16ToBytes, wavHeader } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type {
  AudioFrame,
  Clock,
  PlayedAudio,
  Recording,
  SessionEvent,
  TimerHandle,
} from '@antiphon/session';
import { AgentTrack } from './agent-track.ts';
import { CallerTrack } from './caller-track.ts';
import { SessionFiles } from './session-files.ts';
import { StereoTimeline } from './stereo-timeline.ts';

/** A block a second: few writes, and little to lose in a crash. */
const BLOCK_MS = 1_000;

/** How long audio stays changeable after its time: a late frame still finds its place. */
const CERTAIN_AFTER_MS = 2_000;

/** A client that buffers gets up to 10 s ahead; three times that is the most audio held, 1 MiB. */
const MAX_HELD_MS = 30_000;

/** Two channels of 16 bits. */
const FRAME_BYTES = 4;

const HEADER_BYTES = 44;

/** What a recording needs. */
export interface FileRecordingOptions {
  readonly folder: string;
  readonly startedAtMs: number;
  readonly sampleRate: SampleRate;
  readonly clock: Clock;
  /** Called once, with the first error of the disk. */
  readonly onFault: (error: unknown) => void;
}

/** One session's recording in a folder of its own. */
export class FileRecording implements Recording {
  readonly #options: FileRecordingOptions;
  readonly #timeline: StereoTimeline;
  readonly #caller: CallerTrack;
  readonly #agent: AgentTrack;
  readonly #files: SessionFiles;
  #timer: TimerHandle | null = null;
  #closed: Promise<void> | null = null;

  constructor(options: FileRecordingOptions) {
    const { folder, startedAtMs, sampleRate, onFault } = options;
    this.#options = options;
    this.#timeline = new StereoTimeline({
      blockFrames: (BLOCK_MS * sampleRate) / 1000,
      maxFrames: (MAX_HELD_MS * sampleRate) / 1000,
    });
    this.#caller = new CallerTrack(this.#timeline, startedAtMs, sampleRate);
    this.#agent = new AgentTrack(this.#timeline, startedAtMs, sampleRate);
    this.#files = new SessionFiles({
      folder,
      // All that is held, once and again: a disk that is further behind does not catch up.
      maxQueuedBytes: (2 * MAX_HELD_MS * sampleRate * FRAME_BYTES) / 1000,
      onFault,
    });
    // Without a length the file is readable to its end at any moment, and after a crash.
    this.#files.writeAudio(0, wavHeader({ sampleRate, channels: 2 }));
    this.#writeSoon();
  }

  caller(frame: AudioFrame): void {
    if (this.#closed) return;
    this.#caller.accept(frame);
    this.#writeSoon();
  }

  agent(audio: PlayedAudio): void {
    if (this.#closed) return;
    this.#agent.play(audio);
    this.#writeSoon();
  }

  cut(atMs: number): void {
    if (!this.#closed) this.#agent.cut(atMs);
  }

  event(event: SessionEvent): void {
    if (this.#closed) return;
    this.#files.writeLine(JSON.stringify(event));
    this.#writeSoon();
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  #writeSoon(): void {
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = null;
      this.#writeCertain();
    }, BLOCK_MS);
  }

  #writeCertain(): void {
    const now = this.#options.clock.now();
    const certainFrame = this.#frameAt(now - CERTAIN_AFTER_MS);
    this.#caller.settle(certainFrame, now);
    this.#agent.settle(certainFrame);
    this.#writeBlocks(this.#timeline.take(certainFrame));
    this.#files.flush();
    if (this.#timeline.endFrame > this.#timeline.takenFrames) this.#writeSoon();
  }

  async #finish(): Promise<void> {
    const { clock, sampleRate } = this.#options;
    if (this.#timer !== null) clock.clearTimeout(this.#timer);
    const endedAtMs = clock.now();
    this.#caller.finish();
    const callerEndFrame = this.#caller.endFrame;
    this.#agent.cut(endedAtMs);
    const frames = Math.max(this.#frameAt(endedAtMs), callerEndFrame, 0);
    this.#writeBlocks(this.#timeline.takeRest());
    // A sample of one channel is two bytes.
    this.#files.lose(2 * (this.#caller.lostFrames + this.#agent.lostFrames));
    await this.#files.finish({
      headerFor: (dataBytes) => wavHeader({ sampleRate, channels: 2, dataBytes }),
      dataBytes: frames * FRAME_BYTES,
      lossLine: (lostBytes) =>
        JSON.stringify({ atMs: endedAtMs, type: 'recording.incomplete', lostBytes }),
    });
  }

  #writeBlocks(blocks: ReturnType<StereoTimeline['take']>): void {
    for (const { startFrame, pcm } of blocks) {
      this.#files.writeAudio(HEADER_BYTES + startFrame * FRAME_BYTES, pcm16ToBytes(pcm));
    }
  }

  #frameAt(instantMs: number): number {
    const { startedAtMs, sampleRate } = this.#options;
    return Math.round(((instantMs - startedAtMs) * sampleRate) / 1000);
  }
}
