import type { FeedEvent, ReplayStep } from '@antiphon/observability';
import { describe, expect, it } from 'vitest';
import { momentOf, momentOfStep, stepAt } from './session-moment.ts';

type Body<Event> = Event extends unknown ? Omit<Event, 'seq' | 'sessionId'> : never;

function feed(...bodies: Body<FeedEvent>[]): FeedEvent[] {
  return bodies.map((body, index) => ({ seq: index + 1, sessionId: 's', ...body }));
}

const EVENTS = feed(
  {
    type: 'state',
    atMs: 10,
    region: 'turn',
    from: 'listening',
    to: 'responding.thinking',
    cause: 'caller.turnCommitted',
  },
  { type: 'call.state', atMs: 20, callId: 'c', states: ['waiting.wait.tolerable'] },
  {
    type: 'state',
    atMs: 30,
    region: 'agentAudio',
    from: 'idle',
    to: 'playing',
    cause: 'playout.started',
  },
  { type: 'call.state', atMs: 40, callId: 'c', states: [] },
);

describe('a moment of the feed', () => {
  it('is the machine as it stands after all that was told', () => {
    expect(momentOf(EVENTS, null)).toEqual({
      states: ['caller.silent', 'turn.responding.thinking', 'agentAudio.playing'],
      lastMoves: [{ from: 'agentAudio.idle', to: 'agentAudio.playing', cause: 'playout.started' }],
      calls: {},
    });
  });

  it('is the machine as it stood at an instant', () => {
    const moment = momentOf(EVENTS, 25);
    expect(moment.states).toContain('agentAudio.idle');
    expect(moment.lastMoves.map(({ to }) => to)).toEqual(['turn.responding.thinking']);
    expect(moment.calls).toEqual({ c: ['waiting.wait.tolerable'] });
  });

  it('is the beginning before anything was told', () => {
    expect(momentOf(EVENTS, 5)).toMatchObject({ lastMoves: [], calls: {} });
  });

  it('claims no state that is not known where the beginning is forgotten', () => {
    const [, ...known] = EVENTS;
    expect(momentOf(known, 25).states).toEqual(['agentAudio.idle']);
    expect(momentOf(known, null).states).toEqual(['agentAudio.playing']);
  });
});

describe('the last moves', () => {
  const state = (
    atMs: number,
    cause: string,
    [region, from, to]: ['caller' | 'turn' | 'agentAudio', string, string],
  ) => ({ type: 'state' as const, atMs, region, from, to, cause });
  const cutIn = 'caller.speechStarted';
  const causesAndEnds = (events: FeedEvent[]) =>
    momentOf(events, null).lastMoves.map(({ cause, to }) => `${cause}: ${to}`);

  it('are those of every region that one fact moved', () => {
    const events = feed(
      state(5, 'playout.started', ['agentAudio', 'idle', 'playing']),
      state(9, cutIn, ['caller', 'silent', 'speaking']),
      state(9, cutIn, ['turn', 'responding.speaking', 'truncated.deciding']),
    );
    expect(causesAndEnds(events)).toEqual([
      `${cutIn}: caller.speaking`,
      `${cutIn}: turn.truncated.deciding`,
    ]);
  });

  it('are not those of another fact, of another instant, or before a region moved again', () => {
    const first = state(9, cutIn, ['caller', 'silent', 'speaking']);
    expect(
      causesAndEnds(feed(first, state(9, 'playout.held', ['agentAudio', 'playing', 'held']))),
    ).toEqual(['playout.held: agentAudio.held']);
    expect(
      causesAndEnds(feed(first, state(10, cutIn, ['turn', 'listening', 'asking.weighing']))),
    ).toEqual([`${cutIn}: turn.asking.weighing`]);
    expect(causesAndEnds(feed(first, state(9, cutIn, ['caller', 'speaking', 'silent'])))).toEqual([
      `${cutIn}: caller.silent`,
    ]);
  });
});

describe('a moment of a replay', () => {
  const step = (atMs: number, turn: string, cause: string): ReplayStep => ({
    atMs,
    cause,
    states: ['caller.silent', `turn.${turn}`],
    calls: {},
    context: {},
  });
  const steps = [
    step(0, 'listening', 'started'),
    step(10, 'responding.thinking', 'caller.turnCommitted'),
    step(10, 'responding.thinking', 'agent.generationEnded'),
    step(30, 'listening', 'playout.drained'),
  ];

  it('has the moves of every region that a step moved', () => {
    const both: ReplayStep[] = [
      { ...step(0, 'responding.speaking', 'started') },
      { ...step(9, 'truncated.deciding', 'caller.speechStarted') },
    ];
    both[1] = { ...both[1]!, states: ['caller.speaking', 'turn.truncated.deciding'] };
    expect(momentOfStep(both, 1)?.lastMoves).toEqual([
      { from: 'caller.silent', to: 'caller.speaking', cause: 'caller.speechStarted' },
      {
        from: 'turn.responding.speaking',
        to: 'turn.truncated.deciding',
        cause: 'caller.speechStarted',
      },
    ]);
  });

  it.each([
    [-5, 0],
    [0, 0],
    [9, 0],
    [10, 2],
    [29, 2],
    [500, 3],
  ])('at %s is step %s', (atMs, index) => {
    expect(stepAt(steps, atMs)).toBe(index);
  });

  it('names the last change of state, also where the step itself changed none', () => {
    expect(momentOfStep(steps, 2)?.lastMoves).toEqual([
      { from: 'turn.listening', to: 'turn.responding.thinking', cause: 'caller.turnCommitted' },
    ]);
    expect(momentOfStep(steps, 0)?.lastMoves).toEqual([]);
    expect(momentOfStep([], 0)).toBeNull();
  });
});
