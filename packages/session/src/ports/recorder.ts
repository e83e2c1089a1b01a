import type { SampleRate } from '@antiphon/audio';
import type { AudioFrame } from './audio-frame.ts';
import type { RecordedEvent } from './session-event.ts';

/** Agent audio and the instant at which the caller hears its first sample. */
export interface PlayedAudio {
  readonly itemId: string;
  readonly pcm: Int16Array;
  readonly sampleRate: SampleRate;
  readonly playsAtMs: number;
}

/**
 * One session's recording. All calls return at once and never throw; a recorder that cannot keep
 * up or write counts what it lost.
 */
export interface Recording {
  /**
   * Frames that came in step may be told as one, up to a second later; their memory is used again
   * after the call.
   */
  caller(frame: AudioFrame): void;
  agent(audio: PlayedAudio): void;
  /** Agent audio that would have played at or after this instant was not heard. */
  cut(atMs: number): void;
  event(event: RecordedEvent): void;
  /** Ends the recording; resolves when its files are complete. */
  close(): Promise<void>;
}

/** Stereo audio as heard (caller left, agent right) and the event log of each session. */
export interface Recorder {
  open(sessionId: string, startedAtMs: number): Recording;
}
