import type { WireClientEvent } from '@antiphon/protocol';
import type { ConversationItem } from '@antiphon/session';

/** An item as a client sends it. */
export type NewWireItem = Extract<WireClientEvent, { type: 'conversation.item.create' }>['item'];

/** An item of ours in writing, as the upstream is given it; null where there is nothing to give. */
export function wireItem(item: ConversationItem): NewWireItem | null {
  switch (item.kind) {
    case 'toolCall': {
      const { callId, name, arguments: text } = item;
      return { type: 'function_call', call_id: callId, name, arguments: text };
    }
    case 'toolOutput':
      return { type: 'function_call_output', call_id: item.callId, output: item.output };
    case 'message':
      return message(item.speaker, (item.text ?? '').trim());
  }
}

function message(speaker: 'caller' | 'agent' | 'system', text: string): NewWireItem | null {
  if (text === '') return null;
  if (speaker === 'agent') {
    return { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] };
  }
  const content = [{ type: 'input_text' as const, text }];
  if (speaker === 'system') return { type: 'message', role: 'system', content };
  return { type: 'message', role: 'user', content };
}
