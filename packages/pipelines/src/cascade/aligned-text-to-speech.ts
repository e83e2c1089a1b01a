import { samplesToMs } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { Clock, ProviderUsage, TimedWord, TimerHandle } from '@antiphon/session';
import { joinedAudio, unknownTimes, withCaution } from './aligned-words.ts';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from './ports/text-to-speech.ts';
import type { WordAligner } from './ports/word-aligner.ts';

/** The first piece of an answer is a clause, which most providers have made by then. */
const DEFAULT_MAX_HOLD_MS = 1_500;

/** What an {@link AlignedTextToSpeech} works with. */
export interface AlignedTextToSpeechOptions {
  /** Closed by its owner, for it may serve several synthesizers. */
  readonly aligner: WordAligner;
  readonly clock: Clock;
  /**
   * How long after the request the audio of a piece may be held until its words are known; 1,500 ms
   * unless given. With 0 audio goes on at once and words follow it.
   */
  readonly maxHoldMs?: number;
}

/**
 * Gives word times to a synthesizer that tells none.
 *
 * A piece, a sentence or a clause, can be aligned when all of its audio is there. So its audio is
 * held until then and comes after its words, as the port has it: the first sound of an answer is
 * later by what is left of its first clause, and later pieces are made while earlier ones play. A
 * provider so slow that a piece takes longer than `maxHoldMs` has its audio passed on, and the
 * words follow at the end of the piece; until then none of them counts as heard.
 *
 * A piece that cannot be aligned is told as ending, word by word, with its audio: none of it counts
 * as heard before all of it was. Words that the synthesizer tells by itself are left alone.
 */
export class AlignedTextToSpeech implements TextToSpeech {
  readonly #inner: TextToSpeech;
  readonly #options: AlignedTextToSpeechOptions;

  constructor(inner: TextToSpeech, options: AlignedTextToSpeechOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  get name(): string {
    return this.#inner.name;
  }

  get voices(): readonly string[] {
    return this.#inner.voices;
  }

  get maxInstructions(): number {
    return this.#inner.maxInstructions ?? 0;
  }

  synthesize(request: SynthesisRequest, events: SynthesisEvents): Synthesis {
    const synthesis = new AlignedSynthesis(request.text, events, this.#options);
    synthesis.follow(this.#inner.synthesize(request, synthesis));
    return synthesis;
  }

  /** Closes the synthesizer, not the aligner. */
  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** One piece: listens to the synthesizer and tells what it hears in the order of the port. */
class AlignedSynthesis implements Synthesis, SynthesisEvents {
  readonly #text: string;
  readonly #events: SynthesisEvents;
  readonly #options: AlignedTextToSpeechOptions;
  readonly #chunks: Int16Array[] = [];
  #sampleRate: SampleRate | null = null;
  #inner: Synthesis | null = null;
  #holdTimer: TimerHandle | null = null;
  /** Whether audio waits for the words. */
  #isHeld: boolean;
  /** Whether the synthesizer tells words by itself. */
  #isTimed = false;
  #isCancelled = false;

  constructor(text: string, events: SynthesisEvents, options: AlignedTextToSpeechOptions) {
    this.#text = text;
    this.#events = events;
    this.#options = options;
    const { clock, maxHoldMs = DEFAULT_MAX_HOLD_MS } = options;
    this.#isHeld = maxHoldMs > 0;
    if (this.#isHeld) this.#holdTimer = clock.setTimeout(() => this.#release(), maxHoldMs);
  }

  /** Takes the synthesis it listens to, which may be over already. */
  follow(inner: Synthesis): void {
    this.#inner = inner;
    if (this.#isCancelled) inner.cancel();
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#stopTimer();
    this.#inner?.cancel();
  }

  onSpelledOut(): void {
    if (!this.#isCancelled) this.#events.onSpelledOut?.();
  }

  onWords(words: readonly TimedWord[]): void {
    if (this.#isCancelled || words.length === 0) return;
    this.#isTimed = true;
    this.#events.onWords(words);
  }

  onAudio(pcm: Int16Array, sampleRate: SampleRate): void {
    if (this.#isCancelled) return;
    if (this.#isTimed) {
      this.#events.onAudio(pcm, sampleRate);
      return;
    }
    this.#sampleRate ??= sampleRate;
    // Whoever gets the audio may change it.
    this.#chunks.push(this.#isHeld ? pcm : pcm.slice());
    if (!this.#isHeld) this.#events.onAudio(pcm, sampleRate);
  }

  onEnd(): void {
    if (this.#isCancelled) return;
    if (this.#isTimed) {
      this.#stopTimer();
      this.#events.onEnd();
      return;
    }
    const { aligner } = this.#options;
    const sampleRate = this.#sampleRate ?? 8000;
    const pcm = joinedAudio(this.#chunks);
    const lengthMs = samplesToMs(pcm.length, sampleRate);
    aligner.align({ text: this.#text, pcm, sampleRate }).then(
      (words) => this.#finish(words.map((word) => withCaution(word, lengthMs))),
      () => this.#finish(unknownTimes(this.#text, lengthMs)),
    );
  }

  /** Also of what was cancelled. */
  onUsed(used: ProviderUsage): void {
    this.#events.onUsed?.(used);
  }

  onError(error: Error): void {
    if (this.#isCancelled) return;
    this.#stopTimer();
    this.#events.onError(error);
  }

  #finish(words: readonly TimedWord[]): void {
    if (this.#isCancelled) return;
    this.#stopTimer();
    this.#events.onWords(words);
    this.#release();
    if (!this.#isCancelled) this.#events.onEnd();
  }

  /** Passes on the audio that was held. */
  #release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    for (const chunk of this.#chunks) {
      if (this.#isCancelled) return;
      this.#events.onAudio(chunk.slice(), this.#sampleRate!);
    }
  }

  #stopTimer(): void {
    if (this.#holdTimer !== null) this.#options.clock.clearTimeout(this.#holdTimer);
    this.#holdTimer = null;
  }
}
