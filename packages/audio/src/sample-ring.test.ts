import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleRing } from './sample-ring.ts';

describe('SampleRing', () => {
  it('gives the end of everything pushed, as far as its capacity reaches', () => {
    fc.assert(
      fc.property(
        fc.array(fc.int16Array({ maxLength: 60 })),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 80 }),
        (chunks, capacity, wanted) => {
          const ring = new SampleRing(capacity);
          for (const chunk of chunks) ring.push(chunk);
          const all = chunks.flatMap((chunk) => [...chunk]);
          const held = Math.min(capacity, all.length);
          expect(ring.heldSamples).toBe(held);
          const length = Math.min(held, wanted);
          expect([...ring.last(wanted)]).toEqual(all.slice(all.length - length));
        },
      ),
    );
  });

  it('gives copies that later samples leave alone', () => {
    const ring = new SampleRing(2);
    ring.push(Int16Array.of(1, 2));
    const last = ring.last(2);
    ring.push(Int16Array.of(3, 4));
    expect(last).toEqual(Int16Array.of(1, 2));
  });

  it('forgets everything when cleared', () => {
    const ring = new SampleRing(3);
    ring.push(Int16Array.of(1, 2, 3, 4));
    ring.clear();
    expect(ring.last(3)).toEqual(new Int16Array(0));
    ring.push(Int16Array.of(5));
    expect(ring.last(3)).toEqual(Int16Array.of(5));
  });

  it('refuses sizes that are no integers of the right sign', () => {
    expect(() => new SampleRing(0)).toThrowError(/capacitySamples is 0/);
    expect(() => new SampleRing(4).last(-1)).toThrowError(/samples is -1/);
    expect(() => new SampleRing(4).last(1.5)).toThrowError(/samples is 1.5/);
  });
});
