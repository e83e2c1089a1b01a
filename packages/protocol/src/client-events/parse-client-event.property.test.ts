import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeServerEvent } from '../server-events/encode-server-event.ts';
import { parseClientEvent } from './parse-client-event.ts';

const EVENTS: Record<string, unknown>[] = [
  {
    type: 'session.update',
    session: {
      type: 'realtime',
      output_modalities: ['audio'],
      instructions: 'x',
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }],
      tool_choice: { type: 'function', name: 'f' },
      truncation: { type: 'retention_ratio', retention_ratio: 0.5 },
      tracing: { workflow_name: 'w' },
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24000 },
          turn_detection: { type: 'server_vad', threshold: 0.5 },
        },
        output: { voice: { id: 'v' }, speed: 1 },
      },
    },
  },
  { type: 'session.update', session: { modalities: ['text'], voice: 'v', turn_detection: null } },
  { type: 'transcription_session.update', session: { input_audio_format: 'pcm16' } },
  { type: 'input_audio_buffer.append', audio: 'AAAA' },
  { type: 'input_audio_buffer.commit' },
  {
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'x' }] },
  },
  {
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: 'c', output: 'x' },
  },
  { type: 'conversation.item.truncate', item_id: 'i', content_index: 0, audio_end_ms: 5 },
  {
    type: 'response.create',
    response: { input: [{ type: 'item_reference', id: 'i' }], metadata: { a: 'b' } },
  },
  { type: 'response.cancel', response_id: 'r' },
];

/** Every path to a member of the value. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    [key],
    ...pathsOf(member).map((path) => [key, ...path]),
  ]);
}

const replacedAt = (value: unknown, path: string[], replacement: unknown): unknown => {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = replacedAt(copy[key], rest, replacement);
  return copy;
};

/** An event with one member replaced by any JSON, or removed. */
const mutated = fc.constantFrom(...EVENTS).chain((event) =>
  fc
    .record({
      path: fc.constantFrom(...pathsOf(event)),
      replacement: fc.oneof(fc.jsonValue(), fc.constant(undefined)),
      eventId: fc.string(),
    })
    .map(({ path, replacement, eventId }) => ({
      event: { ...(replacedAt(event, path, replacement) as object), event_id: eventId },
      eventId,
    })),
);

function outcomeOf(text: string) {
  const result = parseClientEvent(text, 'ga');
  if (result.ok) {
    expect(typeof result.event.type).toBe('string');
    return result.event.eventId;
  }
  const { error } = result.error;
  expect(error.message).not.toBe('');
  expect(JSON.parse(encodeServerEvent(result.error, 'beta') ?? '')).toEqual(result.error);
  return error.event_id;
}

describe('parseClientEvent, any input', () => {
  it('answers any text with an event or an error event', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        outcomeOf(text);
      }),
    );
  });

  it('answers any JSON with an event or an error event', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        outcomeOf(text);
      }),
    );
  });

  it('echoes the event_id of any event, whichever member is wrong', () => {
    fc.assert(
      fc.property(mutated, ({ event, eventId }) => {
        expect(outcomeOf(JSON.stringify(event))).toBe(eventId);
      }),
      { numRuns: 1500 },
    );
  });

  it('survives prototype names and nesting of any depth', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    for (const session of [
      `{"type":"realtime","__proto__":{"x":1}}`,
      `{"type":"realtime","x":${deep}}`,
    ]) {
      outcomeOf(`{"type":"session.update","session":${session}}`);
    }
    const tool = `{"name":"f","parameters":{"a":${deep}}}`;
    const text = `{"type":"session.update","session":{"type":"realtime","tools":[${tool}]}}`;
    const result = parseClientEvent(text, 'ga');
    expect(result).toMatchObject({
      ok: false,
      error: { error: { code: 'invalid_value', param: 'session.tools[0].parameters' } },
    });
  });
});
