import { protocolErrors } from '@antiphon/protocol';
import type { ClientEvent, ProtocolFault } from '@antiphon/protocol';
import type { Rejection } from '@antiphon/session';

/** The client events that a session may refuse. */
export type RefusedEvent = Exclude<
  ClientEvent['type'],
  | 'input_audio_buffer.append'
  | 'input_audio_buffer.clear'
  | 'output_audio_buffer.clear'
  | 'antiphon.dtmf'
>;

/** The wire's word for what was done to an item that is not there. */
const ITEM_ACTIONS: Partial<Record<RefusedEvent, 'truncate' | 'delete' | 'retrieve'>> = {
  'conversation.item.truncate': 'truncate',
  'conversation.item.delete': 'delete',
  'conversation.item.retrieve': 'retrieve',
};

/**
 * What a client is told when the session refused its event; null when the session has ended, and
 * nobody is to be told. `responseId` is the response that is in the way.
 */
export function faultOfRejection(
  rejection: Rejection,
  event: RefusedEvent,
  responseId: string,
): ProtocolFault | null {
  switch (rejection.code) {
    case 'ended':
      return null;
    case 'answerActive':
      return protocolErrors.responseAlreadyActive(responseId);
    case 'noAnswerActive':
      return protocolErrors.cancelNotActive();
    case 'tooManyOutOfBand':
      return protocolErrors.rateLimitExceeded(`${rejection.max} responses are being made`);
    case 'itemNotFound': {
      const action = ITEM_ACTIONS[event];
      return action
        ? protocolErrors.itemNotFound(action, rejection.itemId)
        : protocolErrors.previousItemNotFound(rejection.itemId);
    }
    case 'duplicateItem':
      return protocolErrors.invalidValue({
        param: 'item.id',
        reason: `the conversation already has an item '${rejection.itemId}'`,
      });
    case 'callNotFound':
      return protocolErrors.toolCallNotFound(rejection.callId);
    case 'callAlreadyAnswered':
      return protocolErrors.invalidValue({
        param: 'item.call_id',
        reason: `the call '${rejection.callId}' already has an output`,
      });
    case 'notAgentAudio':
      return protocolErrors.onlyAssistantAudioTruncates();
    case 'truncatedPastEnd':
      return protocolErrors.truncateBeyondAudio(rejection.audioMs, rejection.askedMs);
    case 'audioTooShort':
      return protocolErrors.commitEmpty(rejection.audioMs);
    case 'conversationFull':
      return protocolErrors.invalidValue({
        param: 'item',
        reason: `the conversation holds ${rejection.maxItems} items, the most there may be; delete some`,
      });
  }
}
