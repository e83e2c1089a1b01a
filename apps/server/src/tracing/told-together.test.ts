import type { SessionEvent } from '@antiphon/session';
import { afterEach, expect, it, vi } from 'vitest';
import { ToldTogether } from './told-together.ts';

afterEach(() => {
  vi.useRealTimers();
});

const event = (itemId: string): SessionEvent => ({ type: 'caller.turnIgnored', itemId }) as never;

function listener(isBroken = false) {
  const heard: unknown[] = [];
  const notify = (told: SessionEvent): void => {
    if (isBroken) throw new Error('broken');
    heard.push((told as unknown as { itemId: string }).itemId);
  };
  return { heard, notify };
}

it('hands all on in order half a second after the first, and nothing before', () => {
  vi.useFakeTimers();
  const told = new ToldTogether(() => {});
  const [a, b] = [listener(), listener()];
  told.tell(a, event('1'));
  vi.advanceTimersByTime(400);
  told.tell(b, event('2'));
  told.tell(a, event('3'));
  vi.advanceTimersByTime(99);
  expect([a.heard, b.heard]).toEqual([[], []]);
  vi.advanceTimersByTime(1);
  expect([a.heard, b.heard]).toEqual([['1', '3'], ['2']]);
  expect(vi.getTimerCount()).toBe(0);
});

it('hands on at once what is asked for, and when there is much', () => {
  vi.useFakeTimers();
  const told = new ToldTogether(() => {});
  const { heard, notify } = listener();
  told.tell({ notify }, event('1'));
  told.flush();
  expect(heard).toEqual(['1']);
  for (let count = 0; count < 512; count++) told.tell({ notify }, event('more'));
  expect(heard).toHaveLength(513);
  expect(vi.getTimerCount()).toBe(0);
});

it('hands on to the others where one fails, and says so', () => {
  const faults: unknown[] = [];
  const told = new ToldTogether((fault) => faults.push(fault));
  const [broken, sound] = [listener(true), listener()];
  told.tell(broken, event('1'));
  told.tell(sound, event('2'));
  told.flush();
  expect(sound.heard).toEqual(['2']);
  expect(faults).toEqual([new Error('broken')]);
});
