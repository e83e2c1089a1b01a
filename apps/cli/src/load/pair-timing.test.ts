import { describe, expect, it } from 'vitest';
import { EVENT_PAIRS } from './event-pairs.ts';
import { timePairs } from './pair-timing.ts';

const breathe = async () => {};

describe('timePairs', () => {
  it('times every pair as often as its share says, and the same frames as a floor', async () => {
    const times = await timePairs(EVENT_PAIRS, { warmUpRounds: 1, rounds: 2, breathe });
    expect(times.map(({ title }) => title)).toEqual(EVENT_PAIRS.map(({ title }) => title));
    for (const [index, { door, floor, bytes }] of times.entries()) {
      const { share, message } = EVENT_PAIRS[index]!;
      expect(door).toHaveLength(2 * share);
      expect(floor).toHaveLength(2 * share);
      expect(bytes).toBeGreaterThan(message.length);
    }
  });

  it('spreads the pairs of a round', async () => {
    const order: string[] = [];
    const [often, rare] = EVENT_PAIRS.map((pair, index) => ({
      ...pair,
      share: index === 0 ? 4 : 1,
      reply: () => {
        order.push(index === 0 ? 'often' : 'rare');
        return pair.reply();
      },
    }));
    await timePairs([often!, rare!], { warmUpRounds: 0, rounds: 1, breathe });
    // The first two are written to see how they are to be written.
    expect(order.slice(2)).toEqual(['often', 'often', 'rare', 'often', 'often']);
  });

  let cleared = 0;
  it.each([
    ['is refused', { message: Buffer.from('{"type":"no.such.event"}') }],
    [
      'is not answered the same way twice',
      {
        reply: () => {
          const item_id = 'x'.repeat((cleared += 1));
          return { type: 'conversation.item.deleted' as const, item_id };
        },
      },
    ],
  ])('does not time a pair that %s', async (_name, change) => {
    const pair = { ...EVENT_PAIRS[0]!, title: 'odd', ...change };
    const timing = timePairs([pair], { warmUpRounds: 0, rounds: 20, breathe });
    await expect(timing).rejects.toThrow('The pair "odd" is not read and written as it should be.');
  });
});
