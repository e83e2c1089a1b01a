import type { ConversationEntry } from '@antiphon/session';
import { describeSessionLog } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { MemorySessionLog } from './memory-session-log.ts';

describeSessionLog('MemorySessionLog', () =>
  Promise.resolve({
    log: new MemorySessionLog({ maxSessions: 3, maxEntries: 100 }),
    close: () => Promise.resolve(),
  }),
);

const entry = (itemId: string): ConversationEntry => ({ type: 'deleted', itemId });

describe('MemorySessionLog', () => {
  it('forgets the session that was quiet for longest when there are too many', async () => {
    const log = new MemorySessionLog({ maxSessions: 2 });
    for (const id of ['sess_1', 'sess_2', 'sess_1', 'sess_3']) log.append(id, entry(id));
    expect(await log.read('sess_2')).toEqual([]);
    expect(await log.read('sess_1')).toHaveLength(2);
    expect(await log.read('sess_3')).toHaveLength(1);
  });

  it('keeps nothing of a session that outgrows it, because a part would be of no use', async () => {
    const log = new MemorySessionLog({ maxEntries: 2 });
    for (const id of ['item_1', 'item_2', 'item_3', 'item_4']) log.append('sess_1', entry(id));
    expect(await log.read('sess_1')).toEqual([]);
  });

  it('refuses bounds that keep nothing', () => {
    expect(() => new MemorySessionLog({ maxSessions: 0 })).toThrow(/maxSessions is 0; use a whole/);
    expect(() => new MemorySessionLog({ maxEntries: 1.5 })).toThrow(/maxEntries is 1.5/);
  });
});
