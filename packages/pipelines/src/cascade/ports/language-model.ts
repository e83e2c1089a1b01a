import type {
  ConversationItem,
  ProviderTookOver,
  ProviderUsage,
  ToolChoice,
  ToolDefinition,
  Usage,
} from '@antiphon/session';

/** What a model is asked. */
export interface LanguageModelRequest {
  readonly sessionId: string;
  readonly instructions: string;
  /** The conversation as heard, oldest first. */
  readonly history: readonly ConversationItem[];
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice;
  readonly maxOutputTokens: number | null;
  /** 0 to 2, or `null` for the model's own. */
  readonly temperature: number | null;
  readonly signal: AbortSignal;
  /** Told where another model takes over; must not throw. */
  readonly onTookOver?: ((tookOver: ProviderTookOver) => void) | undefined;
  /** Told what each model used, where that is counted; must not throw. */
  readonly onUsed?: ((used: ProviderUsage) => void) | undefined;
}

/**
 * A piece of an answer. Text comes before calls; `end` is the last. An empty text says nothing but
 * that the model is at work, such as on a long call.
 */
export type LanguageModelPart =
  | { readonly type: 'text'; readonly delta: string }
  | {
      readonly type: 'toolCall';
      readonly callId: string;
      readonly name: string;
      /** JSON text of the arguments object. */
      readonly arguments: string;
    }
  | {
      readonly type: 'end';
      readonly finish: 'stop' | 'length';
      readonly usage: Usage;
      /** Of the input, what the provider had read before; none unless given. */
      readonly cachedTextTokens?: number;
    };

/**
 * What the caller is about to say: a number, digit by digit. `maxLength` is null where only the
 * least number of digits is known.
 */
export interface Expectation {
  readonly kind: 'digits';
  readonly minLength: number;
  readonly maxLength: number | null;
}

/**
 * Writes the agent's side of the conversation. `answer` streams; it throws a PipelineError when
 * the provider fails and ends early, without an error, when the signal aborts.
 */
export interface LanguageModel {
  readonly name: string;
  answer(request: LanguageModelRequest): AsyncIterable<LanguageModelPart>;
  /**
   * What the caller's next turn may hold after a conversation as heard; null for nothing in
   * particular. Asked in the middle of turns, so it is quick and does not throw. A model without it
   * has its last question read instead.
   */
  expects?(history: readonly ConversationItem[]): Expectation | null;
  /** Frees connections, where it has some; answers under way end. */
  close?(): Promise<void>;
}
