import type { ConversationItem, UpstreamPrices } from '@antiphon/session';
import { pricedAt } from '../../upstream/token-costs.ts';
import type {
  Expectation,
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
} from '../ports/language-model.ts';
import { usageOf } from './counted-as.ts';
import type { CountedAs } from './counted-as.ts';

/**
 * Tells of a model the tokens that its provider counts, when an answer has ended. Of one that was
 * stopped, or whose server counts none, nothing is known and nothing is told.
 */
export class CountedLanguageModel implements LanguageModel {
  readonly #model: LanguageModel;
  readonly #as: CountedAs<UpstreamPrices>;
  readonly expects?: (history: readonly ConversationItem[]) => Expectation | null;

  constructor(model: LanguageModel, as: CountedAs<UpstreamPrices>) {
    this.#model = model;
    this.#as = as;
    if (model.expects) this.expects = (history) => model.expects?.(history) ?? null;
  }

  get name(): string {
    return this.#model.name;
  }

  async *answer(request: LanguageModelRequest): AsyncGenerator<LanguageModelPart> {
    for await (const part of this.#model.answer(request)) {
      if (part.type === 'end') this.#count(part, request);
      yield part;
    }
  }

  async close(): Promise<void> {
    await this.#model.close?.();
  }

  #count(
    { usage, cachedTextTokens = 0 }: Extract<LanguageModelPart, { type: 'end' }>,
    { onUsed }: LanguageModelRequest,
  ): void {
    if (Object.values(usage).every((tokens) => tokens === 0)) return;
    const cached = { cachedTextTokens, cachedAudioTokens: 0 };
    const { dollars } = pricedAt({ usage, ...cached }, this.#as.prices);
    onUsed?.(usageOf('chat', this.#as, { ...usage, ...cached, dollars }));
  }
}
