import type { AudioEncoding } from '@antiphon/audio';
import type { AudioFrame, TimerHandle } from '@antiphon/session';
import { PipelineError } from '../../pipeline-error.ts';
import type { Recognition, RecognitionEvents, SpeechToText } from '../ports/speech-to-text.ts';
import { providerError } from '../provider-error.ts';
import { candidatesOf, namesOf, worthAsking } from './fallback.ts';
import type { Candidate, FallbackOptions, Replaced } from './fallback.ts';

/** A longer turn cannot be heard again from its beginning; its end says most. */
const MOST_KEPT_MS = 60_000;

/**
 * Several recognisers as one: the next hears a turn, from its beginning, when one fails, or has
 * written nothing down within its budget after the turn.
 */
export class FallbackSpeechToText implements SpeechToText {
  readonly name: string;
  readonly #options: FallbackOptions<SpeechToText>;
  readonly #candidates: readonly Candidate<SpeechToText>[];

  constructor(options: FallbackOptions<SpeechToText>) {
    this.#options = options;
    this.#candidates = candidatesOf(options);
    this.name = namesOf(options.providers);
  }

  recognise(
    sessionId: string,
    events: RecognitionEvents,
    callerEncoding?: AudioEncoding,
  ): Recognition {
    const onTookOver = (told: Replaced) => {
      const tookOver = { service: 'speechToText', ...told } as const;
      this.#options.onTookOver?.(tookOver);
      events.onTookOver?.(tookOver);
    };
    const asked = worthAsking(this.#candidates, onTookOver);
    const turn = new TurnRelay({
      sessionId,
      events,
      callerEncoding,
      asked,
      budgetMs: this.#options.budgetMs,
      clock: this.#options.clock,
      onTookOver,
    });
    turn.start();
    return turn;
  }

  async close(): Promise<void> {
    await Promise.all(this.#options.providers.map((provider) => provider.close()));
  }
}

interface TurnRelayOptions extends Pick<FallbackOptions<SpeechToText>, 'budgetMs' | 'clock'> {
  readonly sessionId: string;
  readonly events: RecognitionEvents;
  readonly callerEncoding: AudioEncoding | undefined;
  readonly asked: readonly Candidate<SpeechToText>[];
  readonly onTookOver: (tookOver: Replaced) => void;
}

/** One turn on its way through the recognisers. */
class TurnRelay implements Recognition {
  readonly #options: TurnRelayOptions;
  /** What another would have to hear; none while there is no other. */
  #frames: AudioFrame[] = [];
  #keptMs = 0;
  #at = 0;
  #recognition: Recognition | null = null;
  #timer: TimerHandle | null = null;
  #isFinished = false;
  #isOver = false;

  constructor(options: TurnRelayOptions) {
    this.#options = options;
  }

  start(): void {
    const { asked, sessionId, events, callerEncoding } = this.#options;
    const at = this.#at;
    const candidate = asked[at]!;
    const { provider, breaker } = candidate;
    const isCurrent = () => !this.#isOver && this.#at === at;
    const relayed: RecognitionEvents = {
      onPartial: (partial) => {
        if (isCurrent()) events.onPartial(partial);
      },
      onFinal: (transcript) => {
        if (!isCurrent()) return;
        breaker.succeeded();
        this.#finishHere();
        events.onFinal(transcript);
      },
      onError: (error) => {
        if (isCurrent()) this.#goOn(candidate, 'failed', providerError(provider.name, error));
      },
      onUsed: (used) => events.onUsed?.(used),
    };
    const recognition = provider.recognise(sessionId, relayed, callerEncoding);
    if (!isCurrent()) {
      recognition.cancel();
      return;
    }
    this.#recognition = recognition;
    for (const frame of this.#frames) recognition.accept(frame);
    if (isCurrent() && this.#isFinished) this.#end(candidate);
  }

  accept(frame: AudioFrame): void {
    if (this.#isOver || this.#isFinished) return;
    if (this.#hasNext) this.#keep(frame);
    this.#recognition?.accept(frame);
  }

  finish(): void {
    if (this.#isOver || this.#isFinished) return;
    this.#isFinished = true;
    this.#end(this.#options.asked[this.#at]!);
  }

  paused(): void {
    if (!this.#isOver && !this.#isFinished) this.#recognition?.paused?.();
  }

  resumed(): void {
    if (!this.#isOver && !this.#isFinished) this.#recognition?.resumed?.();
  }

  cancel(): void {
    this.#finishHere();
    this.#recognition?.cancel();
  }

  get #hasNext(): boolean {
    return this.#at + 1 < this.#options.asked.length;
  }

  #end(candidate: Candidate<SpeechToText>): void {
    const at = this.#at;
    if (this.#hasNext) {
      const { clock, budgetMs } = this.#options;
      this.#timer = clock.setTimeout(() => {
        if (!this.#isOver && this.#at === at) this.#goOn(candidate, 'slow', null);
      }, budgetMs);
    }
    this.#recognition?.finish();
  }

  #keep(frame: AudioFrame): void {
    this.#frames.push(frame);
    this.#keptMs += msOf(frame);
    while (this.#keptMs > MOST_KEPT_MS) this.#keptMs -= msOf(this.#frames.shift()!);
  }

  #goOn(
    { provider, breaker }: Candidate<SpeechToText>,
    why: 'failed' | 'slow',
    error: PipelineError | null,
  ): void {
    const { asked, events, onTookOver } = this.#options;
    breaker.failed();
    this.#stopTimer();
    const next = asked[this.#at + 1];
    this.#recognition?.cancel();
    if (!next) {
      this.#finishHere();
      events.onError(error ?? new PipelineError('provider_timeout', `${provider.name} is silent`));
      return;
    }
    this.#at += 1;
    this.#recognition = null;
    onTookOver({ from: breaker.name, to: next.breaker.name, why, code: error?.code ?? null });
    this.start();
  }

  #finishHere(): void {
    this.#isOver = true;
    this.#stopTimer();
    this.#frames = [];
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}

function msOf({ pcm, sampleRate }: AudioFrame): number {
  return (pcm.length * 1000) / sampleRate;
}
