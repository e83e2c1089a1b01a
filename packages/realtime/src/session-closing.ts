import { protocolErrors } from '@antiphon/protocol';
import type { ProtocolFault } from '@antiphon/protocol';
import type { EndReason } from '@antiphon/session';

/** How a connection ends: the error told first, if one is, then the close code and its reason. */
export interface SessionClosing {
  readonly fault: ProtocolFault | null;
  readonly code: number;
  readonly reason: string;
}

const NORMAL = 1000;
const GOING_AWAY = 1001;
const INTERNAL_ERROR = 1011;

/** What the client is told when the session ends for this reason. */
export function closingOf(reason: EndReason, maxSessionMs: number): SessionClosing {
  switch (reason) {
    case 'callerLeft':
      return { fault: null, code: NORMAL, reason: 'The caller left.' };
    case 'clientEnded':
      return { fault: null, code: NORMAL, reason: 'The client ended the session.' };
    case 'handedOff':
      return { fault: null, code: NORMAL, reason: 'The caller was handed off.' };
    case 'serverStopping':
      return { fault: null, code: GOING_AWAY, reason: 'The server is stopping. Connect again.' };
    case 'expired': {
      const fault = protocolErrors.sessionExpired(Math.round(maxSessionMs / 60_000));
      return { fault, code: GOING_AWAY, reason: fault.message };
    }
    case 'failed': {
      const fault = protocolErrors.serverError();
      return { fault, code: INTERNAL_ERROR, reason: 'The session failed. Connect again.' };
    }
  }
}
