import { newId, protocolErrors } from '@antiphon/protocol';
import type {
  AssistantPart,
  NewItem as WireNewItem,
  ProtocolFault,
  UserPart,
} from '@antiphon/protocol';
import type { MessageItem, NewItem, Speaker } from '@antiphon/session';

type WireMessage = Extract<WireNewItem, { type: 'message' }>;
type Part = UserPart | AssistantPart;

/** An item a client adds, in the session's terms, or why it cannot be taken. */
export type NewItemReading =
  | { readonly ok: true; readonly item: NewItem }
  | { readonly ok: false; readonly fault: ProtocolFault };

/** The roles of the wire and who speaks in them. */
const SPEAKERS: Readonly<Record<WireMessage['role'], Speaker>> = {
  user: 'caller',
  assistant: 'agent',
  system: 'system',
};

/**
 * Reads the item of a conversation.item.create; ids that the client left out are made up. The
 * parts of a message become one text, each on its own line. `param` is where the item stands in
 * the event.
 */
export function newItemFromWire(wire: WireNewItem, param = 'item'): NewItemReading {
  const id = wire.id ?? newId('item');
  switch (wire.type) {
    case 'function_call': {
      const { callId = newId('call'), name } = wire;
      const args = wire.arguments === '' ? '{}' : wire.arguments;
      return { ok: true, item: { kind: 'toolCall', id, callId, name, arguments: args } };
    }
    case 'function_call_output': {
      const { callId, output } = wire;
      return { ok: true, item: { kind: 'toolOutput', id, callId, output } };
    }
    case 'message': {
      const fault = faultOfParts(wire.content, param);
      return fault ? { ok: false, fault } : { ok: true, item: messageOf(wire, id) };
    }
  }
}

function messageOf(wire: WireMessage, id: string): Omit<MessageItem, 'status'> {
  const parts: Part[] = wire.content;
  const isSpoken = parts.length > 0 && parts.every((part) => !('text' in part));
  return {
    kind: 'message',
    id,
    speaker: SPEAKERS[wire.role],
    medium: isSpoken ? 'audio' : 'text',
    text: parts.map(wordsOf).join('\n'),
    audioMs: 0,
  };
}

/** What a part says in words; a part without any says nothing to an engine. */
function wordsOf(part: Part): string {
  if (part.type === 'input_image') return '';
  return 'text' in part ? part.text : (part.transcript ?? '');
}

function faultOfParts(parts: readonly Part[], itemParam: string): ProtocolFault | null {
  for (const [index, part] of parts.entries()) {
    const param = `${itemParam}.content[${index}]`;
    if (part.type === 'input_image') {
      const reason = 'agents on this server do not see images; describe it in a text part';
      return protocolErrors.invalidValue({ param: `${param}.type`, reason });
    }
    if (part.type === 'input_audio' && part.transcript === null) {
      const reason =
        'audio inside an item is not listened to; append and commit it, or send a transcript';
      return protocolErrors.invalidValue({ param: `${param}.audio`, reason });
    }
  }
  return null;
}
