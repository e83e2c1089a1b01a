import type { ItemStatus } from '../conversation-item.ts';

type WireInputText = { type: 'input_text'; text: string };

/** A content part of a user message in the GA dialect. */
export type WireUserPart =
  | WireInputText
  | { type: 'input_audio'; transcript: string | null; audio?: string }
  | { type: 'input_image'; image_url: string; detail?: 'auto' | 'low' | 'high' };

/** A content part of an assistant message in the GA dialect; the beta encoder renames the types. */
export type WireAssistantPart =
  | { type: 'output_text'; text: string }
  | { type: 'output_audio'; transcript: string | null; audio?: string };

/** Who says a message, and its content. */
export type WireMessage =
  | { role: 'user'; content: WireUserPart[] }
  | { role: 'assistant'; content: WireAssistantPart[] }
  | { role: 'system'; content: WireInputText[] };

/** What every item has. */
export interface WireItemHead {
  id: string;
  object: 'realtime.item';
  status: ItemStatus;
}

/** An item as events carry it, in the GA dialect. */
export type WireItem = WireItemHead &
  (
    | ({ type: 'message' } & WireMessage)
    | { type: 'function_call'; name: string; call_id: string; arguments: string }
    | { type: 'function_call_output'; call_id: string; output: string }
  );
