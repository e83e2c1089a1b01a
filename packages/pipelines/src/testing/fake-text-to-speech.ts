import type { SampleRate } from '@antiphon/audio';
import type { Clock, TimedWord, TimerHandle } from '@antiphon/session';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from '../cascade/ports/text-to-speech.ts';

/** How a fake synthesizer speaks. */
export interface FakeVoiceOptions {
  /** Audio for each character, blanks included; 10 unless given. */
  readonly msPerCharacter?: number;
  readonly sampleRate?: SampleRate;
  /** Length of one piece of audio; 100 unless given. */
  readonly chunkMs?: number;
  /** Before the first audio and between one audio and the next; zero is one microtask for all. */
  readonly delayMs?: number;
  /** Characters of instructions that it follows; none unless given. */
  readonly maxInstructions?: number;
  /** Whether words are told; yes unless `false`. */
  readonly tellsWords?: boolean;
  /** The error that a text ends with, after its words and its first audio. */
  readonly failsOn?: (text: string) => Error | null;
  /** Whether a text is never answered. */
  readonly isStuckOn?: (text: string) => boolean;
}

/** One text that a fake synthesizer speaks, open to tests. */
export class FakeSynthesis implements Synthesis {
  readonly request: SynthesisRequest;
  /** The listener's callbacks, for a test that plays a provider which breaks the rules. */
  readonly events: SynthesisEvents;
  isCancelled = false;
  /** Whether its end or error was told. */
  isOver = false;
  readonly #clock: Clock;
  readonly #options: FakeVoiceOptions;
  #timer: TimerHandle | null = null;

  constructor(
    request: SynthesisRequest,
    events: SynthesisEvents,
    voice: [FakeVoiceOptions, Clock],
  ) {
    this.request = request;
    this.events = events;
    [this.#options, this.#clock] = voice;
    if (this.#options.isStuckOn?.(request.text)) return;
    this.#later(() => {
      if (this.#options.tellsWords !== false) this.events.onWords(this.#words());
      this.#speak(this.#chunks());
    });
  }

  cancel(): void {
    this.isCancelled = true;
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #speak([chunk, ...rest]: readonly Int16Array[]): void {
    if (this.isCancelled) return;
    if (chunk) this.events.onAudio(chunk, this.#options.sampleRate ?? 24000);
    if (this.isCancelled) return;
    const error = this.#options.failsOn?.(this.request.text) ?? null;
    if (error || rest.length === 0) this.#end(error);
    else if (this.#options.delayMs) this.#later(() => this.#speak(rest));
    else this.#speak(rest);
  }

  #end(error: Error | null): void {
    this.isOver = true;
    if (error) this.events.onError(error);
    else this.events.onEnd();
  }

  #later(run: () => void): void {
    const { delayMs = 0 } = this.#options;
    const guarded = () => {
      if (!this.isCancelled) run();
    };
    if (delayMs > 0) this.#timer = this.#clock.setTimeout(guarded, delayMs);
    else queueMicrotask(guarded);
  }

  #words(): readonly TimedWord[] {
    const words: TimedWord[] = [];
    for (const match of this.request.text.matchAll(/\S+/gu)) {
      const [text] = match;
      const startMs = this.#msOf(match.index);
      words.push({ text, startMs, endMs: this.#msOf(match.index + text.length) });
    }
    return words;
  }

  /** Samples count up, so that a test can tell which audio it has. */
  #chunks(): readonly Int16Array[] {
    const { sampleRate = 24000, chunkMs = 100 } = this.#options;
    const total = Math.round((this.#msOf(this.request.text.length) * sampleRate) / 1000);
    const size = Math.round((chunkMs * sampleRate) / 1000);
    const pcm = Int16Array.from({ length: total }, (_, index) => index % 1000);
    const chunks: Int16Array[] = [];
    for (let from = 0; from < total; from += size) chunks.push(pcm.subarray(from, from + size));
    return chunks;
  }

  #msOf(characters: number): number {
    return (characters * (this.#options.msPerCharacter ?? 10)) / this.request.speed;
  }
}

/** A synthesizer whose audio is as long as its text. */
export class FakeTextToSpeech implements TextToSpeech {
  readonly name = 'fake-synthesizer';
  readonly voices: readonly string[] = ['fake-voice', 'other-voice'];
  readonly maxInstructions: number;
  /** Every text so far. */
  readonly syntheses: FakeSynthesis[] = [];
  readonly #clock: Clock;
  readonly #options: FakeVoiceOptions;

  constructor(clock: Clock, options: FakeVoiceOptions = {}) {
    this.#clock = clock;
    this.#options = options;
    this.maxInstructions = options.maxInstructions ?? 0;
  }

  synthesize(request: SynthesisRequest, events: SynthesisEvents): Synthesis {
    const synthesis = new FakeSynthesis(request, events, [this.#options, this.#clock]);
    this.syntheses.push(synthesis);
    return synthesis;
  }

  close(): Promise<void> {
    for (const synthesis of this.syntheses) synthesis.cancel();
    return Promise.resolve();
  }
}
