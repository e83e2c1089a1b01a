import type { RecordedEvent } from '@antiphon/session';
import { expect, it } from 'vitest';
import { ToldEvents } from './told-events.ts';

it('events of all recordings are written down together, in order, and no more than some hundred wait', () => {
  const told = new ToldEvents();
  const kept: string[] = [];
  const recording = (name: string) => ({
    keep: ({ atMs }: RecordedEvent) => void kept.push(`${name} ${atMs}`),
  });
  const one = recording('one');
  const other = recording('other');
  const expected = Array.from({ length: 1_300 }, (_, atMs) => {
    const isOne = atMs % 3 === 0;
    told.add(isOne ? one : other, { type: 'machine.timer', timer: 0, atMs });
    if (atMs === 10) expect(kept).toEqual([]);
    return `${isOne ? 'one' : 'other'} ${atMs}`;
  });
  expect(kept.length).toBeGreaterThan(700);
  told.flush();
  expect(kept).toEqual(expected);
  told.flush();
  expect(kept).toHaveLength(1_300);
});
