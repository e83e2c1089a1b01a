import type { SessionEvent } from '@antiphon/session';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ToldTogether } from './told-together.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const event = (atMs: number): SessionEvent => ({ type: 'playout.drained', itemId: 'item_1', atMs });

function listening() {
  const handled: string[] = [];
  const listener = (name: string) => ({
    notify: ({ atMs }: SessionEvent) => void handled.push(`${name} ${atMs}`),
  });
  const faults: unknown[] = [];
  const told = new ToldTogether((fault) => faults.push(fault));
  return { told, faults, one: listener('one'), other: listener('other'), handled };
}

it('events of all sessions are handed on together, in order, within half a second', () => {
  const { told, one, other, handled } = listening();
  told.tell(one, event(1));
  told.tell(other, event(2));
  vi.advanceTimersByTime(400);
  told.tell(one, event(3));
  expect(handled).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(handled).toEqual(['one 1', 'other 2', 'one 3']);
  told.tell(one, event(4));
  vi.advanceTimersByTime(500);
  expect(handled).toHaveLength(4);
  expect(vi.getTimerCount()).toBe(0);
});

it('who asks does not wait', () => {
  const { told, one, handled } = listening();
  told.tell(one, event(1));
  told.flush();
  expect(handled).toEqual(['one 1']);
  expect(vi.getTimerCount()).toBe(0);
});

it('no more than some hundred events wait', () => {
  const { told, one, handled } = listening();
  for (let index = 0; index < 1_300; index++) told.tell(one, event(index));
  expect(handled.length).toBeGreaterThan(1_000);
  told.flush();
  expect(handled).toEqual(Array.from({ length: 1_300 }, (_, index) => `one ${index}`));
});

it('one who fails holds up no other, and is told of', () => {
  const { told, faults, one, handled } = listening();
  const broken = {
    notify: () => {
      throw new Error('broken');
    },
  };
  told.tell(broken, event(1));
  told.tell(one, event(2));
  told.flush();
  expect(handled).toEqual(['one 2']);
  expect(faults).toEqual([new Error('broken')]);
});
