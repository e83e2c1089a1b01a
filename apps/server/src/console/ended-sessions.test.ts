import type { SessionRow } from '@antiphon/observability';
import { DrivenClock } from '@antiphon/session/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { EndedSessions } from './ended-sessions.ts';
import type { EndedQuery } from './ended-sessions.ts';
import { firstRow } from './session-row.ts';

let clock: DrivenClock;
/** What is kept elsewhere, and which of it was read. */
let kept: Map<string, SessionRow>;
let read: string[];
let ended: EndedSessions;

beforeEach(() => {
  clock = new DrivenClock();
  kept = new Map();
  read = [];
  ended = new EndedSessions(clock, async (id) => {
    read.push(id);
    return kept.get(id) ?? null;
  });
});

function rowOf(id: string, differs: Partial<SessionRow> = {}): SessionRow {
  const row = firstRow({
    id,
    tenant: null,
    agent: 'acme-support',
    leg: 'realtime',
    pipeline: 'stub',
    startedAtMs: 0,
    hasRecording: true,
  });
  return { ...row, endedAtMs: clock.now(), endReason: 'callerLeft', ...differs };
}

/** So many end one after the other, and the summary of each is kept. */
function endKept(count: number): void {
  for (let index = 0; index < count; index++) {
    const row = rowOf(`sess_${index}`, { tenant: index % 2 === 0 ? 'acme' : 'globex' });
    kept.set(row.id, row);
    ended.add(row);
    ended.settle(row.id, true);
    clock.advance(1_000);
  }
}

async function idsOf(query: Partial<EndedQuery> = {}): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const whole: EndedQuery = {
      search: '',
      limit: 200,
      cursor,
      access: { tenant: null },
      ...query,
    };
    const { rows, next } = await ended.page({ ...whole, cursor });
    ids.push(...rows.map(({ id }) => id));
    cursor = next;
  } while (cursor !== null);
  return ids;
}

describe('sessions whose recordings are kept', () => {
  it('are all listed, page by page, however many and however old, and found', async () => {
    endKept(2_500);
    clock.advance(20 * 24 * 3_600_000);
    const ids = await idsOf();
    expect(ids).toHaveLength(2_500);
    expect([ids[0], ids.at(-1)]).toEqual(['sess_2499', 'sess_0']);
    expect(await ended.find('sess_0')).toMatchObject({ id: 'sess_0', tenant: 'acme' });
    expect(await idsOf({ search: 'sess_0' })).toEqual(['sess_0']);
    expect(await idsOf({ access: { tenant: 'globex' } })).toHaveLength(1_250);
  });

  it('are held whole while they are new, and read when they are not', async () => {
    endKept(1_200);
    expect(ended.row('sess_1199')).not.toBeNull();
    expect(ended.row('sess_0')).toBeNull();
    await idsOf({ search: 'sess_1199' });
    expect(read).toEqual([]);
    await idsOf({ search: 'sess_7 ' });
    expect(read).toContain('sess_7');
  });

  it('are held whole until they are kept, however many end at once', async () => {
    for (let index = 0; index < 1_500; index++) ended.add(rowOf(`sess_${index}`));
    expect(ended.row('sess_0')).not.toBeNull();
    ended.settle('sess_0', true);
    expect(await idsOf()).toHaveLength(1_500);
  });

  it('are gone once they are forgotten', async () => {
    endKept(1_200);
    expect(ended.forget('sess_0')).toMatchObject({ id: 'sess_0', tenant: 'acme' });
    expect(ended.forget('sess_0')).toBeNull();
    expect(await idsOf()).not.toContain('sess_0');
  });

  it('are put back, the newest whole, each once', async () => {
    const rows = Array.from({ length: 1_500 }, (_, index) =>
      rowOf(`sess_${index}`, { endedAtMs: index }),
    );
    for (const row of rows) kept.set(row.id, row);
    ended.restore(rows.slice(500));
    ended.restore(rows.slice(0, 500));
    ended.restore(rows.slice(0, 10));
    expect(await idsOf()).toEqual(rows.map(({ id }) => id).toReversed());
    expect(ended.row('sess_1499')).not.toBeNull();
    expect(ended.row('sess_3')).toBeNull();
  });
});

describe('sessions of which nothing is kept', () => {
  it('are shown for a day', async () => {
    ended.add(rowOf('sess_a', { hasRecording: false }));
    ended.add(rowOf('sess_b'));
    ended.settle('sess_b', false);
    clock.advance(25 * 3_600_000);
    const dropped = ended.add(rowOf('sess_c', { hasRecording: false }));
    expect(dropped.map(({ id }) => id)).toEqual(['sess_a', 'sess_b']);
    expect(await idsOf()).toEqual(['sess_c']);
  });

  it('are a thousand at most', async () => {
    for (let index = 0; index <= 1_000; index++) {
      ended.add(rowOf(`sess_${index}`, { hasRecording: false }));
    }
    expect(await idsOf()).toHaveLength(1_000);
    expect(ended.row('sess_0')).toBeNull();
  });
});

describe('the search of ended sessions', () => {
  it.each([
    'acme-support callerLeft',
    'REALTIME',
    'stub left',
    'callerleft  sess_one',
    'listening',
  ])('finds all of the words of %j, wherever they are', async (search) => {
    ended.add(rowOf('sess_one'));
    ended.add(
      rowOf('sess_two', {
        agent: 'greeter',
        leg: 'x',
        pipeline: 'y',
        state: { ...rowOf('').state, turn: 'z' },
      }),
    );
    expect(await idsOf({ search })).toEqual(['sess_one']);
  });

  it('finds none that lacks a word', async () => {
    ended.add(rowOf('sess_one'));
    expect(await idsOf({ search: 'acme-support expired' })).toEqual([]);
  });
});
