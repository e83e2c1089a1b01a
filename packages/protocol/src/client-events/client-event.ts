import type { AudioFormat } from '../audio-format.ts';
import type { ItemReference, NewItem } from '../conversation-item.ts';
import type {
  FunctionTool,
  PromptReference,
  SessionConfig,
  SessionPatch,
  ToolChoice,
} from '../session-config.ts';

/** The keys of a telephone, those of the fourth column too. */
export const KEYPAD_DIGITS = [
  ...(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const),
  ...(['*', '#', 'A', 'B', 'C', 'D'] as const),
] as const;

/** One key: 0-9, *, #, A-D. */
export type KeypadDigit = (typeof KEYPAD_DIGITS)[number];

/** Which of the two payload shapes a client wrote its session in. */
export type SessionShape = 'ga' | 'beta';

/** What a response.create asks for differently from the session; absent members keep it. */
export interface ResponseOverrides {
  /** `none` answers out of band: nothing enters the conversation. */
  conversation: 'auto' | 'none';
  /** The context of this answer instead of the conversation; an empty list is no context. */
  input?: (NewItem | ItemReference)[];
  instructions?: string;
  outputModality?: SessionConfig['outputModality'];
  voice?: string;
  outputFormat?: AudioFormat;
  tools?: FunctionTool[];
  toolChoice?: ToolChoice;
  /** At most 16 pairs, keys up to 64 and values up to 512 characters. */
  metadata?: Record<string, string>;
  maxOutputTokens?: number | 'inf';
  temperature?: number;
  parallelToolCalls?: boolean;
  reasoning?: { effort?: string };
  prompt?: PromptReference;
}

/** The events without members of their own. */
export type BareClientEventType =
  'input_audio_buffer.commit' | 'input_audio_buffer.clear' | 'output_audio_buffer.clear';

/**
 * A client's event, checked and free of dialect. eventId is the client's own id for it, null
 * when it gave none; an error about the event echoes it.
 * @see https://platform.openai.com/docs/api-reference/realtime-client-events
 */
export type ClientEvent = { eventId: string | null } & (
  | { type: 'session.update'; session: SessionPatch; shape: SessionShape }
  | { type: 'transcription_session.update'; session: SessionPatch; shape: SessionShape }
  | { type: 'input_audio_buffer.append'; /** Base64. */ audio: string }
  | { type: BareClientEventType }
  | {
      type: 'conversation.item.create';
      item: NewItem;
      /** Absent appends, `root` inserts first, else the id of the item to insert after. */
      previousItemId?: string;
    }
  | { type: 'conversation.item.retrieve'; itemId: string }
  | { type: 'conversation.item.delete'; itemId: string }
  | {
      type: 'conversation.item.truncate';
      itemId: string;
      contentIndex: number;
      audioEndMs: number;
    }
  | { type: 'response.create'; response: ResponseOverrides }
  | { type: 'response.cancel'; responseId?: string }
  /** Antiphon's own: a key of the keypad was pressed. */
  | { type: 'antiphon.dtmf'; digit: KeypadDigit }
);
