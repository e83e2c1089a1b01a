import type { Clock, ConversationItem, UpstreamPrices } from '@antiphon/session';
import { pricedAt } from '../../upstream/token-costs.ts';
import type {
  Expectation,
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
} from '../ports/language-model.ts';
import { providerError } from '../provider-error.ts';
import { usageOf } from './counted-as.ts';
import type { CountedAs } from './counted-as.ts';
import { readAhead } from './read-ahead.ts';

type End = Extract<LanguageModelPart, { type: 'end' }>;

/**
 * Tells of a model how long it took, when an answer has ended or failed, and the tokens that its
 * provider counts. Of one that was stopped nothing is known and nothing is told. Answers are read as
 * they come, so that what they take is not what their speech takes.
 */
export class CountedLanguageModel implements LanguageModel {
  readonly #model: LanguageModel;
  readonly #as: CountedAs<UpstreamPrices>;
  readonly #clock: Clock;
  readonly expects?: (history: readonly ConversationItem[]) => Expectation | null;

  constructor(model: LanguageModel, as: CountedAs<UpstreamPrices>, clock: Clock) {
    this.#model = model;
    this.#as = as;
    this.#clock = clock;
    if (model.expects) this.expects = (history) => model.expects?.(history) ?? null;
  }

  get name(): string {
    return this.#model.name;
  }

  answer(request: LanguageModelRequest): AsyncGenerator<LanguageModelPart> {
    return readAhead(this.#counted(request));
  }

  async close(): Promise<void> {
    await this.#model.close?.();
  }

  async *#counted(request: LanguageModelRequest): AsyncGenerator<LanguageModelPart> {
    const askedAtMs = this.#clock.now();
    let hasEnded = false;
    const failed = (errorCode: string): void => {
      // One that is closed was stopped as well.
      if (hasEnded || request.signal.aborted || errorCode === 'closed') return;
      const durationMs = this.#clock.now() - askedAtMs;
      request.onUsed?.(usageOf('chat', this.#as, { durationMs, errorCode }));
    };
    try {
      for await (const part of this.#model.answer(request)) {
        if (part.type === 'end') {
          hasEnded = true;
          request.onUsed?.(this.#used(part, this.#clock.now() - askedAtMs));
        }
        yield part;
      }
    } catch (error) {
      failed(providerError(this.name, error).code);
      throw error;
    }
    failed('provider_failed');
  }

  #used({ usage, cachedTextTokens = 0 }: End, durationMs: number) {
    // A server that counts no tokens has not said that they cost nothing.
    const isNothing = Object.values(usage).every((tokens) => tokens === 0);
    if (isNothing) return usageOf('chat', this.#as, { durationMs });
    const cached = { cachedTextTokens, cachedAudioTokens: 0 };
    const { dollars } = pricedAt({ usage, ...cached }, this.#as.prices);
    return usageOf('chat', this.#as, { ...usage, ...cached, dollars, durationMs });
  }
}
