import { describe, expect, it } from 'vitest';
import { parseClientEvent } from './parse-client-event.ts';

function create(response: unknown) {
  const result = parseClientEvent(JSON.stringify({ type: 'response.create', response }), 'ga');
  if (!result.ok) throw new Error(result.error.error.message);
  if (result.event.type !== 'response.create') throw new Error(result.event.type);
  return result.event.response;
}

function faultOf(response: unknown) {
  const result = parseClientEvent(JSON.stringify({ type: 'response.create', response }), 'ga');
  if (result.ok) throw new Error('expected a fault');
  return result.error.error;
}

const OVERRIDES = {
  conversation: 'none',
  instructions: 'Say hello.',
  outputModality: 'audio',
  voice: 'cedar',
  outputFormat: { encoding: 'g711_ulaw', rate: 8000 },
  tools: [{ name: 'f' }],
  toolChoice: { type: 'function', name: 'f' },
  metadata: { client_event_id: 'e1' },
  maxOutputTokens: 'inf',
};
const SHARED = {
  conversation: 'none',
  instructions: 'Say hello.',
  tools: [{ type: 'function', name: 'f' }],
  tool_choice: 'f',
  metadata: { client_event_id: 'e1' },
};

describe('response.create', () => {
  it.each([[undefined], [null], [{}], [{ metadata: null, instructions: null, audio: null }]])(
    'reads %j as an answer without overrides',
    (response) => {
      expect(create(response)).toStrictEqual({ conversation: 'auto' });
    },
  );

  it('reads the overrides of either dialect into the same record', () => {
    const ga = {
      ...SHARED,
      output_modalities: ['audio'],
      max_output_tokens: 'inf',
      audio: { output: { voice: { id: 'cedar' }, format: { type: 'audio/pcmu' } } },
    };
    const beta = {
      ...SHARED,
      modalities: ['audio', 'text'],
      max_response_output_tokens: 'inf',
      voice: 'cedar',
      output_audio_format: 'g711_ulaw',
    };
    expect(create(ga)).toStrictEqual(OVERRIDES);
    expect(create(beta)).toStrictEqual(OVERRIDES);
    expect(create({ ...beta, temperature: 0.7 })).toStrictEqual({ ...OVERRIDES, temperature: 0.7 });
  });

  it('reads input items and references, and keeps an empty input apart from none', () => {
    const input = [
      { type: 'item_reference', id: 'item_1' },
      { type: 'message', role: 'user', content: [{ type: 'text', text: 'x' }] },
    ];
    expect(create({ input }).input).toStrictEqual([
      { type: 'item_reference', id: 'item_1' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'x' }] },
    ]);
    expect(create({ input: [] }).input).toStrictEqual([]);
    expect(create({})).not.toHaveProperty('input');
  });

  it('passes over members it does not know', () => {
    expect(create({ commit: true, cancel_previous: true })).toStrictEqual({ conversation: 'auto' });
  });

  const pairs = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));

  it('takes 16 pairs of metadata with keys of 64 and values of 512 characters', () => {
    const metadata = { ...pairs(15), ['k'.repeat(64)]: 'v'.repeat(512) };
    expect(create({ metadata }).metadata).toStrictEqual(metadata);
  });

  it.each([
    [{ metadata: pairs(17) }, 'invalid_value', 'response.metadata'],
    [{ metadata: { ['k'.repeat(65)]: 'v' } }, 'invalid_value', 'response.metadata'],
    [{ metadata: { k: 'v'.repeat(513) } }, 'invalid_value', 'response.metadata.k'],
    [{ metadata: { k: 1 } }, 'invalid_type', 'response.metadata.k'],
    [{ metadata: 'k' }, 'invalid_type', 'response.metadata'],
    [{ conversation: 'side' }, 'invalid_value', 'response.conversation'],
    [{ conversation: 1 }, 'invalid_type', 'response.conversation'],
    [{ input: {} }, 'invalid_type', 'response.input'],
    [{ input: [{ type: 'memo' }] }, 'invalid_value', 'response.input[0].type'],
    [{ input: [{ type: 'item_reference' }] }, 'missing_required_parameter', 'response.input[0].id'],
    [
      { input: [{ type: 'message', role: 'user', content: [{ type: 'text' }] }] },
      'missing_required_parameter',
      'response.input[0].content[0].text',
    ],
    [{ output_modalities: ['smell'] }, 'invalid_value', 'response.output_modalities[0]'],
    [{ audio: { output: { voice: 3 } } }, 'invalid_type', 'response.audio.output.voice'],
    [{ max_output_tokens: -1 }, 'invalid_value', 'response.max_output_tokens'],
  ])('answers %j with %s', (response, code, param) => {
    expect(faultOf(response)).toMatchObject({ type: 'invalid_request_error', code, param });
  });
});

describe('transcription_session.update', () => {
  const update = { type: 'transcription_session.update' };

  it('implies the type of the session in either shape', () => {
    for (const session of [
      { input_audio_transcription: { model: 'm' }, include: null },
      { audio: { input: { transcription: { model: 'm' } } }, include: null },
    ]) {
      const result = parseClientEvent(JSON.stringify({ ...update, session }), 'ga');
      expect(result).toMatchObject({
        ok: true,
        event: {
          type: 'transcription_session.update',
          session: {
            sessionType: 'transcription',
            inputTranscription: { model: 'm' },
            include: null,
          },
        },
      });
    }
  });

  it('refuses members it does not know', () => {
    const text = JSON.stringify({ ...update, session: { turn_detection: null, loud: true } });
    expect(parseClientEvent(text, 'beta')).toMatchObject({
      error: { error: { code: 'unknown_parameter', param: 'session.loud' } },
    });
  });
});
