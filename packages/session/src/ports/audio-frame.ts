import type { SampleRate } from '@antiphon/audio';

/** A slice of mono caller audio: signed 16-bit samples, any length above zero. */
export interface AudioFrame {
  readonly pcm: Int16Array;
  readonly sampleRate: SampleRate;
  /** When the last sample reached us, on the {@link Clock}. */
  readonly atMs: number;
}

/** A slice of agent speech on its way to the caller. */
export interface AgentAudio {
  readonly generationId: string;
  /** The conversation item whose words these samples speak. */
  readonly itemId: string;
  readonly pcm: Int16Array;
  readonly sampleRate: SampleRate;
  /** Where the first sample lies in the item's own audio, in milliseconds. */
  readonly offsetMs: number;
}
