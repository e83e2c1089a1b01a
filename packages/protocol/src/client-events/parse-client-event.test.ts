import { describe, expect, it } from 'vitest';
import { parseClientEvent } from './parse-client-event.ts';

function parsed(wire: object) {
  const result = parseClientEvent(JSON.stringify(wire), 'ga');
  if (!result.ok) throw new Error(result.error.error.message);
  return result.event;
}

function faultOf(text: string) {
  const result = parseClientEvent(text, 'ga');
  if (result.ok) throw new Error(`expected a fault, read ${JSON.stringify(result.event)}`);
  const { event_id: eventId, ...fault } = result.error.error;
  expect(result.error.type).toBe('error');
  expect(result.error.event_id).toMatch(/^event_/);
  return { ...fault, eventId };
}

describe('parseClientEvent, valid events', () => {
  it.each([
    [
      { type: 'input_audio_buffer.append', audio: 'AAAA', event_id: 'e1' },
      { type: 'input_audio_buffer.append', audio: 'AAAA', eventId: 'e1' },
    ],
    [
      { type: 'input_audio_buffer.append', audio: '' },
      { type: 'input_audio_buffer.append', audio: '', eventId: null },
    ],
    [
      { type: 'input_audio_buffer.commit', event_id: null },
      { type: 'input_audio_buffer.commit', eventId: null },
    ],
    [
      { type: 'input_audio_buffer.clear', event_id: '' },
      { type: 'input_audio_buffer.clear', eventId: '' },
    ],
    [
      { type: 'output_audio_buffer.clear', ignored: { deeply: [] } },
      { type: 'output_audio_buffer.clear', eventId: null },
    ],
    [
      { type: 'conversation.item.retrieve', item_id: 'item_1', event_id: 'rci_item_1' },
      { type: 'conversation.item.retrieve', itemId: 'item_1', eventId: 'rci_item_1' },
    ],
    [
      { type: 'conversation.item.delete', item_id: 'a/b "c"' },
      { type: 'conversation.item.delete', itemId: 'a/b "c"', eventId: null },
    ],
    [
      {
        type: 'conversation.item.truncate',
        item_id: 'item_1',
        content_index: 0,
        audio_end_ms: 1500,
      },
      {
        type: 'conversation.item.truncate',
        itemId: 'item_1',
        contentIndex: 0,
        audioEndMs: 1500,
        eventId: null,
      },
    ],
    [{ type: 'response.cancel' }, { type: 'response.cancel', eventId: null }],
    [
      { type: 'response.cancel', response_id: null },
      { type: 'response.cancel', eventId: null },
    ],
    [
      { type: 'response.cancel', response_id: 'resp_1' },
      { type: 'response.cancel', responseId: 'resp_1', eventId: null },
    ],
  ])('reads %j', (wire, event) => {
    expect(parsed(wire)).toStrictEqual(event);
  });

  it('reads each key of a telephone', () => {
    for (const digit of '0123456789*#ABCD') {
      const dtmf = { type: 'antiphon.dtmf', digit };
      expect(parsed(dtmf)).toStrictEqual({ ...dtmf, eventId: null });
    }
  });
});

const TRUNCATE = {
  type: 'conversation.item.truncate',
  item_id: 'i',
  content_index: 0,
  audio_end_ms: 0,
};

describe('parseClientEvent, faults', () => {
  it.each([
    ['', 'invalid_event', null],
    ['{"type":', 'invalid_event', null],
    ['null', 'invalid_event', null],
    ['[]', 'invalid_event', null],
    ['"response.create"', 'invalid_event', null],
    ['{}', 'invalid_event', null],
    ['{"type":7}', 'invalid_type', 'type'],
    ['{"type":null}', 'invalid_type', 'type'],
    ['{"type":"scooby.dooby.doo"}', 'invalid_value', 'type'],
    ['{"type":"constructor"}', 'invalid_value', 'type'],
    ['{"type":"session.created"}', 'invalid_value', 'type'],
    ['{"type":"session.update"}', 'missing_required_parameter', 'session'],
    ['{"type":"input_audio_buffer.append"}', 'missing_required_parameter', 'audio'],
    ['{"type":"input_audio_buffer.append","audio":null}', 'invalid_type', 'audio'],
    ['{"type":"input_audio_buffer.append","audio":[1]}', 'invalid_type', 'audio'],
    ['{"type":"input_audio_buffer.append","audio":"&&&&"}', 'invalid_value', 'audio'],
    ['{"type":"input_audio_buffer.append","audio":"AAA"}', 'invalid_value', 'audio'],
    ['{"type":"conversation.item.retrieve"}', 'missing_required_parameter', 'item_id'],
    ['{"type":"conversation.item.delete","item_id":5}', 'invalid_type', 'item_id'],
    ['{"type":"conversation.item.delete","item_id":""}', 'invalid_value', 'item_id'],
    [JSON.stringify({ ...TRUNCATE, audio_end_ms: 1.5 }), 'invalid_type', 'audio_end_ms'],
    [JSON.stringify({ ...TRUNCATE, audio_end_ms: '9' }), 'invalid_type', 'audio_end_ms'],
    [JSON.stringify({ ...TRUNCATE, audio_end_ms: -1 }), 'invalid_value', 'audio_end_ms'],
    [
      JSON.stringify({ ...TRUNCATE, content_index: undefined }),
      'missing_required_parameter',
      'content_index',
    ],
    ['{"type":"antiphon.dtmf"}', 'missing_required_parameter', 'digit'],
    ['{"type":"antiphon.dtmf","digit":1}', 'invalid_type', 'digit'],
    ['{"type":"antiphon.dtmf","digit":""}', 'invalid_value', 'digit'],
    ['{"type":"antiphon.dtmf","digit":"12"}', 'invalid_value', 'digit'],
    ['{"type":"antiphon.dtmf","digit":"a"}', 'invalid_value', 'digit'],
    ['{"type":"antiphon.dtmf","digit":"E"}', 'invalid_value', 'digit'],
    ['{"type":"response.cancel","response_id":{}}', 'invalid_type', 'response_id'],
    ['{"type":"response.create","response":[]}', 'invalid_type', 'response'],
    ['{"type":"conversation.item.create"}', 'missing_required_parameter', 'item'],
  ])('answers %s with %s', (text, code, param) => {
    expect(faultOf(text)).toMatchObject({ type: 'invalid_request_error', code, param });
  });

  it('says what is wrong in the words clients know', () => {
    expect(faultOf('{}').message).toBe("The 'type' field is missing.");
    expect(faultOf('{"type":"scooby.dooby.doo"}').message).toMatch(
      /^Invalid value: 'scooby.dooby.doo'. Supported values are: 'session.update', /,
    );
    expect(faultOf('{"type":"conversation.item.delete"}').message).toBe(
      "Missing required parameter: 'item_id'.",
    );
    expect(faultOf('{"type":"conversation.item.delete","item_id":5}').message).toBe(
      "Invalid type for 'item_id': expected a string, but got an integer instead.",
    );
  });

  it('names the keys there are', () => {
    expect(faultOf('{"type":"antiphon.dtmf","digit":"E"}').message).toBe(
      "Invalid value: 'E'. Supported values are: '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', " +
        "'*', '#', 'A', 'B', 'C' and 'D'.",
    );
  });

  it('echoes the event_id of the client, and null for one that is no string of 512 characters', () => {
    const echoed = (eventId: unknown) => faultOf(JSON.stringify({ type: 'x', event_id: eventId }));
    expect(echoed('my event').eventId).toBe('my event');
    expect(echoed('x'.repeat(512)).eventId).toHaveLength(512);
    expect(echoed('x'.repeat(513))).toMatchObject({ eventId: null, param: 'event_id' });
    expect(echoed(5)).toMatchObject({ eventId: null, code: 'invalid_type', param: 'event_id' });
    expect(echoed(undefined).eventId).toBeNull();
    const append = { type: 'input_audio_buffer.append', audio: '!', event_id: 'a1' };
    expect(faultOf(JSON.stringify(append)).eventId).toBe('a1');
  });

  it('takes 15 MiB of audio in one append and not a byte more', () => {
    const append = (bytes: number) =>
      `{"type":"input_audio_buffer.append","audio":"${Buffer.alloc(bytes).toString('base64')}"}`;
    const limitBytes = 15 * 1024 * 1024;
    expect(parseClientEvent(append(limitBytes), 'ga').ok).toBe(true);
    expect(faultOf(append(limitBytes + 1))).toMatchObject({
      code: 'invalid_value',
      param: 'audio',
    });
  });

  it('repeats no more than a piece of an oversized value', () => {
    const type = 'x'.repeat(100_000);
    expect(faultOf(JSON.stringify({ type })).message.length).toBeLessThan(1000);
    const session = { type: 'realtime', [type]: 1 };
    const fault = faultOf(JSON.stringify({ type: 'session.update', session }));
    expect(fault.code).toBe('unknown_parameter');
    expect(fault.message.length).toBeLessThan(1000);
  });
});
