import { describe, expect, it } from 'vitest';
import { newId } from './ids.ts';

describe('newId', () => {
  it.each(['sess', 'conv', 'item', 'resp', 'call', 'event', 'ek'] as const)(
    'makes %s ids of the allowed characters, at most 32 long',
    (prefix) => {
      for (let i = 0; i < 300; i += 1) {
        const id = newId(prefix);
        expect(id).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(id.startsWith(`${prefix}_`)).toBe(true);
        expect(id.length).toBeLessThanOrEqual(32);
      }
    },
  );

  it('does not repeat itself across refills of the pool', () => {
    const ids = new Set(Array.from({ length: 5000 }, () => newId('item')));
    expect(ids.size).toBe(5000);
  });

  it('uses every one of the 64 characters', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 1000; i += 1) {
      for (const character of newId('item').slice('item_'.length)) seen.add(character);
    }
    expect(seen.size).toBe(64);
  });
});
