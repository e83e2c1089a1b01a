export { credentialsFrom } from './auth.ts';
export type { AudioFormat } from './audio-format.ts';
export type { ClientEvent, ResponseOverrides } from './client-events/client-event.ts';
export { parseClientEvent } from './client-events/parse-client-event.ts';
export { faultOfSchema } from './client-events/schema-fault.ts';
export { readSessionPayload } from './client-events/session-payload.ts';
export type { WireClientEvent } from './client-events/wire-client-event.ts';
export type { AssistantPart, ItemStatus, NewItem, UserPart } from './conversation-item.ts';
export {
  acceptedSubprotocol,
  negotiateDialect,
  offeredSubprotocols,
  type Dialect,
} from './dialect.ts';
export { protocolErrors, type ProtocolFault } from './errors.ts';
export { newId } from './ids.ts';
export { betaSessionObject } from './server-events/beta-objects.ts';
export { encodeAudioDelta } from './server-events/encode-audio-delta.ts';
export { encodeServerEvent } from './server-events/encode-server-event.ts';
export { errorEvent } from './server-events/error-event.ts';
export { readRecordedFrames, recordedLine, type RecordedFrame } from './recorded-frame.ts';
export { itemObject } from './server-events/item-object.ts';
export { parseServerEvent } from './server-events/parse-server-event.ts';
export { responseObject } from './server-events/response-object.ts';
export type {
  ErrorEvent,
  OutputPosition,
  ServerEvent,
  ServerEventBody,
  ServerEventOf,
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
export type { FunctionTool, SessionConfig, SessionPatch, ToolChoice } from './session-config.ts';
export { applySessionPatch, defaultSessionConfig } from './session-defaults.ts';
