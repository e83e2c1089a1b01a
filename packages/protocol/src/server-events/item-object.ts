import type { AssistantPart, ConversationItem, UserPart } from '../conversation-item.ts';
import { presentKeys } from '../present-keys.ts';
import type { WireAssistantPart, WireItem, WireMessage, WireUserPart } from './wire-item.ts';

function wireUserPart(part: UserPart, isAudioIncluded: boolean): WireUserPart {
  switch (part.type) {
    case 'input_text':
      return { type: part.type, text: part.text };
    case 'input_image':
      return presentKeys({ type: part.type, image_url: part.imageUrl, detail: part.detail });
    case 'input_audio':
      return wireAudioPart(part, isAudioIncluded);
  }
}

function wireAssistantPart(part: AssistantPart, isAudioIncluded: boolean): WireAssistantPart {
  return part.type === 'output_text'
    ? { type: part.type, text: part.text }
    : wireAudioPart(part, isAudioIncluded);
}

function wireAudioPart<Type extends string>(
  part: { type: Type; audio?: string; transcript: string | null },
  isAudioIncluded: boolean,
) {
  const { type, transcript, audio } = part;
  return {
    type,
    transcript,
    ...(isAudioIncluded && audio !== undefined && { audio }),
  };
}

function wireMessage(
  item: Extract<ConversationItem, { type: 'message' }>,
  isAudioIncluded: boolean,
): WireMessage {
  const { role, content } = item;
  switch (role) {
    case 'user':
      return { role, content: content.map((part) => wireUserPart(part, isAudioIncluded)) };
    case 'assistant':
      return { role, content: content.map((part) => wireAssistantPart(part, isAudioIncluded)) };
    case 'system':
      return { role, content: content.map(({ text }) => ({ type: 'input_text', text })) };
  }
}

/**
 * The arguments text of a call: clients do not run a finished call whose arguments are empty, and
 * append deltas to what an unfinished one begins with.
 */
function wireArguments(item: Extract<ConversationItem, { type: 'function_call' }>): string {
  return item.arguments === '' && item.status !== 'in_progress' ? '{}' : item.arguments;
}

/**
 * An item as events carry it, in GA terms. Audio parts always have a transcript (null until it is
 * known, clients break on a missing one) and no audio, unless `isAudioIncluded` asks for it as
 * conversation.item.retrieved does.
 */
export function itemObject(
  item: ConversationItem,
  options: { isAudioIncluded?: boolean } = {},
): WireItem {
  const { id, status } = item;
  const object = 'realtime.item';
  switch (item.type) {
    case 'message': {
      const message = wireMessage(item, options.isAudioIncluded === true);
      return { id, object, status, type: 'message', ...message };
    }
    case 'function_call':
      return {
        id,
        object,
        status,
        type: 'function_call',
        name: item.name,
        call_id: item.callId,
        arguments: wireArguments(item),
      };
    case 'function_call_output':
      return {
        id,
        object,
        status,
        type: 'function_call_output',
        call_id: item.callId,
        output: item.output,
      };
  }
}
