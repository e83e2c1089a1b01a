import { itemObject } from '@antiphon/protocol';
import type {
  AssistantPart,
  ItemStatus as WireStatus,
  UserPart,
  WireItem,
} from '@antiphon/protocol';
import type { ConversationItem, ItemStatus, MessageItem, ToolCallItem } from '@antiphon/session';

const WIRE_STATUS: Readonly<Record<ItemStatus, WireStatus>> = {
  inProgress: 'in_progress',
  completed: 'completed',
  incomplete: 'incomplete',
};

/** How an item is shown. */
export interface ItemView {
  /** Whether the words of caller audio are shown; a null transcript stands for them otherwise. */
  readonly isTranscribed: boolean;
}

/** An item of the conversation as the client sees it; of agent speech, the words it holds. */
export function wireItemOf(item: ConversationItem, { isTranscribed }: ItemView): WireItem {
  const head = { id: item.id, status: WIRE_STATUS[item.status] };
  switch (item.kind) {
    case 'message':
      return itemObject({ ...head, ...messageBody(item, isTranscribed) });
    case 'toolCall':
      return itemObject({ ...head, ...callBody(item) });
    case 'toolOutput': {
      const { callId, output } = item;
      return itemObject({ ...head, type: 'function_call_output', callId, output });
    }
  }
}

/** A call of a response before its arguments are told. */
export function emptyCallItem(item: ToolCallItem): WireItem {
  return itemObject({ id: item.id, status: 'in_progress', ...callBody(item), arguments: '' });
}

/** An agent's message as a response makes it: without content, or with the words written so far. */
export function agentMessageItem(
  message: Pick<MessageItem, 'id' | 'medium' | 'status'>,
  text: string | null,
): WireItem {
  const { id, medium, status } = message;
  return itemObject({
    id,
    status: WIRE_STATUS[status],
    type: 'message',
    role: 'assistant',
    content: text === null ? [] : [assistantPart(medium, text)],
  });
}

function messageBody(item: MessageItem, isTranscribed: boolean) {
  const { speaker, medium, text } = item;
  switch (speaker) {
    case 'agent': {
      const content = [assistantPart(medium, text ?? '')];
      return { type: 'message', role: 'assistant', content } as const;
    }
    case 'system': {
      const content = [{ type: 'input_text', text: text ?? '' } as const];
      return { type: 'message', role: 'system', content } as const;
    }
    case 'caller': {
      const content: UserPart[] = [
        medium === 'text'
          ? { type: 'input_text', text: text ?? '' }
          : { type: 'input_audio', transcript: isTranscribed ? text : null },
      ];
      return { type: 'message', role: 'user', content } as const;
    }
  }
}

function assistantPart(medium: MessageItem['medium'], text: string): AssistantPart {
  return medium === 'text'
    ? { type: 'output_text', text }
    : { type: 'output_audio', transcript: text };
}

function callBody({ callId, name, arguments: args }: ToolCallItem) {
  return { type: 'function_call', callId, name, arguments: args } as const;
}
