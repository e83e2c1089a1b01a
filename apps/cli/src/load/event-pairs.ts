import { itemObject, newId } from '@antiphon/protocol';
import type { ServerEventBody, WireClientEvent } from '@antiphon/protocol';
import {
  append,
  audioDelta,
  ITEM_ID,
  PCM,
  RESPONSE_ID,
  responseCancelled,
  responseCreated,
  SESSION_UPDATE,
  sessionUpdated,
  ULAW,
} from './sample-events.ts';

/** What a client sends, and an event that a server answers it with. */
export interface EventPair {
  readonly title: string;
  /** How often it comes in a hundred events of a call, or about that. */
  readonly share: number;
  /** The client's text frame. */
  readonly message: Buffer;
  /** Makes the server's event of what a door knows; audio is base64 already. */
  readonly reply: () => ServerEventBody;
}

const QUESTION = 'My order 4471 has not come; where is it now, please?';
const TOOL_OUTPUT = '{"state":"late","days":3}';
const CALL_ID = newId('call');

function pair(
  title: string,
  share: number,
  { asks, reply }: { readonly asks: WireClientEvent; readonly reply: () => ServerEventBody },
): EventPair {
  return { title, share, message: Buffer.from(JSON.stringify(asks)), reply };
}

/** The events of a call, in either audio format, each with what it is answered with. */
export const EVENT_PAIRS: readonly EventPair[] = [
  pair('append 20 ms of G.711 → audio delta of 100 ms', 40, {
    asks: append(20, ULAW),
    reply: audioDelta(100, ULAW),
  }),
  pair('append 20 ms of PCM → audio delta of 100 ms', 40, {
    asks: append(20, PCM),
    reply: audioDelta(100, PCM),
  }),
  pair('append 100 ms of PCM → audio delta of 100 ms', 10, {
    asks: append(100, PCM),
    reply: audioDelta(100, PCM),
  }),
  pair('item.create, a message → item.added', 1, {
    asks: {
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: QUESTION }] },
    },
    reply: () => ({
      type: 'conversation.item.added',
      previous_item_id: ITEM_ID,
      item: itemObject({
        id: 'item_0123456789ab0002',
        status: 'completed',
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: QUESTION }],
      }),
    }),
  }),
  pair('item.create, a tool’s output → item.done', 1, {
    asks: {
      type: 'conversation.item.create',
      item: {
        type: 'function_call_output',
        call_id: CALL_ID,
        output: TOOL_OUTPUT,
      },
    },
    reply: () => ({
      type: 'conversation.item.done',
      previous_item_id: ITEM_ID,
      item: itemObject({
        id: 'item_0123456789ab0003',
        status: 'completed',
        type: 'function_call_output',
        callId: CALL_ID,
        output: TOOL_OUTPUT,
      }),
    }),
  }),
  pair('response.create → response.created', 1, {
    asks: { type: 'response.create' },
    reply: responseCreated,
  }),
  pair('response.create, overrides → response.created', 1, {
    asks: {
      type: 'response.create',
      response: {
        instructions: 'Say it again, slowly.',
        output_modalities: ['audio'],
        max_output_tokens: 400,
        metadata: { turn: '12' },
      },
    },
    reply: responseCreated,
  }),
  pair('response.cancel → response.done', 1, {
    asks: { type: 'response.cancel', response_id: RESPONSE_ID },
    reply: responseCancelled,
  }),
  pair('item.truncate → item.truncated', 1, {
    asks: {
      type: 'conversation.item.truncate',
      item_id: ITEM_ID,
      content_index: 0,
      audio_end_ms: 1234,
    },
    reply: () => ({
      type: 'conversation.item.truncated',
      item_id: ITEM_ID,
      content_index: 0,
      audio_end_ms: 1234,
    }),
  }),
  pair('session.update, all of it → session.updated', 1, {
    asks: SESSION_UPDATE,
    reply: sessionUpdated(),
  }),
];
