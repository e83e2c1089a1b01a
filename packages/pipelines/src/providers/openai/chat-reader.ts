import { NO_USAGE } from '@antiphon/session';
import type { Usage } from '@antiphon/session';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { LanguageModelPart } from '../../cascade/ports/language-model.ts';
import { providerFault } from '../provider-fault.ts';
import { StreamedCalls } from './streamed-calls.ts';

/** How an answer is read. */
export interface ChatReaderOptions {
  readonly provider: string;
  /** Whether calls are passed on; a server may not heed the choice of none. */
  readonly takesCalls: boolean;
  /** Ids that calls of the conversation have. */
  readonly takenIds: ReadonlySet<string>;
}

/** Makes the parts of an answer of its chunks. */
export class ChatReader {
  readonly #options: ChatReaderOptions;
  readonly #calls: StreamedCalls;
  #finish: string | null = null;
  #usage: Usage = NO_USAGE;
  #cachedTextTokens = 0;
  #hasText = false;
  #hasChunks = false;

  constructor(options: ChatReaderOptions) {
    this.#options = options;
    this.#calls = new StreamedCalls(options.takenIds);
  }

  /** Whether arguments of a call are being written. */
  get isCalling(): boolean {
    return this.#calls.isBegun;
  }

  /** The text of a chunk, if it has some. Throws `provider_garbled` for what is no chunk. */
  take(chunk: ChatCompletionChunk): string {
    const { choices, usage } = fieldsOf<ChatCompletionChunk>(chunk);
    if (!Array.isArray(choices) && !usage) throw this.#garbled('a chunk without choices');
    this.#hasChunks = true;
    if (usage) {
      this.#usage = usageOf(usage);
      this.#cachedTextTokens = cachedOf(usage, this.#usage);
    }
    const choice = choices?.find(
      (one) => (fieldsOf<ChatCompletionChunk.Choice>(one).index ?? 0) === 0,
    );
    if (!choice) return '';
    const { delta, finish_reason: finish } = fieldsOf<ChatCompletionChunk.Choice>(choice);
    if (typeof finish === 'string') this.#finish = finish;
    const {
      content,
      refusal,
      tool_calls: calls,
    } = fieldsOf<ChatCompletionChunk.Choice.Delta>(delta);
    if (Array.isArray(calls)) for (const call of calls) this.#calls.take(fieldsOf(call));
    // A model that refuses says so there.
    const text = [content, refusal].filter((one) => typeof one === 'string').join('');
    this.#hasText ||= text.trim() !== '';
    return text;
  }

  /** What follows the text. Throws where the answer is not whole, or is nothing. */
  end(): LanguageModelPart[] {
    const { provider, takesCalls } = this.#options;
    if (!this.#hasChunks) throw this.#garbled('an answer that is no stream of chunks');
    if (this.#finish === null) throw providerFault(provider, 'provider_lost', 'it broke off');
    const isCut = this.#finish === 'length' || this.#finish === 'content_filter';
    // Arguments that were cut are no call.
    const calls = takesCalls && !isCut ? this.#calls.made() : [];
    if (!this.#hasText && calls.length === 0) {
      throw providerFault(provider, 'provider_silent', this.#finish.slice(0, 20));
    }
    const cachedTextTokens = this.#cachedTextTokens;
    const cached = cachedTextTokens > 0 ? { cachedTextTokens } : {};
    const finish = isCut ? 'length' : 'stop';
    return [...calls, { type: 'end', finish, usage: this.#usage, ...cached }];
  }

  #garbled(what: string): Error {
    return providerFault(this.#options.provider, 'provider_garbled', what);
  }
}

function usageOf(usage: NonNullable<ChatCompletionChunk['usage']>): Usage {
  const { prompt_tokens_details: input, completion_tokens_details: output } = usage;
  const inputAudioTokens = countOf(input?.audio_tokens);
  const outputAudioTokens = countOf(output?.audio_tokens);
  return {
    inputTextTokens: countOf(countOf(usage.prompt_tokens) - inputAudioTokens),
    inputAudioTokens,
    outputTextTokens: countOf(countOf(usage.completion_tokens) - outputAudioTokens),
    outputAudioTokens,
  };
}

/** Of the text; what is told may hold audio besides. */
function cachedOf(usage: NonNullable<ChatCompletionChunk['usage']>, told: Usage): number {
  return Math.min(countOf(usage.prompt_tokens_details?.cached_tokens), told.inputTextTokens);
}

function countOf(value: unknown): number {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : 0;
}

/** Whatever was sent, with members that may not be there. */
function fieldsOf<Shape>(value: unknown): Partial<Shape> {
  return typeof value === 'object' && value !== null ? value : {};
}
