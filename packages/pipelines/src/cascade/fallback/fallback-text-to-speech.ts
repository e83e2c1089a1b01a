import type { SampleRate } from '@antiphon/audio';
import type { TimedWord, TimerHandle } from '@antiphon/session';
import { PipelineError } from '../../pipeline-error.ts';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from '../ports/text-to-speech.ts';
import { providerError } from '../provider-error.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { candidatesOf, namesOf, worthAsking } from './fallback.ts';
import type { Candidate, FallbackOptions, Replaced } from './fallback.ts';

/** A voice in the process, which is there when nothing else is. */
interface LastResort {
  readonly provider: TextToSpeech;
  readonly breaker: CircuitBreaker;
  /** How long the one before it may take: another voice is worse than a moment of silence. */
  readonly afterMs: number;
}

/** What a {@link FallbackTextToSpeech} needs. */
export interface FallbackTextToSpeechOptions extends FallbackOptions<TextToSpeech> {
  /** Asked after all others. It belongs to somebody else, who closes it. */
  readonly lastResort?: LastResort | null;
}

/**
 * Several synthesizers as one: the next speaks a piece when one fails, or has made no sound of it
 * within its budget. A piece that has begun to sound is not begun again by another. A voice that a
 * synthesizer does not have is its first.
 */
export class FallbackTextToSpeech implements TextToSpeech {
  readonly name: string;
  readonly voices: readonly string[];
  /** As many as all of them follow. */
  readonly maxInstructions: number;
  readonly #options: FallbackTextToSpeechOptions;
  readonly #candidates: readonly Candidate<TextToSpeech>[];

  constructor(options: FallbackTextToSpeechOptions) {
    this.#options = options;
    const { lastResort = null } = options;
    this.#candidates = [...candidatesOf(options), ...(lastResort ? [lastResort] : [])];
    this.name = namesOf(options.providers);
    this.voices = options.providers[0]!.voices;
    this.maxInstructions = Math.min(
      ...options.providers.map(({ maxInstructions = 0 }) => maxInstructions),
    );
  }

  synthesize(request: SynthesisRequest, events: SynthesisEvents): Synthesis {
    const onTookOver = (told: Replaced) => {
      const tookOver = { service: 'textToSpeech', ...told } as const;
      this.#options.onTookOver?.(tookOver);
      events.onTookOver?.(tookOver);
    };
    const asked = worthAsking(this.#candidates, onTookOver);
    const { clock, budgetMs, lastResort } = this.#options;
    const relay = new Relay({
      request,
      events,
      asked,
      clock,
      waitMs: (next) => (next.provider === lastResort?.provider ? lastResort.afterMs : budgetMs),
      onTookOver,
    });
    relay.start();
    return relay;
  }

  async close(): Promise<void> {
    await Promise.all(this.#options.providers.map((provider) => provider.close()));
  }
}

interface RelayOptions extends Pick<FallbackOptions<TextToSpeech>, 'clock'> {
  readonly request: SynthesisRequest;
  readonly events: SynthesisEvents;
  readonly asked: readonly Candidate<TextToSpeech>[];
  /** How long the one before this may take. */
  readonly waitMs: (next: Candidate<TextToSpeech>) => number;
  readonly onTookOver: (tookOver: Replaced) => void;
}

/** One piece on its way through the synthesizers. */
class Relay implements Synthesis {
  readonly #options: RelayOptions;
  #at = 0;
  #synthesis: Synthesis | null = null;
  #timer: TimerHandle | null = null;
  /** Words of a synthesizer that has made no sound yet. */
  #words: readonly TimedWord[] = [];
  #hasSounded = false;
  #isSpelledOut = false;
  #isOver = false;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  start(): void {
    const { asked, request, waitMs, clock } = this.#options;
    const at = this.#at;
    const candidate = asked[at]!;
    const { provider, breaker } = candidate;
    const isCurrent = () => !this.#isOver && this.#at === at;
    this.#words = [];
    const next = asked[at + 1];
    if (next) {
      this.#timer = clock.setTimeout(() => {
        if (isCurrent()) this.#goOn(candidate, 'slow', null);
      }, waitMs(next));
    }
    const voice = provider.voices.includes(request.voice) ? request.voice : provider.voices[0];
    const synthesis = provider.synthesize(
      { ...request, voice: voice ?? request.voice },
      {
        onWords: (words) => {
          if (isCurrent()) this.#takeWords(words);
        },
        onSpelledOut: () => {
          if (isCurrent()) this.#tellSpelledOut();
        },
        onAudio: (pcm, rate) => {
          if (isCurrent()) this.#takeAudio(pcm, rate);
        },
        onEnd: () => {
          if (!isCurrent()) return;
          breaker.succeeded();
          this.#tellWords();
          this.#finish();
          this.#options.events.onEnd();
        },
        onError: (error) => {
          if (isCurrent()) this.#goOn(candidate, 'failed', providerError(provider.name, error));
        },
        onUsed: (used) => this.#options.events.onUsed?.(used),
      },
    );
    if (isCurrent()) this.#synthesis = synthesis;
    else synthesis.cancel();
  }

  cancel(): void {
    this.#finish();
    this.#synthesis?.cancel();
  }

  /** Once, whichever synthesizer speaks in the end. */
  #tellSpelledOut(): void {
    if (this.#isSpelledOut) return;
    this.#isSpelledOut = true;
    this.#options.events.onSpelledOut?.();
  }

  #takeWords(words: readonly TimedWord[]): void {
    if (this.#hasSounded) this.#options.events.onWords(words);
    else this.#words = [...this.#words, ...words];
  }

  #takeAudio(pcm: Int16Array, rate: SampleRate): void {
    this.#tellWords();
    if (this.#isOver) return;
    this.#hasSounded = true;
    this.#stopTimer();
    this.#options.events.onAudio(pcm, rate);
  }

  #tellWords(): void {
    const words = this.#words;
    this.#words = [];
    if (words.length > 0) this.#options.events.onWords(words);
  }

  #goOn(
    { provider, breaker }: Candidate<TextToSpeech>,
    why: 'failed' | 'slow',
    error: PipelineError | null,
  ): void {
    const { asked, events, onTookOver } = this.#options;
    breaker.failed();
    this.#stopTimer();
    const next = asked[this.#at + 1];
    if (this.#hasSounded || !next) {
      this.#finish();
      this.#synthesis?.cancel();
      events.onError(error ?? new PipelineError('provider_timeout', `${provider.name} is silent`));
      return;
    }
    this.#at += 1;
    this.#synthesis?.cancel();
    this.#synthesis = null;
    onTookOver({ from: breaker.name, to: next.breaker.name, why, code: error?.code ?? null });
    this.start();
  }

  #finish(): void {
    this.#isOver = true;
    this.#stopTimer();
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
