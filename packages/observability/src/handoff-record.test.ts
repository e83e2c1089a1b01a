import { describe, expect, it } from 'vitest';
import { HandoffNotes, handoffRecordSchema } from './handoff-record.ts';

const REF = { sessionId: 'sess_1', events: '/sessions/sess_1/events.jsonl', recording: null };

const slotsOf = (notes: readonly object[], transfer: object = {}) => {
  const handoff = new HandoffNotes();
  for (const note of notes) handoff.note(JSON.stringify(note));
  return handoff.record(JSON.stringify(transfer), REF).slots;
};

describe('HandoffNotes', () => {
  it('tells reason, summary, slots and where to read on', () => {
    const notes = new HandoffNotes();
    notes.note('{"order_id":"4471"}');
    notes.note('{"found":true,"customer":{"id":17,"email":"jane@example.com"},"paid":true}');
    const transfer = { reason: 'angry', summary: 'Twice late.', department: 'billing', vip: true };
    const record = notes.record(JSON.stringify(transfer), REF);
    expect(handoffRecordSchema.parse(record)).toEqual({
      reason: 'angry',
      summary: 'Twice late.',
      slots: { order_id: '4471', customer_id: 17, department: 'billing', vip: true },
      transcriptRef: REF,
    });
  });

  it('keeps the latest id of a name, and the transfer’s own argument above all', () => {
    expect(slotsOf([{ order_id: '1', ticketId: 'T1' }, { order_id: '2' }])).toEqual({
      order_id: '2',
      ticketId: 'T1',
    });
    expect(slotsOf([{ order_id: '1' }], { order_id: '3', note: null })).toEqual({ order_id: '3' });
  });

  it('takes no id from a list of candidates, and none that is no text or number', () => {
    expect(
      slotsOf([{ orders: [{ order_id: '1' }], order_id: null, user_id: { a: 1 }, valid: true }]),
    ).toEqual({});
  });

  it('takes whatever the transfer was given, at most 200 characters of each', () => {
    expect(slotsOf([], { items: ['a', 'b'], note: 'x'.repeat(201) })).toEqual({
      items: '["a","b"]',
      note: `${'x'.repeat(200)}…`,
    });
  });

  it('keeps 32 slots, the latest', () => {
    const slots = slotsOf(
      Array.from({ length: 40 }, (_, index) => ({ [`a${index}_id`]: index })),
      { order: 'x' },
    );
    expect(Object.keys(slots)).toHaveLength(32);
    expect(slots).toMatchObject({ a39_id: 39, order: 'x' });
    expect(slots).not.toHaveProperty('a8_id');
  });

  it.each(['', 'no JSON', '[]', 'null', '7'])('makes an empty record of %j', (text) => {
    const notes = new HandoffNotes();
    notes.note(text);
    expect(notes.record(text, REF)).toEqual({
      reason: null,
      summary: null,
      slots: {},
      transcriptRef: REF,
    });
  });

  it('is not fooled by names that every object has', () => {
    const handoff = new HandoffNotes();
    handoff.note('{"__proto__":{"id":"x"},"constructor":{"id":"y"}}');
    const { slots } = handoff.record('{"__proto__":"z"}', REF);
    expect(Object.getPrototypeOf(slots)).toBe(Object.prototype);
    expect(slots).toMatchObject({ constructor_id: 'y' });
  });
});
