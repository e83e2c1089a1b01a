import type { ConversationItem } from '@antiphon/session';
import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';

type ToolCallItem = Extract<ConversationItem, { kind: 'toolCall' }>;
type ToolOutputItem = Extract<ConversationItem, { kind: 'toolOutput' }>;

/** What a call that is running has answered. */
const RUNNING = '{"status":"running"}';

/**
 * A conversation as chat completions have it, where each call is followed at once by its output. A
 * call stands where its output does, so that the model reads last what came last; one without an
 * output stands where it was made, as running.
 */
export function chatMessages(
  instructions: string,
  history: readonly ConversationItem[],
): ChatCompletionMessageParam[] {
  const messages = new Messages();
  if (instructions.trim() !== '') messages.say('system', instructions);
  const calls = new Map<string, ToolCallItem>();
  const answered = new Set<string>();
  for (const item of history) {
    if (item.kind === 'toolCall') calls.set(item.callId, item);
    if (item.kind === 'toolOutput') answered.add(item.callId);
  }
  let outputs: ToolOutputItem[] = [];
  const settle = (): void => {
    if (outputs.length > 0) messages.answer(outputs, calls);
    outputs = [];
  };
  for (const item of history) {
    if (item.kind === 'toolOutput') outputs.push(item);
    else if (item.kind === 'message') {
      const text = item.text?.trim() ?? '';
      if (text === '') continue;
      settle();
      messages.say(ROLES[item.speaker], text);
    } else if (!answered.has(item.callId)) {
      settle();
      messages.answer([{ callId: item.callId, output: RUNNING }], calls);
    }
  }
  settle();
  return messages.list;
}

const ROLES = { caller: 'user', agent: 'assistant', system: 'system' } as const;

class Messages {
  readonly list: ChatCompletionMessageParam[] = [];
  /** The last message, where it is the agent's and makes no calls yet. */
  #spoken: ChatCompletionAssistantMessageParam | null = null;

  say(role: 'system' | 'user' | 'assistant', content: string): void {
    this.#spoken = role === 'assistant' ? { role, content } : null;
    this.list.push(this.#spoken ?? { role: role === 'user' ? 'user' : 'system', content });
  }

  answer(
    outputs: readonly Pick<ToolOutputItem, 'callId' | 'output'>[],
    calls: ReadonlyMap<string, ToolCallItem>,
  ): void {
    const made = outputs.map(({ callId }) => callOf(callId, calls.get(callId)));
    if (this.#spoken) this.#spoken.tool_calls = made;
    else this.list.push({ role: 'assistant', content: null, tool_calls: made });
    this.#spoken = null;
    for (const { callId, output } of outputs) {
      this.list.push({ role: 'tool', tool_call_id: callId, content: output });
    }
  }
}

/** An output whose call is not in the conversation has one all the same. */
function callOf(id: string, call: ToolCallItem | undefined): ChatCompletionMessageFunctionToolCall {
  const { name = 'unknown', arguments: text = '{}' } = call ?? {};
  return { id, type: 'function', function: { name, arguments: text } };
}
