/** How far an item has come. */
export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

/** What a user message is made of; audio is base64 in the session's input format. */
export type UserPart =
  | { type: 'input_text'; text: string }
  | { type: 'input_audio'; audio?: string; transcript: string | null }
  | { type: 'input_image'; imageUrl: string; detail?: 'auto' | 'low' | 'high' };

/** What an assistant message is made of; audio is base64 in the session's output format. */
export type AssistantPart =
  | { type: 'output_text'; text: string }
  | { type: 'output_audio'; audio?: string; transcript: string | null };

/** What a system message is made of. */
type SystemPart = { type: 'input_text'; text: string };

/** A message of one side. */
type MessageBody =
  | { type: 'message'; role: 'user'; content: UserPart[] }
  | { type: 'message'; role: 'assistant'; content: AssistantPart[] }
  | { type: 'message'; role: 'system'; content: SystemPart[] };

/** A call the agent makes; arguments is JSON text. */
interface FunctionCallBody {
  type: 'function_call';
  callId: string;
  name: string;
  arguments: string;
}

/** What a called function returned. */
interface FunctionCallOutputBody {
  type: 'function_call_output';
  callId: string;
  output: string;
}

/** An entry of a conversation, free of dialect. */
export type ConversationItem = (MessageBody | FunctionCallBody | FunctionCallOutputBody) & {
  id: string;
  status: ItemStatus;
};

/** An item as a client offers it: ids and status are the client's where it gave them. */
export type NewItem = (
  MessageBody | (Omit<FunctionCallBody, 'callId'> & { callId?: string }) | FunctionCallOutputBody
) & { id?: string; status?: ItemStatus };

/** A pointer, in a response's input, at an item the conversation has already. */
export interface ItemReference {
  type: 'item_reference';
  id: string;
}
