import type { AssistantPart, ConversationItem, UserPart } from '../conversation-item.ts';
import { presentKeys } from '../present-keys.ts';
import type { WireContentPart, WireItem } from './wire-item.ts';

function wirePart(part: UserPart | AssistantPart, isAudioIncluded: boolean): WireContentPart {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { type: part.type, text: part.text };
    case 'input_image':
      return presentKeys({ type: part.type, image_url: part.imageUrl, detail: part.detail });
    case 'input_audio':
    case 'output_audio':
      return presentKeys({
        type: part.type,
        transcript: part.transcript,
        audio: isAudioIncluded ? part.audio : undefined,
      });
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
      const parts: (UserPart | AssistantPart)[] = item.content;
      const content = parts.map((part) => wirePart(part, options.isAudioIncluded === true));
      return { id, object, status, type: 'message', role: item.role, content };
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
