import { encodeServerEvent, errorEvent } from '@antiphon/protocol';
import type { ProtocolFault } from '@antiphon/protocol';

/** An error event that answers no event of the client; it is the same in both dialects. */
export function errorFrame(fault: ProtocolFault): string {
  return encodeServerEvent(errorEvent({ ...fault, eventId: null }), 'ga') ?? '';
}
