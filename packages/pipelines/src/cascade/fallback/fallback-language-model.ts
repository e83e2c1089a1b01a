import type { ConversationItem } from '@antiphon/session';
import { PipelineError } from '../../pipeline-error.ts';
import type {
  Expectation,
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
} from '../ports/language-model.ts';
import { providerError } from '../provider-error.ts';
import { candidatesOf, namesOf, worthAsking } from './fallback.ts';
import type { Candidate, FallbackOptions, TookOver } from './fallback.ts';

/** What a {@link FallbackLanguageModel} needs. */
export interface FallbackLanguageModelOptions extends FallbackOptions<LanguageModel> {
  /** Whether a model that is slow goes on beside the next one, and the first to write is heard. */
  readonly hedges?: boolean;
}

/** A model that was asked and has not written yet. */
interface Race {
  readonly candidate: Candidate<LanguageModel>;
  readonly abort: AbortController;
  readonly parts: AsyncIterator<LanguageModelPart>;
  readonly first: Promise<Lap>;
  /** Whether its budget is used up. */
  isLate: boolean;
}

/** The models that may answer a request. */
interface Contest {
  readonly request: LanguageModelRequest;
  /** Not asked yet. */
  readonly waiting: Candidate<LanguageModel>[];
  readonly racing: Set<Race>;
  /** Resolves when nobody wants the answer any more. */
  readonly stopped: Promise<void>;
}

/** What came of waiting for the first part of a model. */
type Lap = { readonly race: Race } & (
  | { readonly kind: 'part'; readonly result: IteratorResult<LanguageModelPart> }
  | { readonly kind: 'failed'; readonly error: PipelineError }
  | { readonly kind: 'late' }
);

/**
 * Several models as one: the next is asked when one fails, or has written nothing within its budget.
 * Whichever writes first is heard, and goes on alone: what a caller has heard is not said again by
 * another, so a failure after that is the answer's.
 */
export class FallbackLanguageModel implements LanguageModel {
  readonly name: string;
  readonly #options: FallbackLanguageModelOptions;
  readonly #candidates: readonly Candidate<LanguageModel>[];
  /** What the first model expects, where it can tell. */
  readonly expects?: (history: readonly ConversationItem[]) => Expectation | null;

  constructor(options: FallbackLanguageModelOptions) {
    this.#options = options;
    this.#candidates = candidatesOf(options);
    this.name = namesOf(options.providers);
    const [first] = options.providers;
    if (first?.expects) this.expects = (history) => first.expects?.(history) ?? null;
  }

  async *answer(request: LanguageModelRequest): AsyncGenerator<LanguageModelPart> {
    const waiting = [...worthAsking(this.#candidates, (told) => this.#tell(told))];
    const racing = new Set<Race>();
    let stopAll = () => {};
    const stopped = new Promise<void>((resolve) => {
      stopAll = () => {
        for (const { abort } of racing) abort.abort();
        resolve();
      };
    });
    request.signal.addEventListener('abort', stopAll, { once: true });
    try {
      const lap = await this.#firstPart({ request, waiting, racing, stopped });
      if (lap === null || request.signal.aborted) return;
      const { race, result } = lap;
      for (const other of racing) if (other !== race) this.#drop(other, racing);
      yield* this.#rest(race, result);
    } finally {
      request.signal.removeEventListener('abort', stopAll);
      for (const race of racing) this.#drop(race, racing);
    }
  }

  /** Asks one after the other until one writes; null where the request was aborted. */
  async #firstPart(contest: Contest): Promise<Extract<Lap, { kind: 'part' }> | null> {
    const { request, waiting, racing } = contest;
    let failure: PipelineError | null = null;
    let current = this.#start(waiting.shift()!, request, racing);
    for (;;) {
      const lap = await this.#nextLap(current, contest);
      if (request.signal.aborted) return null;
      if (lap.kind === 'part') return lap;
      const { race } = lap;
      const { breaker, provider } = race.candidate;
      if (lap.kind === 'failed') {
        failure = lap.error;
        breaker.failed();
        this.#drop(race, racing);
      } else {
        race.isLate = true;
        breaker.failed();
        if (!this.#options.hedges) this.#drop(race, racing);
      }
      const next = waiting.shift();
      if (next) {
        this.#tell({
          from: provider.name,
          to: next.provider.name,
          why: lap.kind === 'failed' ? 'failed' : 'slow',
          code: lap.kind === 'failed' ? lap.error.code : null,
        });
        current = this.#start(next, request, racing);
      } else if (racing.size === 0) {
        throw failure ?? new PipelineError('provider_timeout', `${this.name} wrote nothing`);
      }
    }
  }

  /** The first that writes, fails, or, where another could be asked instead, is late. */
  async #nextLap(current: Race, { waiting, racing, stopped }: Contest): Promise<Lap> {
    const laps = [...racing].map(({ first }) => first);
    laps.push(stopped.then(() => ({ race: current, kind: 'late' })));
    if (waiting.length === 0 || current.isLate) return await Promise.race(laps);
    const { clock, budgetMs } = this.#options;
    let cancel = () => {};
    const late = new Promise<Lap>((resolve) => {
      const timer = clock.setTimeout(() => resolve({ race: current, kind: 'late' }), budgetMs);
      cancel = () => clock.clearTimeout(timer);
    });
    try {
      return await Promise.race([...laps, late]);
    } finally {
      cancel();
    }
  }

  #start(
    candidate: Candidate<LanguageModel>,
    request: LanguageModelRequest,
    racing: Set<Race>,
  ): Race {
    const abort = new AbortController();
    const { provider } = candidate;
    const parts = provider.answer({ ...request, signal: abort.signal })[Symbol.asyncIterator]();
    const race: Race = {
      candidate,
      abort,
      parts,
      isLate: false,
      first: parts.next().then(
        (result): Lap =>
          result.done
            ? { race, kind: 'failed', error: brokeOff(provider.name) }
            : { race, kind: 'part', result },
        (error: unknown): Lap => ({
          race,
          kind: 'failed',
          error: providerError(provider.name, error),
        }),
      ),
    };
    racing.add(race);
    return race;
  }

  async *#rest(
    { candidate, parts }: Race,
    first: IteratorResult<LanguageModelPart>,
  ): AsyncGenerator<LanguageModelPart> {
    const { breaker, provider } = candidate;
    try {
      for (let result = first; !result.done; result = await parts.next()) {
        if (result.value.type === 'end') breaker.succeeded();
        yield result.value;
      }
    } catch (error) {
      breaker.failed();
      throw providerError(provider.name, error);
    }
  }

  #drop(race: Race, racing: Set<Race>): void {
    racing.delete(race);
    race.abort.abort();
    // One that does not heed its signal is left to end by itself.
    void race.first.then(() => race.parts.return?.()).catch(() => {});
  }

  #tell(tookOver: Omit<TookOver, 'service'>): void {
    this.#options.onTookOver?.({ service: 'languageModel', ...tookOver });
  }
}

function brokeOff(name: string): PipelineError {
  return new PipelineError('provider_failed', `${name} broke off`);
}
