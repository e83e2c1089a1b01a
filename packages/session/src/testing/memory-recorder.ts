import type { AudioFrame } from '../ports/audio-frame.ts';
import type { PlayedAudio, Recorder, Recording } from '../ports/recorder.ts';
import type { RecordedEvent } from '../ports/session-event.ts';

/** A recorder in memory, which keeps what it is told. */
export class MemoryRecorder implements Recorder {
  readonly recordings: MemoryRecording[] = [];

  open(): MemoryRecording {
    const recording = new MemoryRecording();
    this.recordings.push(recording);
    return recording;
  }
}

/** One session of a {@link MemoryRecorder}. */
export class MemoryRecording implements Recording {
  readonly events: RecordedEvent[] = [];
  callerSamples = 0;
  isClosed = false;
  #played: PlayedAudio[] = [];

  caller(frame: AudioFrame): void {
    this.callerSamples += frame.pcm.length;
  }

  agent(audio: PlayedAudio): void {
    this.#played.push(audio);
  }

  cut(atMs: number): void {
    this.#played = this.#played.flatMap((audio) => {
      const samples = Math.floor(((atMs - audio.playsAtMs) * audio.sampleRate) / 1000);
      return samples <= 0 ? [] : [{ ...audio, pcm: audio.pcm.subarray(0, samples) }];
    });
  }

  event(event: RecordedEvent): void {
    this.events.push(event);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  /** Milliseconds of an item's audio that the caller heard. */
  heardMs(itemId: string): number {
    return this.#played
      .filter((audio) => audio.itemId === itemId)
      .reduce((sum, audio) => sum + (audio.pcm.length * 1000) / audio.sampleRate, 0);
  }
}
