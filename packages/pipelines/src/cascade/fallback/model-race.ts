import { PipelineError } from '../../pipeline-error.ts';
import type {
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
} from '../ports/language-model.ts';
import { providerError } from '../provider-error.ts';
import type { Candidate } from './fallback.ts';

/** What came of waiting for a part of a model. */
export type Lap = { readonly race: ModelRace } & (
  | { readonly kind: 'part'; readonly part: LanguageModelPart }
  /** It is at work, and nothing can be heard of it yet. */
  | { readonly kind: 'working'; readonly part: LanguageModelPart }
  | { readonly kind: 'failed'; readonly error: PipelineError }
  | { readonly kind: 'late' }
);

/** A model that was asked and has not written yet. */
export class ModelRace {
  readonly candidate: Candidate<LanguageModel>;
  /** When its budget is used up. */
  dueAtMs: number;
  isLate = false;
  /** What it tells next; never rejects. */
  next: Promise<Lap>;
  readonly #abort = new AbortController();
  readonly #parts: AsyncIterator<LanguageModelPart>;

  constructor(candidate: Candidate<LanguageModel>, request: LanguageModelRequest, dueAtMs: number) {
    this.candidate = candidate;
    this.dueAtMs = dueAtMs;
    const answer = candidate.provider.answer({ ...request, signal: this.#abort.signal });
    this.#parts = answer[Symbol.asyncIterator]();
    this.next = this.#read();
  }

  /** It was at work: waits for what comes next, until then. */
  goOn(dueAtMs: number): void {
    this.dueAtMs = dueAtMs;
    this.next = this.#read();
  }

  /** All of its answer, from the part on that it has told. */
  async *from(first: LanguageModelPart): AsyncGenerator<LanguageModelPart> {
    let result: IteratorResult<LanguageModelPart> = { done: false, value: first };
    for (; !result.done; result = await this.#parts.next()) yield result.value;
  }

  abort(): void {
    this.#abort.abort();
  }

  /** One that does not heed its signal is left to end by itself. */
  drop(): void {
    this.abort();
    void this.next.then(() => this.#parts.return?.()).catch(() => {});
  }

  async #read(): Promise<Lap> {
    const { name } = this.candidate.provider;
    try {
      const { done, value: part } = await this.#parts.next();
      if (done) {
        const error = new PipelineError('provider_failed', `${name} broke off`);
        return { race: this, kind: 'failed', error };
      }
      const isEmpty = part.type === 'text' && part.delta === '';
      return { race: this, kind: isEmpty ? 'working' : 'part', part };
    } catch (error) {
      return { race: this, kind: 'failed', error: providerError(name, error) };
    }
  }
}
