import { PLAIN_TOOL } from '@antiphon/session';
import type { ConversationItem, MessageItem, ToolDefinition } from '@antiphon/session';
import type { LanguageModel, LanguageModelPart } from '../../cascade/ports/language-model.ts';

/** What a model said and called in one answer. */
export interface SpokenAnswer {
  readonly text: string;
  readonly calls: readonly { callId: string; name: string; arguments: unknown }[];
}

/** How much of an answer the caller hears: all, the first words, or nothing. */
export interface AnswerFate {
  readonly heardWords?: number;
  /** Whether the answer was cut before its calls were made. */
  readonly isCutBeforeCalls?: boolean;
}

/** Keeps the history of a conversation with a model as a session would, for tests. */
export class SpokenConversation {
  readonly history: ConversationItem[] = [];
  readonly tools: readonly ToolDefinition[];
  readonly #model: LanguageModel;

  constructor(model: LanguageModel, toolNames: readonly string[]) {
    this.#model = model;
    this.tools = toolNames.map((name) => ({
      ...PLAIN_TOOL,
      name,
      description: name,
      parameters: { type: 'object' },
      runs: 'server',
    }));
  }

  /** The caller says something; nothing is answered yet. */
  callerSays(text: string): this {
    return this.#say('caller', text, 'completed');
  }

  /** The session had the agent say something, such as the greeting or the rest of an answer. */
  agentSaid(text: string, status: 'completed' | 'incomplete' = 'completed'): this {
    return this.#say('agent', text, status);
  }

  /** The session asked something of its own, and the caller answered it. */
  aside(question: string, answer: string): this {
    this.#add({ ...this.#message('agent', question, 'completed'), isAside: true });
    this.#add({ ...this.#message('caller', answer, 'completed'), isAside: true });
    return this;
  }

  /** A tool answered. */
  toolReturned(callId: string, output: unknown): this {
    this.#add({
      kind: 'toolOutput',
      id: this.#nextId(),
      status: 'completed',
      callId,
      output: typeof output === 'string' ? output : JSON.stringify(output),
    });
    return this;
  }

  /** Asks the model and enters what it said, as far as it was heard, and called. */
  async answer({ heardWords, isCutBeforeCalls }: AnswerFate = {}): Promise<SpokenAnswer> {
    const parts = await this.parts();
    const text = parts.map((part) => (part.type === 'text' ? part.delta : '')).join('');
    const calls = parts
      .filter((part) => part.type === 'toolCall')
      .map((call) => ({ ...call, arguments: JSON.parse(call.arguments) as unknown }));
    const heard = text.split(' ').slice(0, heardWords).join(' ');
    if (text !== '')
      this.#say('agent', heard, heardWords === undefined ? 'completed' : 'incomplete');
    for (const call of isCutBeforeCalls ? [] : calls) {
      this.#add({
        kind: 'toolCall',
        id: this.#nextId(),
        status: 'completed',
        callId: call.callId,
        name: call.name,
        arguments: JSON.stringify(call.arguments),
      });
    }
    return {
      text,
      calls: calls.map(({ callId, name, arguments: values }) => ({
        callId,
        name,
        arguments: values,
      })),
    };
  }

  /** Asks the model and enters nothing. */
  async parts(options: { toolChoice?: 'auto' | 'none' } = {}): Promise<LanguageModelPart[]> {
    const parts: LanguageModelPart[] = [];
    for await (const part of this.#model.answer({
      sessionId: 'session',
      instructions: 'Be short.',
      history: this.history,
      tools: this.tools,
      toolChoice: options.toolChoice ?? 'auto',
      maxOutputTokens: null,
      temperature: null,
      signal: new AbortController().signal,
    })) {
      parts.push(part);
    }
    return parts;
  }

  /** One exchange: the caller's words and the agent's text. */
  async exchange(text: string): Promise<string> {
    return (await this.callerSays(text).answer()).text;
  }

  #say(speaker: 'caller' | 'agent', text: string, status: 'completed' | 'incomplete'): this {
    this.#add(this.#message(speaker, text, status));
    return this;
  }

  #message(
    speaker: 'caller' | 'agent',
    text: string,
    status: 'completed' | 'incomplete',
  ): MessageItem {
    return {
      kind: 'message',
      id: this.#nextId(),
      speaker,
      medium: 'audio',
      status,
      text,
      audioMs: text.length * 60,
    };
  }

  #add(item: ConversationItem): void {
    this.history.push(item);
  }

  #nextId(): string {
    return `item_${this.history.length}`;
  }
}
