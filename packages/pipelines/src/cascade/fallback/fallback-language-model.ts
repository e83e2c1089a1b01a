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
import type { Candidate, FallbackOptions, Replaced } from './fallback.ts';
import { ModelRace } from './model-race.ts';
import type { Lap } from './model-race.ts';

/** What a {@link FallbackLanguageModel} needs. */
export interface FallbackLanguageModelOptions extends FallbackOptions<LanguageModel> {
  /** Whether a model that is slow goes on beside the next one, and the first to write is heard. */
  readonly hedges?: boolean;
}

/** The models that may answer a request. */
interface Contest {
  readonly request: LanguageModelRequest;
  /** Not asked yet. */
  readonly waiting: Candidate<LanguageModel>[];
  readonly racing: Set<ModelRace>;
  /** Resolves when nobody wants the answer any more. */
  readonly stopped: Promise<void>;
}

/**
 * Several models as one: the next is asked when one fails, or has written nothing within its budget.
 * Whichever writes first is heard, and goes on alone: what a caller has heard is not said again by
 * another, so a failure after that is the answer's. A model that only tells that it is at work, by an
 * empty text, has not written, but has its budget anew.
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
    const waiting = [...worthAsking(this.#candidates, (told) => this.#tell(request, told))];
    const racing = new Set<ModelRace>();
    let stopAll = () => {};
    const stopped = new Promise<void>((resolve) => {
      stopAll = () => {
        for (const race of racing) race.abort();
        resolve();
      };
    });
    request.signal.addEventListener('abort', stopAll, { once: true });
    try {
      const lap = yield* this.#firstPart({ request, waiting, racing, stopped });
      if (lap === null || request.signal.aborted) return;
      const { race, part } = lap;
      for (const other of racing) if (other !== race) drop(other, racing);
      yield* this.#rest(race, part);
    } finally {
      request.signal.removeEventListener('abort', stopAll);
      for (const race of racing) drop(race, racing);
    }
  }

  /** Asks one after the other until one writes; null where the request was aborted. */
  async *#firstPart(
    contest: Contest,
  ): AsyncGenerator<LanguageModelPart, Extract<Lap, { kind: 'part' }> | null> {
    const { request, waiting, racing } = contest;
    let failure: PipelineError | null = null;
    let current = this.#start(waiting.shift()!, request, racing);
    for (;;) {
      const lap = await this.#nextLap(current, contest);
      if (request.signal.aborted) return null;
      if (lap.kind === 'part') return lap;
      const { race } = lap;
      if (lap.kind === 'working') {
        race.goOn(this.#dueAtMs());
        yield lap.part;
        continue;
      }
      const { breaker } = race.candidate;
      breaker.failed();
      race.isLate = lap.kind === 'late';
      if (lap.kind === 'failed') failure = lap.error;
      if (lap.kind === 'failed' || !this.#options.hedges) drop(race, racing);
      const next = waiting.shift();
      if (next) {
        this.#tell(request, {
          from: breaker.name,
          to: next.breaker.name,
          why: lap.kind === 'failed' ? 'failed' : 'slow',
          code: lap.kind === 'failed' ? lap.error.code : null,
        });
        current = this.#start(next, request, racing);
      } else if (racing.size === 0) {
        throw failure ?? new PipelineError('provider_timeout', `${this.name} wrote nothing`);
      }
    }
  }

  /** The first that tells something, or, where another could be asked instead, is late. */
  async #nextLap(current: ModelRace, { waiting, racing, stopped }: Contest): Promise<Lap> {
    const laps = [...racing].map(({ next }) => next);
    laps.push(stopped.then(() => ({ race: current, kind: 'late' })));
    if (waiting.length === 0 || current.isLate) return await Promise.race(laps);
    const { clock } = this.#options;
    const leftMs = Math.max(0, current.dueAtMs - clock.now());
    let cancel = () => {};
    const late = new Promise<Lap>((resolve) => {
      const timer = clock.setTimeout(() => resolve({ race: current, kind: 'late' }), leftMs);
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
    racing: Set<ModelRace>,
  ): ModelRace {
    const race = new ModelRace(candidate, request, this.#dueAtMs());
    racing.add(race);
    return race;
  }

  async *#rest(race: ModelRace, first: LanguageModelPart): AsyncGenerator<LanguageModelPart> {
    const { breaker, provider } = race.candidate;
    try {
      for await (const part of race.from(first)) {
        if (part.type === 'end') breaker.succeeded();
        yield part;
      }
    } catch (error) {
      breaker.failed();
      throw providerError(provider.name, error);
    }
  }

  #dueAtMs(): number {
    const { clock, budgetMs } = this.#options;
    return clock.now() + budgetMs;
  }

  #tell({ onTookOver }: LanguageModelRequest, replaced: Replaced): void {
    const tookOver = { service: 'languageModel', ...replaced } as const;
    this.#options.onTookOver?.(tookOver);
    onTookOver?.(tookOver);
  }
}

function drop(race: ModelRace, racing: Set<ModelRace>): void {
  racing.delete(race);
  race.drop();
}
