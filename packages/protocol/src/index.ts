export { credentialsFrom, type Credentials } from './auth.ts';
export type { AudioFormat } from './audio-format.ts';
export { decodeBase64Audio } from './base64-audio.ts';
export type { ClientEvent, ResponseOverrides, SessionShape } from './client-events/client-event.ts';
export { parseClientEvent, type ParsedClientEvent } from './client-events/parse-client-event.ts';
export { readSessionPayload, type SessionPayload } from './client-events/session-payload.ts';
export type {
  WireClientEvent,
  WireNewItem,
  WireResponseCreate,
  WireSessionUpdate,
} from './client-events/wire-client-event.ts';
export type {
  AssistantPart,
  ConversationItem,
  ItemReference,
  ItemStatus,
  NewItem,
  UserPart,
} from './conversation-item.ts';
export {
  acceptedSubprotocol,
  detectBetaShape,
  negotiateDialect,
  offeredSubprotocols,
  type Dialect,
} from './dialect.ts';
export { protocolErrors, type ProtocolErrorCode, type ProtocolFault } from './errors.ts';
export { newId, type IdPrefix } from './ids.ts';
export { betaSessionObject } from './server-events/beta-objects.ts';
export { encodeAudioDelta } from './server-events/encode-audio-delta.ts';
export { encodeServerEvent } from './server-events/encode-server-event.ts';
export { errorEvent } from './server-events/error-event.ts';
export { itemObject } from './server-events/item-object.ts';
export { parseServerEvent, type UnknownServerEvent } from './server-events/parse-server-event.ts';
export {
  responseObject,
  type ResponseState,
  type TokenCounts,
} from './server-events/response-object.ts';
export type {
  ContentPosition,
  ErrorEvent,
  OutputPosition,
  ServerEvent,
  ServerEventBody,
  ServerEventOf,
  TranscriptionUsage,
} from './server-events/server-event.ts';
export { sessionObject } from './server-events/session-object.ts';
export { stampServerEvent } from './server-events/stamp-server-event.ts';
export type { WireItem } from './server-events/wire-item.ts';
export type {
  ResponseObject,
  ResponseStatus,
  ResponseStatusDetails,
} from './server-events/wire-response.ts';
export type { SessionObject } from './server-events/wire-session.ts';
export type {
  FunctionTool,
  SessionConfig,
  SessionPatch,
  SessionState,
  ToolChoice,
  TurnDetection,
} from './session-config.ts';
export {
  applySessionPatch,
  DEFAULT_SILENCE_DURATION_MS,
  defaultSessionConfig,
} from './session-defaults.ts';
