import type { ItemStatus } from '../conversation-item.ts';

/** A content part of an item in the GA dialect; the beta encoder renames the output types. */
export type WireContentPart =
  | { type: 'input_text'; text: string }
  | { type: 'input_audio'; transcript: string | null; audio?: string }
  | { type: 'input_image'; image_url: string; detail?: 'auto' | 'low' | 'high' }
  | { type: 'output_text'; text: string }
  | { type: 'output_audio'; transcript: string | null; audio?: string };

interface WireItemHead {
  id: string;
  object: 'realtime.item';
  status: ItemStatus;
}

/** An item as events carry it, in the GA dialect. */
export type WireItem = WireItemHead &
  (
    | { type: 'message'; role: 'user' | 'assistant' | 'system'; content: WireContentPart[] }
    | { type: 'function_call'; name: string; call_id: string; arguments: string }
    | { type: 'function_call_output'; call_id: string; output: string }
  );
