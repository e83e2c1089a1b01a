import { describe, expect, it } from 'vitest';
import type { FeedBody, FeedEvent } from '@antiphon/observability';
import { sampleEvents, sampleReport, sampleRow } from '../testing/sample-sessions.ts';
import { MAX_EVENTS, SessionHistory } from './session-history.ts';

function historyOf(events: readonly FeedEvent[] = []): SessionHistory {
  return new SessionHistory({ row: sampleRow('s1'), events, isPartial: false, recordingMs: null });
}

function heard(bodies: readonly FeedBody[]) {
  const history = historyOf();
  for (const event of sampleEvents('s1', 0, bodies)) history.hear(event);
  return history.known();
}

describe('what is known of a session', () => {
  it('goes on after the events it was loaded with, and passes over those it knows', () => {
    const events = sampleEvents('s1', 0, [
      { type: 'session.started', agent: 'greeter' },
      { type: 'fault', code: 'a', message: 'A.' },
      { type: 'fault', code: 'b', message: 'B.' },
    ]);
    const history = historyOf(events.slice(0, 2));
    expect(history.lastSeq).toBe(2);
    const before = history.known();
    for (const event of events.slice(1)) history.hear(event);
    expect(history.known().events).toEqual(events);
    expect(before.events).toHaveLength(2);
    expect(history.known()).toBe(history.known());
  });

  it('has the row as the events leave it', () => {
    const { row } = heard([
      { type: 'state', region: 'caller', from: 'silent', to: 'speaking', cause: 'x' },
      { type: 'state', region: 'turn', from: 'listening', to: 'toolPending.quiet', cause: 'x' },
      { type: 'tool.started', callId: 'c1', name: 'look_up', arguments: '{}' },
      { type: 'tool.started', callId: 'c2', name: 'look_up', arguments: '{}' },
      {
        type: 'tool.settled',
        callId: 'c1',
        name: 'look_up',
        outcome: 'result',
        output: null,
        durationMs: 5,
      },
      { type: 'bargeIn', itemId: null, verdict: 'cut', playedMs: 0 },
      { type: 'bargeIn', itemId: null, verdict: 'falseAlarm', playedMs: 0 },
      { type: 'turn', report: sampleReport(4, [200, 50, 5, 20, 2]) },
      { type: 'session.ended', reason: 'caller hung up' },
    ]);
    expect(row).toMatchObject({
      state: { caller: 'speaking', turn: 'toolPending.quiet', agentAudio: 'idle' },
      openTools: ['look_up'],
      bargeIns: 1,
      turns: 4,
      lastTurn: { turn: 4, voiceToVoiceMs: 277, postEndpointMs: 77, budgetMs: 900 },
      endedAtMs: 8000,
      endReason: 'caller hung up',
    });
  });

  it('lets the oldest events go when there are too many, and says so', () => {
    const history = historyOf();
    for (let seq = 1; seq <= MAX_EVENTS + 1; seq += 1) {
      history.hear({ seq, sessionId: 's1', atMs: seq, type: 'agent.text', itemId: 'i', delta: '' });
    }
    const { events, isPartial } = history.known();
    expect(events).toHaveLength(MAX_EVENTS / 2);
    expect(events.at(-1)?.seq).toBe(MAX_EVENTS + 1);
    expect(isPartial).toBe(true);
  });

  it('knows what is wrong with the recording, until nothing is', () => {
    const faulted: FeedBody = { type: 'recording', fault: 'the disk is full' };
    expect(heard([faulted]).row.recordingFault).toBe('the disk is full');
    expect(heard([faulted, { type: 'recording', fault: null }]).row.recordingFault).toBeNull();
  });
});
