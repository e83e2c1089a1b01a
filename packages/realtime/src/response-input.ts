import { protocolErrors } from '@antiphon/protocol';
import type { ProtocolFault, ResponseOverrides } from '@antiphon/protocol';
import type { ConversationItem, SessionControl } from '@antiphon/session';
import { newItemFromWire } from './new-items.ts';

/** What one answer is made from, or why it cannot be taken. */
export type ContextReading =
  | { readonly ok: true; readonly context: readonly ConversationItem[] }
  | { readonly ok: false; readonly fault: ProtocolFault };

/**
 * Reads the `input` of a response.create: items of its own, which enter no conversation, and
 * references to items of the conversation, as they stand now.
 */
export function contextFromInput(
  input: NonNullable<ResponseOverrides['input']>,
  control: Pick<SessionControl, 'item'>,
): ContextReading {
  const context: ConversationItem[] = [];
  for (const [index, entry] of input.entries()) {
    const param = `response.input[${index}]`;
    if (entry.type === 'item_reference') {
      const item = control.item(entry.id);
      if (!item) {
        return { ok: false, fault: protocolErrors.inputItemNotFound(entry.id, `${param}.id`) };
      }
      context.push(item);
      continue;
    }
    const reading = newItemFromWire(entry, param);
    if (!reading.ok) return reading;
    context.push({ ...reading.item, status: 'completed' });
  }
  return { ok: true, context };
}
