import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonWriter } from './json-writer.ts';

const writer = new JsonWriter();
const memory = Buffer.alloc(1_048_576);

/** What it makes of a value, or null where it leaves that to others. */
function written(value: object, { at = 0, until = memory.length } = {}): string | null {
  const end = writer.write(value, memory, { at, until });
  return end < 0 ? null : memory.toString('utf8', at, end);
}

/** Instants of today, where doubles have twelve binary places. */
const instants = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 40 - 1 }), fc.integer({ min: 0, max: 4_095 }))
  .map(([whole, part]) => 2 ** 40 + whole + part / 4_096);

const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    texts,
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    instants,
    fc.boolean(),
    fc.constantFrom(null, 0, -0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 40, 2 ** 41),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(texts, fc.option(tie('value'), { nil: undefined, freq: 9 }), { maxKeys: 8 }),
  ),
})).value;

describe('the writer of events', () => {
  it('writes plain objects as JSON.stringify does, to the byte', () => {
    fc.assert(
      fc.property(fc.dictionary(texts, values, { noNullPrototype: true }), (value) => {
        const found = written(value);
        // Objects without a prototype are left to it.
        if (found !== null) expect(found).toBe(JSON.stringify(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('writes every fraction that an instant can have', () => {
    const wholes = [2 ** 40, 1_764_210_000_123, 2 ** 41 - 1];
    const told = wholes.map((whole) =>
      Array.from({ length: 4_096 }, (_, part) => whole + part / 4_096),
    );
    expect(written(told)).toBe(JSON.stringify(told));
  });

  it('leaves to others what is not plain', () => {
    const deep = Array.from({ length: 40 }).reduce<object>((inner) => ({ inner }), {});
    const none: unknown = undefined;
    const others = [new Date(0), new Map(), { at: new Date(0) }, { run: () => {} }, [none], deep];
    for (const other of others) expect(written(other)).toBeNull();
  });

  it('writes nothing beyond the room it has', () => {
    const event = {
      type: 'caller.transcript',
      text: 'añ "語"',
      parts: [1, true, null, 0.5, 1_764_210_000_123.25],
      isFinal: false,
    };
    const { length } = Buffer.from(JSON.stringify(event));
    for (let room = 0; room < length; room++) {
      memory.fill(7);
      expect(written(event, { at: 3, until: 3 + room })).toBeNull();
      expect(memory.subarray(0, 3).every((byte) => byte === 7)).toBe(true);
      expect(memory.subarray(3 + room, 400).every((byte) => byte === 7)).toBe(true);
    }
    expect(written(event, { at: 3, until: 3 + length })).toBe(JSON.stringify(event));
  });
});
