import { z } from 'zod';
import { isBase64 } from '../base64-audio.ts';
import type { AssistantPart, ItemReference, NewItem, UserPart } from '../conversation-item.ts';
import { presentKeys } from '../present-keys.ts';
import { idField } from './session-fields.ts';

/** Either dialect's names for a kind of content; which side speaks follows from the role. */
const TEXT_TYPES = ['input_text', 'output_text', 'text'] as const;
const AUDIO_TYPES = ['input_audio', 'output_audio', 'audio'] as const;

const textPart = z.object({ type: z.literal(TEXT_TYPES), text: z.string() });

const base64Audio = z.string().refine(isBase64, { message: 'expected base64-encoded audio' });

const audioPart = z.object({
  type: z.literal(AUDIO_TYPES),
  audio: base64Audio.nullish(),
  transcript: z.string().nullish(),
});

/** A caller's audio part says something only with audio or with what was said. */
const userAudioPart = audioPart.refine(
  (part) => typeof part.audio === 'string' || typeof part.transcript === 'string',
  {
    path: ['audio'],
    message: 'expected base64-encoded audio',
  },
);

const imagePart = z.object({
  type: z.literal('input_image'),
  image_url: z.string().min(1),
  detail: z.enum(['auto', 'low', 'high']).nullish(),
});

const userPart = z.discriminatedUnion('type', [textPart, userAudioPart, imagePart]);
const assistantPart = z.discriminatedUnion('type', [textPart, audioPart]);

const itemMembers = {
  /** An empty id is an unset one. */
  id: z.union([idField, z.literal('')]).nullish(),
  status: z.enum(['in_progress', 'completed', 'incomplete']).nullish(),
};

const message = <Role extends string, Part extends z.ZodType>(role: Role, part: Part) =>
  z.object({
    ...itemMembers,
    type: z.literal('message'),
    role: z.literal(role),
    content: z.array(part),
  });

const functionCall = z.object({
  ...itemMembers,
  type: z.literal('function_call'),
  call_id: z.union([idField, z.literal('')]).nullish(),
  name: z.string().min(1),
  arguments: z.string(),
});

const functionCallOutput = z.object({
  ...itemMembers,
  type: z.literal('function_call_output'),
  call_id: idField,
  output: z.string(),
});

const itemReference = z.object({ type: z.literal('item_reference'), id: idField });

const itemSchema = z.discriminatedUnion('type', [
  z.discriminatedUnion('role', [
    message('user', userPart),
    message('assistant', assistantPart),
    message('system', textPart),
  ]),
  functionCall,
  functionCallOutput,
]);

function toUserPart(part: z.output<typeof userPart>): UserPart {
  if (part.type === 'input_image') {
    const { image_url: imageUrl, detail } = part;
    return presentKeys({ type: part.type, imageUrl, detail: detail ?? undefined });
  }
  if ('text' in part) return { type: 'input_text', text: part.text };
  const transcript = part.transcript ?? null;
  return presentKeys({ type: 'input_audio' as const, audio: part.audio ?? undefined, transcript });
}

function toAssistantPart(part: z.output<typeof assistantPart>): AssistantPart {
  if ('text' in part) return { type: 'output_text', text: part.text };
  const transcript = part.transcript ?? null;
  return presentKeys({ type: 'output_audio' as const, audio: part.audio ?? undefined, transcript });
}

function toNewItem(wire: z.output<typeof itemSchema>): NewItem {
  const given = presentKeys({ id: wire.id || undefined, status: wire.status ?? undefined });
  switch (wire.type) {
    case 'function_call': {
      const { type, name, arguments: args } = wire;
      const callId = wire.call_id || undefined;
      return { ...presentKeys({ type, callId, name, arguments: args }), ...given };
    }
    case 'function_call_output':
      return { type: wire.type, callId: wire.call_id, output: wire.output, ...given };
    case 'message':
      break;
  }
  switch (wire.role) {
    case 'user': {
      const { type, role, content } = wire;
      return { type, role, content: content.map(toUserPart), ...given };
    }
    case 'assistant': {
      const { type, role, content } = wire;
      return { type, role, content: content.map(toAssistantPart), ...given };
    }
    case 'system': {
      const { type, role } = wire;
      const content = wire.content.map(({ text }) => ({ type: 'input_text' as const, text }));
      return { type, role, content, ...given };
    }
  }
}

/** An item of conversation.item.create; content types of either dialect are taken. */
export const newItemField: z.ZodType<NewItem> = itemSchema.transform(toNewItem);

/** An entry of a response's input: an item, or a reference to one. */
export const responseInputField: z.ZodType<NewItem | ItemReference> = z
  .discriminatedUnion('type', [...itemSchema.options, itemReference])
  .transform((wire): NewItem | ItemReference =>
    wire.type === 'item_reference' ? wire : toNewItem(wire),
  );
