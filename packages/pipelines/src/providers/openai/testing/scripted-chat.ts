import { PLAIN_TOOL } from '@antiphon/session';
import type { ConversationItem, ToolChoice, ToolDefinition } from '@antiphon/session';
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { LanguageModel } from '../../../cascade/ports/language-model.ts';
import { callChunks, chunkOf, endChunks } from './chat-chunks.ts';
import type { ChatExchange } from './local-chat-server.ts';

/**
 * Answers of a local server by a model in the process, such as an agent's script: the conversation
 * is read back from the messages, and each part is sent as soon as the model has written it.
 */
export function answersOf(
  model: LanguageModel,
): (exchange: ChatExchange) => AsyncIterable<ChatCompletionChunk> {
  return async function* answer({ body }: ChatExchange) {
    let calls = 0;
    yield chunkOf({ role: 'assistant', content: '' });
    const { signal } = new AbortController();
    const instructions = body.messages[0]?.role === 'system' ? textOf(body.messages[0]) : '';
    for await (const part of model.answer({
      sessionId: 'chat',
      instructions,
      history: historyOf(body.messages),
      tools: toolsOf(body),
      toolChoice: choiceOf(body),
      maxOutputTokens: body.max_completion_tokens ?? body.max_tokens ?? null,
      temperature: body.temperature ?? null,
      signal,
    })) {
      if (part.type === 'text') yield chunkOf({ content: part.delta });
      else if (part.type === 'toolCall') {
        const { callId: id, name, arguments: text } = part;
        yield* callChunks([{ id, name, arguments: text }]).map((chunk) => at(chunk, calls));
        calls += 1;
      } else {
        const finish = part.finish === 'stop' && calls > 0 ? 'tool_calls' : part.finish;
        const { inputTextTokens: input, outputTextTokens: output } = part.usage;
        yield* endChunks(finish, body.stream_options?.include_usage ? { input, output } : null);
      }
    }
  };
}

const SPEAKERS: ReadonlyMap<string, 'caller' | 'agent'> = new Map([
  ['user', 'caller'],
  ['assistant', 'agent'],
]);

/** The conversation that messages tell of, without the instructions. */
function historyOf(messages: readonly ChatCompletionMessageParam[]): ConversationItem[] {
  const history: ConversationItem[] = [];
  const add = (item: object): void => {
    const id = `item_${history.length}`;
    history.push({ id, status: 'completed', ...item } as ConversationItem);
  };
  for (const [index, message] of messages.entries()) {
    const text = textOf(message);
    if (message.role === 'tool') {
      // A call that is running has no output yet.
      if (text === '{"status":"running"}') continue;
      add({ kind: 'toolOutput', callId: message.tool_call_id, output: text });
      continue;
    }
    const speaker = SPEAKERS.get(message.role) ?? 'system';
    const isSaid = text !== '' && !(index === 0 && speaker === 'system');
    if (isSaid) add({ kind: 'message', speaker, medium: 'audio', text, audioMs: 0 });
    for (const call of message.role === 'assistant' ? (message.tool_calls ?? []) : []) {
      if (call.type !== 'function') continue;
      const { name, arguments: values } = call.function;
      add({ kind: 'toolCall', callId: call.id, name, arguments: values });
    }
  }
  return history;
}

function textOf({ content }: ChatCompletionMessageParam): string {
  return typeof content === 'string' ? content : '';
}

function toolsOf({ tools = [] }: ChatCompletionCreateParamsStreaming): ToolDefinition[] {
  return tools.flatMap((tool) => {
    if (tool.type !== 'function') return [];
    const { name, description = '', parameters = {} } = tool.function;
    return [{ ...PLAIN_TOOL, name, description, parameters, runs: 'server' }];
  });
}

function choiceOf({ tool_choice: choice }: ChatCompletionCreateParamsStreaming): ToolChoice {
  if (typeof choice === 'object' && choice.type === 'function') {
    return { name: choice.function.name };
  }
  return typeof choice === 'string' ? choice : 'auto';
}

/** A chunk of the call of another index. */
function at(chunk: ChatCompletionChunk, index: number): ChatCompletionChunk {
  const choices = chunk.choices.map((choice) => ({
    ...choice,
    delta: {
      ...choice.delta,
      ...(choice.delta.tool_calls && {
        tool_calls: choice.delta.tool_calls.map((call) => ({ ...call, index })),
      }),
    },
  }));
  return { ...chunk, choices };
}
