import { jsonKind } from './json-value.ts';

/** The `error.type` values this package writes. */
type ProtocolErrorType =
  'invalid_request_error' | 'rate_limit_error' | 'insufficient_quota' | 'server_error';

/** The `error.code` values this package writes; null is what the API sends with server errors. */
export type ProtocolErrorCode =
  | 'invalid_event'
  | 'invalid_value'
  | 'invalid_type'
  | 'missing_required_parameter'
  | 'unknown_parameter'
  | 'cannot_update_voice'
  | 'audio_format_mismatch'
  | 'input_audio_buffer_commit_empty'
  | 'conversation_already_has_active_response'
  | 'response_cancel_not_active'
  | 'item_truncate_invalid_item_id'
  | 'item_delete_invalid_item_id'
  | 'item_retrieve_invalid_item_id'
  | 'invalid_tool_call_id'
  | 'session_expired'
  | 'invalid_api_key'
  | 'rate_limit_exceeded'
  | 'insufficient_quota'
  | 'beta_api_shape_disabled';

/** What is wrong with a client's event, in the members of a wire `error` object. */
export interface ProtocolFault {
  type: ProtocolErrorType;
  code: ProtocolErrorCode | null;
  message: string;
  /** Dotted path of the offending member, as in `item.content[0].text`; null when there is none. */
  param: string | null;
}

/** Client values are repeated in messages up to this length: enough to recognise one in a log. */
const SHOWN_CHARACTERS = 64;

/** A client value as it may stand in a message: at most 64 characters of it, no JSON. */
export function shownValue(value: unknown): string {
  const isPlain = typeof value === 'number' || typeof value === 'boolean';
  const text = typeof value === 'string' ? value : isPlain ? String(value) : jsonKind(value);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}

function quotedList(values: readonly unknown[]): string {
  const quoted = values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value)));
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} and ${last}`;
}

function invalidRequest(
  code: ProtocolErrorCode,
  message: string,
  param: string | null = null,
): ProtocolFault {
  return { type: 'invalid_request_error', code, message, param };
}

const ITEM_VERBS = { truncate: 'truncating', delete: 'deleting', retrieve: 'retrieving' } as const;

/**
 * Every error the Realtime door sends, one builder each. Codes and wording follow what clients
 * match on: codes exactly, and the beginning of some messages.
 */
export const protocolErrors = {
  notJson: () => invalidRequest('invalid_event', 'The event is not valid JSON.'),
  notAnObject: () => invalidRequest('invalid_event', 'The event must be a JSON object.'),
  binaryFrame: () =>
    invalidRequest('invalid_event', 'Events are sent as text frames; a binary frame was received.'),
  missingEventType: () => invalidRequest('invalid_event', "The 'type' field is missing."),

  missingParameter: (param: string) =>
    invalidRequest('missing_required_parameter', `Missing required parameter: '${param}'.`, param),
  unknownParameter: (param: string) =>
    invalidRequest('unknown_parameter', `Unknown parameter: '${param}'.`, param),
  invalidType: (fault: { param: string; expected: string; received: string }) =>
    invalidRequest(
      'invalid_type',
      `Invalid type for '${fault.param}': expected ${fault.expected}, but got ${fault.received} instead.`,
      fault.param,
    ),
  unsupportedValue: (fault: { param: string; value: unknown; supported: readonly unknown[] }) =>
    invalidRequest(
      'invalid_value',
      `Invalid value: '${shownValue(fault.value)}'. Supported values are: ${quotedList(fault.supported)}.`,
      fault.param,
    ),
  invalidValue: (fault: { param: string | null; reason: string }) =>
    invalidRequest(
      'invalid_value',
      fault.param === null
        ? `Invalid value: ${fault.reason}.`
        : `Invalid value for '${fault.param}': ${fault.reason}.`,
      fault.param,
    ),

  cannotUpdateVoice: () =>
    invalidRequest(
      'cannot_update_voice',
      "Cannot update a conversation's voice if assistant audio is present.",
    ),
  cannotUpdateModel: () =>
    invalidRequest(
      'invalid_value',
      'Cannot update the model of a running session. Open a new connection with the other model.',
      'session.model',
    ),
  commitEmpty: (bufferedMs: number) =>
    invalidRequest(
      'input_audio_buffer_commit_empty',
      'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, ' +
        `but buffer only has ${bufferedMs.toFixed(2)}ms of audio.`,
    ),
  audioFormatMismatch: (declared: string, looksLike: string) =>
    invalidRequest(
      'audio_format_mismatch',
      `The audio was declared as ${declared} but looks like ${looksLike}. ` +
        'Send what the session declares, or declare what you send with session.update.',
      'audio',
    ),
  outputBufferNotOnWebSocket: () =>
    invalidRequest(
      'invalid_event',
      'output_audio_buffer.clear works over WebRTC and SIP only. ' +
        'On a WebSocket, stop playback in the client and send conversation.item.truncate.',
    ),
  noResponsesInTranscription: () =>
    invalidRequest('invalid_event', 'A transcription session does not create responses.', 'type'),

  itemNotFound: (action: 'truncate' | 'delete' | 'retrieve', itemId: string) =>
    invalidRequest(
      `item_${action}_invalid_item_id`,
      `Error ${ITEM_VERBS[action]} item: the item with id '${shownValue(itemId)}' does not exist.`,
      'item_id',
    ),
  previousItemNotFound: (itemId: string) =>
    invalidRequest(
      'invalid_value',
      `Previous item with ID '${shownValue(itemId)}' not found in conversation.`,
      'previous_item_id',
    ),
  inputItemNotFound: (itemId: string, param: string) =>
    invalidRequest(
      'invalid_value',
      `Item with ID '${shownValue(itemId)}' not found in conversation.`,
      param,
    ),
  toolCallNotFound: (callId: string) =>
    invalidRequest(
      'invalid_tool_call_id',
      `Tool call ID '${shownValue(callId)}' not found in conversation.`,
      'item.call_id',
    ),
  onlyAssistantAudioTruncates: () =>
    invalidRequest(
      'invalid_value',
      'Only model output audio messages can be truncated.',
      'item_id',
    ),
  noSuchAudioPart: (contentIndex: number) =>
    invalidRequest(
      'invalid_value',
      `The item has no audio content at index ${contentIndex}.`,
      'content_index',
    ),
  truncateBeyondAudio: (durationMs: number, audioEndMs: number) =>
    invalidRequest(
      'invalid_value',
      `Audio content of ${durationMs}ms is already shorter than ${audioEndMs}ms`,
      'audio_end_ms',
    ),

  responseAlreadyActive: (responseId: string) =>
    invalidRequest(
      'conversation_already_has_active_response',
      `Conversation already has an active response in progress: ${responseId}. ` +
        'Wait until the response is finished before creating a new one.',
    ),
  cancelNotActive: () =>
    invalidRequest('response_cancel_not_active', 'Cancellation failed: no active response found'),

  invalidApiKey: () =>
    invalidRequest(
      'invalid_api_key',
      'Incorrect API key provided. Check the key your client was configured with.',
    ),
  betaShapeDisabled: () =>
    invalidRequest(
      'beta_api_shape_disabled',
      'The beta shape of the Realtime API is switched off on this server. ' +
        'Remove the OpenAI-Beta header and send GA events.',
    ),
  sessionExpired: (maxMinutes: number) =>
    invalidRequest(
      'session_expired',
      `Your session hit the maximum duration of ${maxMinutes} minutes.`,
    ),
  rateLimitExceeded: (reason: string): ProtocolFault => ({
    type: 'rate_limit_error',
    code: 'rate_limit_exceeded',
    message: `Rate limit reached: ${reason}. Try again later.`,
    param: null,
  }),
  insufficientQuota: (): ProtocolFault => ({
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    message: 'You exceeded your current quota. Check the limits of your account on this server.',
    param: null,
  }),
  serverError: (): ProtocolFault => ({
    type: 'server_error',
    code: null,
    message: 'The server had an error while processing your request. Try again.',
    param: null,
  }),
};
