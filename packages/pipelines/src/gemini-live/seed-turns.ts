import type { Content, FunctionResponse } from '@google/genai';
import type { ConversationItem } from '@antiphon/session';

/** What a tool answered. */
export type ToolOutputItem = Extract<ConversationItem, { kind: 'toolOutput' }>;

/** What stands for a caller who has said nothing when an answer is asked for all the same. */
const NOBODY_SPOKE = '[The caller says nothing. It is your turn to speak.]';

/** Who an item is to a model, and what it reads of it; null where there is nothing to read. */
export interface WrittenItem {
  readonly role: 'user' | 'model';
  readonly text: string;
}

/**
 * An item in writing. Tools are told as notes: the protocol takes calls and their results from
 * nobody but the connection on which they were made.
 */
export function writtenItem(item: ConversationItem): WrittenItem | null {
  switch (item.kind) {
    case 'toolCall':
      return { role: 'user', text: `[You called ${item.name} with ${item.arguments}]` };
    case 'toolOutput':
      return { role: 'user', text: `[Result of the call: ${item.output}]` };
    case 'message': {
      const text = (item.text ?? '').trim();
      // Of what is still being said nobody knows how much will be heard.
      if (text === '' || (item.speaker === 'agent' && item.status === 'inProgress')) return null;
      if (item.speaker === 'agent') return { role: 'model', text };
      return { role: 'user', text: item.speaker === 'system' ? `[${text}]` : text };
    }
  }
}

/** Items as turns of a conversation: what one side said in a row is one turn. */
export function seedTurns(items: readonly ConversationItem[]): Content[] {
  const turns: { role: string; parts: { text: string }[] }[] = [];
  for (const item of items) {
    const written = writtenItem(item);
    if (!written) continue;
    const last = turns.at(-1);
    if (last?.role === written.role) last.parts.push({ text: written.text });
    else turns.push({ role: written.role, parts: [{ text: written.text }] });
  }
  return turns;
}

/** The same, so that a model has something to answer. */
export function promptTurns(items: readonly ConversationItem[]): Content[] {
  const turns = seedTurns(items);
  if (turns.at(-1)?.role === 'user') return turns;
  return [...turns, { role: 'user', parts: [{ text: NOBODY_SPOKE }] }];
}

/** What a tool gave, as the model's call takes it: an object stays one. */
export function functionResponse(
  name: string,
  { callId, output }: ToolOutputItem,
): FunctionResponse {
  return { id: callId, name, response: objectOf(output) ?? { output } };
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
