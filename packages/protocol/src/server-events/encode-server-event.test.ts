import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PCM16_24K } from '../audio-format.ts';
import type { Dialect } from '../dialect.ts';
import { protocolErrors } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../json-value.ts';
import { defaultSessionConfig } from '../session-defaults.ts';
import { encodeServerEvent } from './encode-server-event.ts';
import { errorEvent } from './error-event.ts';
import { itemObject } from './item-object.ts';
import { parseServerEvent } from './parse-server-event.ts';
import { responseObject } from './response-object.ts';
import type { ServerEvent, ServerEventBody } from './server-event.ts';
import { sessionObject } from './session-object.ts';
import { stampServerEvent } from './stamp-server-event.ts';

/** The parser inside the stock client; the package does not export it. */
const clientDist = dirname(createRequire(import.meta.url).resolve('@openai/agents-realtime'));
const { parseRealtimeEvent } = (await import(
  pathToFileURL(join(clientDist, 'openaiRealtimeEvents.mjs')).href
)) as {
  parseRealtimeEvent: (event: { data: string }) => { data: JsonObject; isGeneric: boolean };
};

const session = sessionObject({
  ...defaultSessionConfig({ model: 'm' }),
  id: 'sess_1',
  expiresAt: 1756324625,
});
const transcriptionSession = sessionObject({
  ...defaultSessionConfig({ model: 'm', sessionType: 'transcription' }),
  id: 'sess_1',
  expiresAt: 1756324625,
});
const userItem = itemObject({
  id: 'item_u',
  status: 'completed',
  type: 'message',
  role: 'user',
  content: [{ type: 'input_audio', transcript: null }],
});
const assistantItem = (status: 'in_progress' | 'completed') =>
  itemObject({
    id: 'item_a',
    status,
    type: 'message',
    role: 'assistant',
    content: [
      { type: 'output_audio', transcript: 'Hello' },
      { type: 'output_text', text: 'Hello' },
    ],
  });
const callItem = (status: 'in_progress' | 'completed') =>
  itemObject({
    id: 'item_f',
    status,
    type: 'function_call',
    callId: 'call_1',
    name: 'f',
    arguments: '',
  });
const outputItem = itemObject({
  id: 'item_o',
  status: 'completed',
  type: 'function_call_output',
  callId: 'call_1',
  output: '{}',
});
const response = (status: 'in_progress' | 'completed') =>
  responseObject({
    id: 'resp_1',
    status,
    output: status === 'completed' ? [assistantItem('completed'), callItem('completed')] : [],
    conversationId: 'conv_1',
    outputModality: 'audio',
    maxOutputTokens: 'inf',
    outputFormat: PCM16_24K,
    voice: 'marin',
    temperature: 0.8,
    metadata: { client_event_id: 'e1' },
  });

const OUTPUT = { response_id: 'resp_1', item_id: 'item_a', output_index: 0 };
const CONTENT = { ...OUTPUT, content_index: 0 };
const USER = { item_id: 'item_u', content_index: 0 };
const INPUT_TRANSCRIPTION = 'conversation.item.input_audio_transcription';

const BODIES: ServerEventBody[] = [
  { type: 'session.created', session },
  { type: 'session.updated', session },
  { type: 'session.updated', session: transcriptionSession },
  { type: 'input_audio_buffer.committed', item_id: 'item_u', previous_item_id: null },
  { type: 'input_audio_buffer.cleared' },
  { type: 'input_audio_buffer.speech_started', audio_start_ms: 10, item_id: 'item_u' },
  { type: 'input_audio_buffer.speech_stopped', audio_end_ms: 900, item_id: 'item_u' },
  { type: 'conversation.item.added', item: userItem, previous_item_id: null },
  { type: 'conversation.item.added', item: outputItem, previous_item_id: 'item_f' },
  { type: 'conversation.item.added', item: callItem('in_progress'), previous_item_id: 'item_a' },
  { type: 'conversation.item.done', item: callItem('completed'), previous_item_id: 'item_a' },
  { type: 'conversation.item.retrieved', item: assistantItem('completed') },
  { type: 'conversation.item.deleted', item_id: 'item_u' },
  { type: 'conversation.item.truncated', ...USER, audio_end_ms: 700 },
  { type: `${INPUT_TRANSCRIPTION}.delta`, ...USER, delta: 'Hel' },
  {
    type: `${INPUT_TRANSCRIPTION}.completed`,
    ...USER,
    transcript: 'Hello',
    usage: { type: 'duration', seconds: 1 },
  },
  {
    type: `${INPUT_TRANSCRIPTION}.completed`,
    ...USER,
    transcript: 'Hello',
    usage: {
      type: 'tokens',
      total_tokens: 2,
      input_tokens: 1,
      input_token_details: { text_tokens: 0, audio_tokens: 1 },
      output_tokens: 1,
    },
  },
  {
    type: `${INPUT_TRANSCRIPTION}.failed`,
    ...USER,
    error: { type: 'server_error', code: 'audio_unintelligible', message: 'No words were heard.' },
  },
  { type: 'response.created', response: response('in_progress') },
  { type: 'response.done', response: response('completed') },
  {
    type: 'response.output_item.added',
    response_id: 'resp_1',
    output_index: 0,
    item: assistantItem('in_progress'),
  },
  {
    type: 'response.output_item.done',
    response_id: 'resp_1',
    output_index: 0,
    item: callItem('completed'),
  },
  { type: 'response.content_part.added', ...CONTENT, part: { type: 'audio', transcript: '' } },
  { type: 'response.content_part.done', ...CONTENT, part: { type: 'text', text: 'Hello' } },
  { type: 'response.output_audio.delta', ...CONTENT, delta: 'AAAA' },
  { type: 'response.output_audio.done', ...CONTENT },
  { type: 'response.output_audio_transcript.delta', ...CONTENT, delta: 'Hel' },
  { type: 'response.output_audio_transcript.done', ...CONTENT, transcript: 'Hello' },
  { type: 'response.output_text.delta', ...CONTENT, delta: 'Hel' },
  { type: 'response.output_text.done', ...CONTENT, text: 'Hello' },
  { type: 'response.function_call_arguments.delta', ...OUTPUT, call_id: 'call_1', delta: '{' },
  {
    type: 'response.function_call_arguments.done',
    ...OUTPUT,
    call_id: 'call_1',
    name: 'f',
    arguments: '{}',
  },
  {
    type: 'rate_limits.updated',
    rate_limits: [{ name: 'tokens', limit: 10, remaining: 5, reset_seconds: 0.5 }],
  },
  { type: 'output_audio_buffer.started', response_id: 'resp_1' },
  { type: 'output_audio_buffer.stopped', response_id: 'resp_1' },
  { type: 'output_audio_buffer.cleared', response_id: 'resp_1' },
];

const EVENTS: ServerEvent[] = [
  ...BODIES.map(stampServerEvent),
  errorEvent({ ...protocolErrors.cancelNotActive(), eventId: 'e1' }),
  errorEvent({ ...protocolErrors.serverError(), eventId: null }),
];

/** Events that no client but the newest knows; agents-realtime reads them as generic. */
const RARE: ServerEvent[] = (
  [
    {
      type: 'input_audio_buffer.timeout_triggered',
      audio_start_ms: 0,
      audio_end_ms: 5000,
      item_id: 'item_u',
    },
    {
      type: `${INPUT_TRANSCRIPTION}.segment`,
      ...USER,
      id: 'seg_1',
      text: 'Hello',
      speaker: 'A',
      start: 0,
      end: 0.5,
    },
  ] satisfies ServerEventBody[]
).map(stampServerEvent);

function encoded(event: ServerEvent | ServerEventBody, dialect: Dialect): JsonObject {
  const full = 'event_id' in event ? event : stampServerEvent(event);
  const wire: unknown = JSON.parse(encodeServerEvent(full, dialect) ?? 'null');
  if (!isJsonObject(wire)) throw new Error(`${event.type} has no ${dialect} encoding`);
  return wire;
}

describe('encodeServerEvent in GA', () => {
  it.each(EVENTS.map((event) => [event.type, event] as const))(
    'writes %s so that agents-realtime reads it',
    (_, event) => {
      const text = encodeServerEvent(event, 'ga') ?? '';
      const { data, isGeneric } = parseRealtimeEvent({ data: text });
      expect(isGeneric).toBe(false);
      expect(data['type']).toBe(event.type);
      expect(data['event_id']).toBe(event.event_id);
    },
  );

  it.each([...EVENTS, ...RARE].map((event) => [event.type, event] as const))(
    'writes %s so that our own client reads every member back',
    (_, event) => {
      const read = parseServerEvent(encodeServerEvent(event, 'ga') ?? '');
      expect(JSON.parse(JSON.stringify(event))).toMatchObject(JSON.parse(JSON.stringify(read)));
      expect(read.type).toBe(event.type);
    },
  );

  it('leaves the beta temperature out of sessions and responses, and nothing else', () => {
    const whole = { ...session, parallel_tool_calls: true, reasoning: { effort: 'low' } };
    for (const shown of [session, whole]) {
      const { temperature: _, ...others } = { temperature: null, ...shown };
      const event = { type: 'session.created', session: shown } as const;
      expect(encoded(event, 'ga')['session']).toEqual(others);
    }
    for (const status of ['in_progress', 'completed'] as const) {
      const { temperature: _, ...others } = response(status);
      const event = { type: 'response.done', response: response(status) } as const;
      expect(encoded(event, 'ga')['response']).toEqual(others);
    }
    const event = { type: 'session.updated', session: transcriptionSession } as const;
    expect(encoded(event, 'ga')['session']).toEqual(transcriptionSession);
  });
});

describe('encodeServerEvent in beta', () => {
  it.each([
    ['response.output_audio.delta', 'response.audio.delta'],
    ['response.output_audio.done', 'response.audio.done'],
    ['response.output_audio_transcript.delta', 'response.audio_transcript.delta'],
    ['response.output_audio_transcript.done', 'response.audio_transcript.done'],
    ['response.output_text.delta', 'response.text.delta'],
    ['response.output_text.done', 'response.text.done'],
  ])('renames %s to %s and keeps its members', (gaType, betaType) => {
    const event = EVENTS.find(({ type }) => type === gaType);
    if (event === undefined) throw new Error(`no sample of ${gaType}`);
    expect(encoded(event, 'beta')).toEqual({ ...event, type: betaType });
  });

  it('changes no other event than those with sessions, items and responses in them', () => {
    const unchanged = EVENTS.filter(
      (event) =>
        !/^(?:session|response\.(?:output_|created|done)|conversation\.item\.(?:added|done|retrieved))/.test(
          event.type,
        ),
    );
    expect(unchanged.length).toBeGreaterThan(15);
    for (const event of unchanged) expect(encoded(event, 'beta')).toEqual(event);
  });

  it('announces an item once, when it is added', () => {
    const item = userItem;
    const added = { type: 'conversation.item.added', item, previous_item_id: 'item_p' } as const;
    expect(encoded(added, 'beta')).toMatchObject({
      type: 'conversation.item.created',
      previous_item_id: 'item_p',
      item: { content: [{ type: 'input_audio', transcript: null }] },
    });
    const done = stampServerEvent({ ...added, type: 'conversation.item.done' });
    expect(encodeServerEvent(done, 'beta')).toBeNull();
  });

  it('announces what is still being written as empty, since clients append the deltas', () => {
    const created = (item: typeof userItem) =>
      encoded({ type: 'conversation.item.added', item, previous_item_id: null }, 'beta')['item'];
    expect(created(assistantItem('in_progress'))).toMatchObject({ content: [] });
    expect(created(callItem('in_progress'))).toMatchObject({ arguments: '', name: 'f' });
    expect(created(callItem('completed'))).toMatchObject({ arguments: '{}' });
  });

  it('renames the content of assistant items wherever they stand', () => {
    const content = [
      { type: 'audio', transcript: 'Hello' },
      { type: 'text', text: 'Hello' },
    ];
    const item = assistantItem('completed');
    const shown = { type: 'conversation.item.added', item, previous_item_id: null } as const;
    expect(encoded(shown, 'beta')['item']).toMatchObject({ content });
    const retrieved = { type: 'conversation.item.retrieved', item } as const;
    expect(encoded(retrieved, 'beta')['item']).toMatchObject({ content });
    const place = { response_id: 'resp_1', output_index: 0 };
    const finished = { type: 'response.output_item.done', ...place, item } as const;
    expect(encoded(finished, 'beta')['item']).toMatchObject({ content });
    const done = { type: 'response.done', response: response('completed') } as const;
    expect(encoded(done, 'beta')['response']).toMatchObject({ output: [{ content }, {}] });
  });

  it('shows a message of the caller without its images, which it has no word for', () => {
    const item = itemObject({
      id: 'item_u',
      status: 'completed',
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_image', imageUrl: 'data:,' },
        { type: 'input_text', text: 'What is it?' },
      ],
    });
    const content = [{ type: 'input_text', text: 'What is it?' }];
    const retrieved = { type: 'conversation.item.retrieved', item } as const;
    expect(encoded(retrieved, 'beta')['item']).toMatchObject({ content });
    expect(encoded(retrieved, 'ga')['item']).toEqual(item);
  });

  it('keeps "audio" and "text" as the types of content parts in both dialects', () => {
    for (const dialect of ['ga', 'beta'] as const) {
      const part = { type: 'audio', transcript: '' } as const;
      const added = { type: 'response.content_part.added', ...CONTENT, part } as const;
      expect(encoded(added, dialect)['part']).toEqual(part);
    }
  });

  it('flattens the session', () => {
    const wire = encoded({ type: 'session.updated', session }, 'beta');
    expect(wire['type']).toBe('session.updated');
    expect(wire['session']).toEqual({
      id: 'sess_1',
      object: 'realtime.session',
      model: 'm',
      expires_at: 1756324625,
      modalities: ['text', 'audio'],
      instructions: '',
      voice: 'marin',
      input_audio_format: 'pcm16',
      output_audio_format: 'pcm16',
      input_audio_transcription: null,
      input_audio_noise_reduction: null,
      turn_detection: {
        type: 'server_vad',
        threshold: 0.5,
        prefix_padding_ms: 300,
        silence_duration_ms: 500,
        idle_timeout_ms: null,
        create_response: true,
        interrupt_response: true,
      },
      tools: [],
      tool_choice: 'auto',
      temperature: 0.8,
      max_response_output_tokens: 'inf',
      speed: 1,
      tracing: null,
      prompt: null,
      include: null,
    });
  });

  it('says transcription_session of a transcription session', () => {
    const wire = encoded({ type: 'session.created', session: transcriptionSession }, 'beta');
    expect(wire['type']).toBe('transcription_session.created');
    expect(wire['session']).toMatchObject({
      id: 'sess_1',
      object: 'realtime.transcription_session',
      input_audio_format: 'pcm16',
      input_audio_transcription: null,
    });
    expect(wire['session']).not.toHaveProperty('voice');
  });

  it('flattens the response', () => {
    const done = { type: 'response.done', response: response('completed') } as const;
    const wire = encoded(done, 'beta')['response'];
    expect(wire).toMatchObject({
      id: 'resp_1',
      object: 'realtime.response',
      modalities: ['text', 'audio'],
      voice: 'marin',
      output_audio_format: 'pcm16',
      temperature: 0.8,
      max_output_tokens: 'inf',
      metadata: { client_event_id: 'e1' },
      usage: { total_tokens: 0 },
    });
    expect(wire).not.toHaveProperty('output_modalities');
    expect(wire).not.toHaveProperty('audio');
  });

  it('has no word for segments and idle timeouts', () => {
    for (const event of RARE) expect(encodeServerEvent(event, 'beta')).toBeNull();
  });
});
