import { describe, expect, it } from 'vitest';
import { parseClientEvent } from './parse-client-event.ts';

function create(item: unknown, more: object = {}) {
  const text = JSON.stringify({ type: 'conversation.item.create', item, ...more });
  const result = parseClientEvent(text, 'ga');
  if (!result.ok) throw new Error(result.error.error.message);
  if (result.event.type !== 'conversation.item.create') throw new Error(result.event.type);
  return result.event;
}

function faultOf(item: unknown) {
  const text = JSON.stringify({ type: 'conversation.item.create', item });
  const result = parseClientEvent(text, 'ga');
  if (result.ok) throw new Error('expected a fault');
  return result.error.error;
}

const message = (role: string, ...content: unknown[]) => ({ type: 'message', role, content });

describe('conversation.item.create', () => {
  it('reads a user message with every kind of content', () => {
    const item = message(
      'user',
      { type: 'input_text', text: 'hi' },
      { type: 'input_audio', audio: 'AAAA' },
      { type: 'input_audio', audio: null, transcript: 'said' },
      { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'low' },
    );
    expect(create({ ...item, id: 'my/own id', status: 'completed' }).item).toStrictEqual({
      id: 'my/own id',
      status: 'completed',
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'hi' },
        { type: 'input_audio', audio: 'AAAA', transcript: null },
        { type: 'input_audio', transcript: 'said' },
        { type: 'input_image', imageUrl: 'data:image/png;base64,AA==', detail: 'low' },
      ],
    });
  });

  it.each(['text', 'input_text', 'output_text'])('reads %s as the text of either side', (type) => {
    const part = { type, text: 'x' };
    expect(create(message('user', part)).item).toMatchObject({
      content: [{ type: 'input_text', text: 'x' }],
    });
    expect(create(message('assistant', part)).item).toMatchObject({
      content: [{ type: 'output_text', text: 'x' }],
    });
    expect(create(message('system', part)).item).toMatchObject({
      content: [{ type: 'input_text', text: 'x' }],
    });
  });

  it.each(['audio', 'output_audio'])('reads %s as the speech of the assistant', (type) => {
    expect(create(message('assistant', { type, transcript: 'x' })).item).toMatchObject({
      content: [{ type: 'output_audio', transcript: 'x' }],
    });
  });

  it('reads function calls and their outputs', () => {
    const call = { type: 'function_call', name: 'f', arguments: '{}' };
    expect(create({ ...call, call_id: 'call_1' }).item).toStrictEqual({
      type: 'function_call',
      callId: 'call_1',
      name: 'f',
      arguments: '{}',
    });
    expect(create({ ...call, id: '', call_id: null }).item).toStrictEqual({
      type: 'function_call',
      name: 'f',
      arguments: '{}',
    });
    const output = { type: 'function_call_output', call_id: 'call_1', output: '' };
    expect(create(output).item).toStrictEqual({
      type: 'function_call_output',
      callId: 'call_1',
      output: '',
    });
  });

  it.each([
    [undefined, undefined],
    [null, undefined],
    ['', undefined],
    ['root', 'root'],
    ['item_1', 'item_1'],
  ])('reads previous_item_id %j as %j', (previous_item_id, expected) => {
    const event = create(message('user'), { previous_item_id });
    expect(event.previousItemId).toBe(expected);
    expect('previousItemId' in event).toBe(expected !== undefined);
  });

  it.each([
    [{}, 'missing_required_parameter', 'item.type'],
    ['hi', 'invalid_type', 'item'],
    [{ type: 'item_reference', id: 'x' }, 'invalid_value', 'item.type'],
    [{ type: 'message' }, 'missing_required_parameter', 'item.role'],
    [message('tool'), 'invalid_value', 'item.role'],
    [{ type: 'message', role: 'user' }, 'missing_required_parameter', 'item.content'],
    [{ type: 'message', role: 'user', content: 'hi' }, 'invalid_type', 'item.content'],
    [message('user', 5), 'invalid_type', 'item.content[0]'],
    [message('user', {}), 'missing_required_parameter', 'item.content[0].type'],
    [
      message('user', { type: 'input_text', text: 'a' }, { type: 'input_text' }),
      'missing_required_parameter',
      'item.content[1].text',
    ],
    [message('user', { type: 'input_text', text: 5 }), 'invalid_type', 'item.content[0].text'],
    [
      message('user', { type: 'input_audio' }),
      'missing_required_parameter',
      'item.content[0].audio',
    ],
    [
      message('user', { type: 'input_audio', audio: '!' }),
      'invalid_value',
      'item.content[0].audio',
    ],
    [
      message('assistant', { type: 'input_image', image_url: 'x' }),
      'invalid_value',
      'item.content[0].type',
    ],
    [message('system', { type: 'input_audio' }), 'invalid_value', 'item.content[0].type'],
    [{ type: 'function_call', name: 'f' }, 'missing_required_parameter', 'item.arguments'],
    [{ type: 'function_call_output', output: 'x' }, 'missing_required_parameter', 'item.call_id'],
    [{ type: 'function_call_output', call_id: 'c', output: {} }, 'invalid_type', 'item.output'],
    [{ ...message('user'), id: 'x'.repeat(257) }, 'invalid_value', 'item.id'],
    [{ ...message('user'), status: 'done' }, 'invalid_value', 'item.status'],
  ])('answers %j with %s', (item, code, param) => {
    expect(faultOf(item)).toMatchObject({ type: 'invalid_request_error', code, param });
  });
});
