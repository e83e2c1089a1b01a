import type { FollowUpState, FollowUps, SessionEvent } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { FollowUpWatch } from './follow-up-watch.ts';

class States implements FollowUps {
  readonly states = new Map<string, FollowUpState>();
  asked = 0;

  promise = () => Promise.resolve(true);
  settle = () => Promise.resolve();

  state(id: string): Promise<FollowUpState | null> {
    this.asked += 1;
    return Promise.resolve(this.states.get(id) ?? null);
  }
}

function watched() {
  const clock = new DrivenClock();
  const followUps = new States();
  const told: string[] = [];
  const watch = new FollowUpWatch({
    sessionId: 's',
    followUps,
    clock,
    onState: (callId, tool, state) => told.push(`${callId} ${tool} ${state}`),
  });
  const tell = (event: object): void => watch.notify({ atMs: 0, ...event } as SessionEvent);
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  const promised = (callId: string): void =>
    tell({ type: 'followUp.promised', callId, name: 'trace' });
  return { clock, followUps, told, tell, pass, promised };
}

describe('a watch of promised e-mails', () => {
  it('tells each change of state once, and stops at the last', async () => {
    const { clock, followUps, told, pass, promised } = watched();
    followUps.states.set('s.c', 'pending');
    promised('c');
    await pass(0);
    await pass(1_000);
    followUps.states.set('s.c', 'sent');
    await pass(500);
    expect(told).toEqual(['c trace pending', 'c trace sent']);
    expect(clock.pending).toBe(0);
  });

  it('goes on while the state cannot be had', async () => {
    const { followUps, told, pass, promised } = watched();
    promised('c');
    await pass(0);
    expect(told).toEqual([]);
    followUps.states.set('s.c', 'unknown');
    await pass(500);
    expect(told).toEqual(['c trace unknown']);
  });

  it('asks nothing where nothing was promised, and nothing more once the session has ended', async () => {
    const { clock, followUps, tell, pass, promised } = watched();
    await pass(5_000);
    expect(followUps.asked).toBe(0);
    promised('c');
    await pass(0);
    tell({ type: 'session.ended', reason: 'callerLeft' });
    await pass(5_000);
    expect(followUps.asked).toBe(1);
    expect(clock.pending).toBe(0);
  });
});
