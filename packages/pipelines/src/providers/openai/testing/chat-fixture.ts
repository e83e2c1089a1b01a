import { PLAIN_TOOL, systemClock } from '@antiphon/session';
import type { ToolDefinition } from '@antiphon/session';
import { afterEach } from 'vitest';
import type {
  LanguageModelPart,
  LanguageModelRequest,
} from '../../../cascade/ports/language-model.ts';
import type { PipelineError } from '../../../pipeline-error.ts';
import { OpenaiChatLanguageModel } from '../openai-chat-language-model.ts';
import type { OpenaiChatOptions } from '../openai-chat-language-model.ts';
import { CHAT_KEY, LocalChatServer } from './local-chat-server.ts';
import type { ChatScript } from './local-chat-server.ts';

/** A tool with one argument. */
function toolNamed(name: string): ToolDefinition {
  return {
    ...PLAIN_TOOL,
    name,
    description: `Does ${name}.`,
    parameters: { type: 'object', properties: { order_id: { type: 'string' } } },
    runs: 'server',
  };
}

/** A caller who asked where an order is, and a tool that finds it. */
export const QUESTION: Omit<LanguageModelRequest, 'signal'> = {
  sessionId: 'session',
  instructions: 'Be brief.',
  history: [
    {
      kind: 'message',
      id: 'item_1',
      speaker: 'caller',
      medium: 'audio',
      status: 'completed',
      text: 'where is my order',
      audioMs: 900,
    },
  ],
  tools: [toolNamed('lookup_order'), toolNamed('trace_package')],
  toolChoice: 'auto',
  maxOutputTokens: null,
  temperature: null,
};

/** A server and a model that asks it. */
export interface ChatFixture {
  readonly server: LocalChatServer;
  readonly model: OpenaiChatLanguageModel;
  /** All parts of an answer. */
  ask(request?: Partial<LanguageModelRequest>): Promise<LanguageModelPart[]>;
  /** What an answer fails with. */
  fault(request?: Partial<LanguageModelRequest>): Promise<PipelineError>;
}

/** Starts fixtures that are closed after their test. */
export function chatFixtures(): (
  script?: ChatScript,
  options?: Partial<OpenaiChatOptions>,
) => Promise<ChatFixture> {
  const closings: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const closing of closings.splice(0).toReversed()) await closing();
  });
  return async (script = {}, options = {}) => {
    const server = await LocalChatServer.start(script);
    closings.push(() => server.close());
    const model = new OpenaiChatLanguageModel({
      model: 'local-chat',
      apiKey: CHAT_KEY,
      url: server.url,
      clock: systemClock,
      ...options,
    });
    closings.push(() => model.close());
    const ask: ChatFixture['ask'] = async (request = {}) => {
      const { signal } = new AbortController();
      const parts = [];
      for await (const part of model.answer({ ...QUESTION, signal, ...request })) parts.push(part);
      return parts;
    };
    const fault: ChatFixture['fault'] = async (request) => {
      try {
        await ask(request);
      } catch (error) {
        return error as PipelineError;
      }
      throw new Error('It answered.');
    };
    return { server, model, ask, fault };
  };
}

/** The text of an answer. */
export function textOf(parts: readonly LanguageModelPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.delta : '')).join('');
}

/** Names and arguments of the calls of an answer. */
export function callsOf(parts: readonly LanguageModelPart[]): [name: string, text: string][] {
  return parts.flatMap((part) => (part.type === 'toolCall' ? [[part.name, part.arguments]] : []));
}
