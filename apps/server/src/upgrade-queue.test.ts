import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { UpgradeQueue } from './upgrade-queue.ts';

function queueOf(count: number) {
  const queue = new UpgradeQueue();
  const opened: number[] = [];
  const taken = Array.from({ length: count }, (_, index) => queue.add(() => opened.push(index)));
  return { queue, opened, taken };
}

describe('UpgradeQueue', () => {
  it('opens what comes alone at once', () => {
    expect(queueOf(1).opened).toEqual([0]);
  });

  it('opens the first two of many, and two more with each turn, in order', async () => {
    const { opened } = queueOf(5);
    expect(opened).toEqual([0, 1]);
    await nextTurn();
    expect(opened).toEqual([0, 1, 2, 3]);
    await nextTurn();
    expect(opened).toEqual([0, 1, 2, 3, 4]);
  });

  it('lets nothing that comes later overtake what waits', async () => {
    const { queue, opened } = queueOf(3);
    queue.add(() => opened.push(3));
    await nextTurn();
    queue.add(() => opened.push(4));
    queue.add(() => opened.push(5));
    expect(opened).toEqual([0, 1, 2, 3]);
    await nextTurn();
    expect(opened).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('opens at once again after a quiet turn', async () => {
    const { queue, opened } = queueOf(2);
    await nextTurn();
    queue.add(() => opened.push(2));
    expect(opened).toEqual([0, 1, 2]);
  });

  it('refuses what comes when 4096 wait', async () => {
    const { queue, opened, taken } = queueOf(2 + 4096 + 1);
    expect(taken.lastIndexOf(true)).toBe(2 + 4096 - 1);
    expect(taken.at(-1)).toBe(false);
    await nextTurn();
    expect(opened).toHaveLength(4);
    expect(queue.add(() => {})).toBe(true);
  });
});
