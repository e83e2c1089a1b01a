import {
  applySessionPatch,
  defaultSessionConfig,
  itemObject,
  newId,
  parseClientEvent,
  responseObject,
  sessionObject,
} from '@antiphon/protocol';
import type { ServerEventBody, WireClientEvent } from '@antiphon/protocol';

/** Ids of the length that a session gives. */
export const ITEM_ID = 'item_0123456789ab0001';
export const RESPONSE_ID = newId('resp');

/** Bytes of a millisecond of audio. */
export const ULAW = 8;
export const PCM = 48;

/** Base64 of audio in which no byte follows from the one before. */
function audioOf(ms: number, bytesPerMs: number): string {
  const bytes = (_: unknown, index: number) => (index * 73 + index ** 2 / 8) % 256;
  return Buffer.from(Uint8Array.from({ length: ms * bytesPerMs }, bytes)).toString('base64');
}

/** A client's append. */
export function append(ms: number, bytesPerMs: number): WireClientEvent {
  return { type: 'input_audio_buffer.append', audio: audioOf(ms, bytesPerMs) };
}

/** Makes a server's audio delta. */
export function audioDelta(ms: number, bytesPerMs: number): () => ServerEventBody {
  const delta = audioOf(ms, bytesPerMs);
  return () => ({
    type: 'response.output_audio.delta',
    response_id: RESPONSE_ID,
    item_id: ITEM_ID,
    output_index: 0,
    content_index: 0,
    delta,
  });
}

const TOOL_PARAMETERS = {
  type: 'object',
  properties: {
    order_id: { type: 'string', description: 'The four digits of the order.' },
    reason: { type: 'string', enum: ['late', 'wrong', 'unwanted'] },
  },
  required: ['order_id'],
  additionalProperties: false,
};

/** As a client configures a whole agent: 1.5 KB of JSON. */
export const SESSION_UPDATE: WireClientEvent = {
  type: 'session.update',
  session: {
    type: 'realtime',
    instructions: 'You answer for a shop. Be brief, be kind, and look orders up. '.repeat(10),
    output_modalities: ['audio'],
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24_000 },
        transcription: { model: 'whisper-1', language: 'en' },
        noise_reduction: null,
        turn_detection: {
          type: 'server_vad',
          threshold: 0.5,
          prefix_padding_ms: 300,
          silence_duration_ms: 500,
          create_response: true,
          interrupt_response: true,
        },
      },
      output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'marin', speed: 1 },
    },
    tools: ['look_up_order', 'cancel_order'].map((name) => ({
      type: 'function',
      name,
      description: 'Say the digits of the order back first.',
      parameters: TOOL_PARAMETERS,
    })),
    tool_choice: 'auto',
  },
};

const DEFAULTS = defaultSessionConfig({ model: 'acme-support' });

/** Makes what a server answers it with. */
export function sessionUpdated(): () => ServerEventBody {
  const parsed = parseClientEvent(JSON.stringify(SESSION_UPDATE), 'ga');
  const patch = parsed.ok && parsed.event.type === 'session.update' ? parsed.event.session : {};
  const config = applySessionPatch(DEFAULTS, patch, DEFAULTS);
  const id = newId('sess');
  return () => ({
    type: 'session.updated',
    session: sessionObject({ id, expiresAt: 1_900_000_000, ...config }),
  });
}

const RESPONSE = {
  id: RESPONSE_ID,
  conversationId: newId('conv'),
  outputModality: DEFAULTS.outputModality,
  maxOutputTokens: DEFAULTS.maxOutputTokens,
  outputFormat: DEFAULTS.outputFormat,
  voice: DEFAULTS.voice,
  temperature: DEFAULTS.temperature,
};

/** Makes the first event of a response. */
export function responseCreated(): ServerEventBody {
  return {
    type: 'response.created',
    response: responseObject({ status: 'in_progress', output: [], ...RESPONSE }),
  };
}

/** Makes the last event of a response that a client cancelled. */
export function responseCancelled(): ServerEventBody {
  const item = itemObject({
    id: ITEM_ID,
    status: 'incomplete',
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_audio', transcript: 'Your order is on its' }],
  });
  return {
    type: 'response.done',
    response: responseObject({
      status: 'cancelled',
      statusDetails: { type: 'cancelled', reason: 'client_cancelled' },
      output: [item],
      usage: { inputText: 310, inputAudio: 80, outputText: 12, outputAudio: 60 },
      ...RESPONSE,
    }),
  };
}
