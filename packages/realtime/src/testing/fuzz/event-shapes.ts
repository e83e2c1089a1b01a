import {
  format,
  voice,
  tools,
  toolChoice,
  maxTokens,
  modalities,
  prompt,
  reasoning,
  gaSession,
  betaSession,
  transcriptionSession,
} from './session-shapes.ts';
import {
  decimal,
  either,
  flag,
  given,
  list,
  loose,
  optional,
  pairs,
  required,
  text,
  whole,
  word,
} from './shapes.ts';
import type { Member, RecordShape, Shape } from './shapes.ts';

/** Ids that clients give; the same come again, and so do names that every object has. */
const OWN_IDS = ['i1', 'i2', 'i3', 'i4', 'a/b "c"', 'root', 'constructor', '__proto__', 'ü😀', ''];

/** `→item:N` is resolved to the Nth last item the client knows; the others are known to nobody. */
const KNOWN_ITEMS = ['→item:0', '→item:1', '→item:2', '→item:3', '→agent:0', '→agent:1'];

const itemId = text({
  min: 1,
  max: 256,
  samples: [...KNOWN_ITEMS, 'i1', 'item_unknown', 'toString'],
});
const ownId = optional(text({ max: 256, samples: OWN_IDS }), 3);
const callId = text({
  min: 1,
  max: 256,
  samples: ['→call:0', '→call:0', '→call:1', '→call:2', 'call_unknown', 'call_own'],
});

/** Where clients stop: within what they were given, a little past it, and far past it. */
const PLAYED_MS = [0, 1, 90, 200, 400, 600, 1_000, 1_250, 3_000, 2 ** 50];

const TEXT_TYPES = word('input_text', 'output_text', 'text');
const AUDIO_TYPES = word('input_audio', 'output_audio', 'audio');
const base64 = text({ form: 'base64' });

const textPart = loose({ type: required(TEXT_TYPES), text: required(text()) });
const agentAudio = loose({
  type: required(AUDIO_TYPES),
  transcript: optional(text(), 2),
  audio: optional(base64, 6),
});
/** A caller's part says something with a transcript, or with audio, which is not listened to. */
const spokenAudio = loose({
  type: required(AUDIO_TYPES),
  transcript: { ...given(text()), nulls: 'unused' },
  audio: optional(base64, 12),
});
const silentAudio = loose({ type: required(AUDIO_TYPES), audio: required(base64) });
const imagePart = loose({
  type: required(word('input_image')),
  image_url: required(text({ min: 1 })),
  detail: optional(word('auto', 'low', 'high')),
});

const itemMembers = { id: ownId, status: optional(word('in_progress', 'completed', 'incomplete')) };
const message = (role: string, part: Shape): RecordShape =>
  loose({
    ...itemMembers,
    type: required(word('message')),
    role: required(word(role)),
    content: required(list(part)),
  });

const messages = [
  message('user', textPart),
  message('user', either(textPart, spokenAudio)),
  message('user', either(textPart, textPart, spokenAudio, silentAudio, imagePart)),
  message('assistant', either(textPart, agentAudio)),
  message('system', textPart),
];
const functionCall = loose({
  ...itemMembers,
  type: required(word('function_call')),
  call_id: optional(text({ max: 256, samples: ['call_own', ''] }), 2),
  name: required(text({ min: 1 })),
  arguments: required(text()),
});
const functionCallOutput = loose({
  ...itemMembers,
  type: required(word('function_call_output')),
  call_id: required(callId),
  output: required(text()),
});
const item = either(...messages, ...messages, functionCall, functionCallOutput, functionCallOutput);
const itemReference = loose({ type: required(word('item_reference')), id: required(itemId) });

const response = loose({
  conversation: optional(word('auto', 'none'), 4),
  input: optional(list(either(item, itemReference))),
  instructions: optional(text()),
  metadata: optional(pairs, 2),
  tools: optional(tools, 12),
  tool_choice: optional(toolChoice, 12),
  parallel_tool_calls: optional(flag),
  reasoning: optional(reasoning, 12),
  prompt: optional(prompt, 60),
  output_modalities: optional(modalities),
  modalities: optional(modalities, 12),
  max_output_tokens: optional(maxTokens),
  max_response_output_tokens: optional(maxTokens, 12),
  audio: optional(
    loose({ output: optional(loose({ format: optional(format), voice: optional(voice) }), 2) }),
  ),
  voice: optional(voice, 12),
  output_audio_format: optional(format, 12),
  temperature: optional(decimal(0, 2), 12),
});

/** What a client event holds beside its `type` and `event_id`. */
export interface EventShape {
  readonly type: string;
  readonly members: RecordShape;
  /** How often it comes, compared with the others. */
  readonly weight: number;
}

function eventShapes(dialect: 'ga' | 'beta'): EventShape[] {
  const session = either(gaSession(dialect === 'ga'), gaSession(dialect === 'ga'), betaSession);
  const of = (type: string, weight: number, members: Record<string, Member> = {}): EventShape => ({
    type,
    weight,
    members: loose(members),
  });
  return [
    of('session.update', 12, { session: required(session) }),
    of('transcription_session.update', 1, { session: required(transcriptionSession) }),
    of('input_audio_buffer.append', 16, { audio: required(base64) }),
    of('input_audio_buffer.commit', 4),
    of('input_audio_buffer.clear', 2),
    of('output_audio_buffer.clear', 1),
    of('conversation.item.create', 20, {
      item: required(item),
      previous_item_id: optional(
        text({ max: 256, samples: ['', 'root', ...KNOWN_ITEMS, 'item_unknown'] }),
      ),
    }),
    of('conversation.item.retrieve', 4, { item_id: required(itemId) }),
    of('conversation.item.delete', 3, { item_id: required(itemId) }),
    of('conversation.item.truncate', 6, {
      item_id: required(itemId),
      content_index: required(whole(0, Infinity, [0, 0, 0, 0, 0, 0, 0, 1, 2 ** 40])),
      audio_end_ms: required(whole(0, Infinity, PLAYED_MS)),
    }),
    of('response.create', 10),
    of('response.create', 6, { response: optional(response, 1) }),
    of('response.cancel', 5, {
      response_id: optional(
        text({ max: 256, samples: ['', '→response:0', '→aside:0', '→aside:1', 'resp_unknown'] }),
        3,
      ),
    }),
    of('antiphon.dtmf', 2, { digit: required(word(...'0123456789*#ABCD'.split(''))) }),
  ];
}

const shapes = { ga: eventShapes('ga'), beta: eventShapes('beta') };

/**
 * The client events as a connection of this dialect takes them; sessions come in either shape. Both
 * dialects have the same events in the same order.
 */
export const eventShapesOf = (dialect: 'ga' | 'beta'): readonly EventShape[] => shapes[dialect];
