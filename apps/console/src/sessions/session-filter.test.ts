import { describe, expect, it } from 'vitest';
import { sampleRow } from '../testing/sample-sessions.ts';
import { agentsOf, endedRows, filterOf, filterRows, paramsOf } from './session-filter.ts';

const waits = sampleRow('sess_Waits', {
  state: { caller: 'silent', turn: 'toolPending.quiet', agentAudio: 'idle' },
  openTools: ['look_up_order'],
});
const listens = sampleRow('sess_listens', { agent: 'greeter', leg: 'phone' });
const over = sampleRow('sess_over', { endedAtMs: 5, endReason: 'callerLeft' });
const rows = [waits, listens, over];
const everything = { isEnded: false, search: '', agent: '', turn: '' };
const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id);

describe('which sessions are shown', () => {
  it('live ones or those that ended', () => {
    expect(filterRows(rows, everything)).toEqual([waits, listens]);
    expect(filterRows(rows, { ...everything, isEnded: true })).toEqual([over]);
  });

  it.each([
    ['waits', [waits]],
    ['LOOK_UP', [waits]],
    ['phone greeter', [listens]],
    ['phone support', []],
    ['  ', [waits, listens]],
  ])('those in which every word of "%s" is found', (search, found) => {
    expect(filterRows(rows, { ...everything, search })).toEqual(found);
  });

  it.each([
    ['hung up', [over]],
    ['callerleft', [over]],
    ['process died', []],
  ])('those that ended so, in words or by its name: "%s"', (search, found) => {
    expect(filterRows(rows, { ...everything, isEnded: true, search })).toEqual(found);
  });

  it('those of an agent, and those in a state; the state counts for live ones only', () => {
    expect(filterRows(rows, { ...everything, agent: 'greeter' })).toEqual([listens]);
    expect(filterRows(rows, { ...everything, turn: 'toolPending' })).toEqual([waits]);
    expect(filterRows(rows, { ...everything, isEnded: true, turn: 'toolPending' })).toEqual([over]);
  });

  it('is said by the address, and read from it', () => {
    const filter = { isEnded: false, search: 'a b', agent: 'greeter', turn: 'asking' };
    expect(filterOf(paramsOf(filter))).toEqual(filter);
    expect(paramsOf(everything).toString()).toBe('');
    expect(paramsOf({ ...filter, isEnded: true }).has('turn')).toBe(false);
    expect(filterOf(new URLSearchParams('ended=1&q=x'))).toMatchObject({
      isEnded: true,
      search: 'x',
    });
  });

  it('agents are named once, in order', () => {
    expect(agentsOf(rows)).toEqual(['acme-support', 'greeter']);
  });
});

describe('sessions that ended', () => {
  it('come from pages and from the feed, the last to end first, each once', () => {
    const later = sampleRow('later', { endedAtMs: 9 });
    const told = sampleRow('sess_over', { endedAtMs: 7 });
    expect(ids(endedRows([over, later], [told, waits]))).toEqual(['later', 'sess_over']);
    expect(endedRows([over, later], [told, waits])[1]).toBe(told);
  });
});
