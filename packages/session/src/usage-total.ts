import { NO_TOKENS } from './ports/provider-usage.ts';
import type { ProviderUsage, SessionUsage } from './ports/provider-usage.ts';
import type { SessionNews } from './session-parts.ts';

const NOTHING: SessionUsage = {
  ...NO_TOKENS,
  audioMs: 0,
  characters: 0,
  dollars: null,
  isPartlyPriced: false,
};

/** Adds up what the providers of a session used, until its end is told. */
export class UsageTotal {
  #total: SessionUsage | null = null;
  #hasPriced = false;
  #hasUnpriced = false;
  #isClosed = false;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What is to be told of it. Requests that used nothing are no part of the total. */
  add(used: ProviderUsage): SessionNews {
    if (!isNothing(used)) this.#count(used);
    return { type: 'provider.used', ...used };
  }

  /** The end is told now: what is in it of the total, nothing where nothing was used. */
  close(): { readonly usage?: SessionUsage } {
    this.#isClosed = true;
    return this.#total === null ? {} : { usage: this.#total };
  }

  #count(used: ProviderUsage): void {
    const before = this.#total ?? NOTHING;
    this.#hasPriced ||= used.dollars !== null;
    this.#hasUnpriced ||= used.dollars === null;
    this.#total = {
      inputTextTokens: before.inputTextTokens + used.inputTextTokens,
      inputAudioTokens: before.inputAudioTokens + used.inputAudioTokens,
      outputTextTokens: before.outputTextTokens + used.outputTextTokens,
      outputAudioTokens: before.outputAudioTokens + used.outputAudioTokens,
      cachedTextTokens: before.cachedTextTokens + used.cachedTextTokens,
      cachedAudioTokens: before.cachedAudioTokens + used.cachedAudioTokens,
      audioMs: before.audioMs + used.audioMs,
      characters: before.characters + used.characters,
      dollars: used.dollars === null ? before.dollars : (before.dollars ?? 0) + used.dollars,
      isPartlyPriced: this.#hasPriced && this.#hasUnpriced,
    };
  }
}

function isNothing({ dollars, ...used }: ProviderUsage): boolean {
  const { inputTextTokens, inputAudioTokens, outputTextTokens, outputAudioTokens } = used;
  const tokens = inputTextTokens + inputAudioTokens + outputTextTokens + outputAudioTokens;
  return dollars === null && tokens + used.audioMs + used.characters === 0;
}
