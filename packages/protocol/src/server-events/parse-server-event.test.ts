import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseServerEvent } from './parse-server-event.ts';

describe('parseServerEvent', () => {
  it('keeps members it does not know', () => {
    const event = { type: 'input_audio_buffer.cleared', event_id: 'event_1', extra: [1] };
    expect(parseServerEvent(JSON.stringify(event))).toEqual(event);
  });

  it.each([
    ['', null, 'JSON'],
    ['[]', null, 'no type'],
    ['{"type":5}', null, 'no type'],
    ['{"type":"toString"}', 'toString', 'not known'],
    ['{"type":"response.text.delta"}', 'response.text.delta', 'not known'],
    ['{"type":"error"}', 'error', "'error'"],
    ['{"type":"session.created","session":[]}', 'session.created', "'session'"],
    ['{"type":"rate_limits.updated","rate_limits":{}}', 'rate_limits.updated', "'rate_limits'"],
    [
      '{"type":"conversation.item.added","item":{},"previous_item_id":3}',
      'conversation.item.added',
      "'previous_item_id'",
    ],
  ])('turns %s into an unknown event that says why', (text, wireType, reason) => {
    const event = parseServerEvent(text);
    expect(event).toMatchObject({ type: 'unknown', wireType });
    expect('reason' in event && event.reason).toContain(reason);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(typeof parseServerEvent(text).type).toBe('string');
      }),
    );
  });
});
