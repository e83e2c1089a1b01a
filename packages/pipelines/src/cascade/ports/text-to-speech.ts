import type { SampleRate } from '@antiphon/audio';
import type { ProviderTookOver, ProviderUsage, TimedWord } from '@antiphon/session';

/** A piece of text to be spoken in one breath, a sentence or a clause. */
export interface SynthesisRequest {
  /** Written text; the provider finds its spoken form. */
  readonly text: string;
  readonly voice: string;
  /** Speaking rate, 1 is the voice's own. */
  readonly speed: number;
  /** How to speak, in words, for one that takes them. */
  readonly instructions?: string | undefined;
}

/** What a synthesizer tells of one request: words before their audio, then one end. */
export interface SynthesisEvents {
  /** Times are relative to the start of this piece's audio. */
  onWords(words: readonly TimedWord[]): void;
  onAudio(pcm: Int16Array, sampleRate: SampleRate): void;
  onEnd(): void;
  /** In place of `onEnd`. */
  onError(error: Error): void;
  /** Told before the words where numbers are read otherwise than they are written; must not throw. */
  onSpelledOut?(): void;
  /** Told where another synthesizer takes over; must not throw. */
  onTookOver?(tookOver: ProviderTookOver): void;
  /** Told what each synthesizer used, where that is counted; must not throw. */
  onUsed?(used: ProviderUsage): void;
}

/** A synthesis under way. */
export interface Synthesis {
  /** No callback follows. */
  cancel(): void;
}

/** Turns text into speech with word times. Requests of one session are made one after another. */
export interface TextToSpeech {
  readonly name: string;
  readonly voices: readonly string[];
  /** How many characters of instructions on how to speak it follows; none unless given. */
  readonly maxInstructions?: number;
  synthesize(request: SynthesisRequest, events: SynthesisEvents): Synthesis;
  close(): Promise<void>;
}
