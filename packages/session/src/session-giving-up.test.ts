import { describe, expect, it } from 'vitest';
import { TestSession, TEST_CONFIG } from './testing/index.ts';
import type { LegCapabilities } from './ports/caller-leg.ts';

/** A session of an agent that gives up after two failed answers in a row. */
function failing(endAfter: number | null = 2, leg: Partial<LegCapabilities> = {}): TestSession {
  const onFailure = endAfter === null ? {} : { onFailure: { endAfter } };
  const test = new TestSession(leg, { greeting: null }, onFailure);
  test.hear(400);
  return test;
}

/** The caller says something; the answer ends so, and what is said after it is heard. */
function turn(test: TestSession, outcome: 'failed' | 'completed'): void {
  test.callerTurn();
  const { session } = test.engine;
  if (outcome === 'completed') session.speak('one two');
  session.end(outcome);
  if (outcome === 'failed') apologise(test);
  test.hear(2_000);
}

function apologise(test: TestSession): void {
  const { session } = test.engine;
  expect(session.request).toMatchObject({ kind: 'say', text: TEST_CONFIG.apology });
  session.speak('sorry for that');
  session.end('completed');
}

const reasons = (test: TestSession) => test.channel.of('session.ended').map(({ reason }) => reason);

describe('an agent that gives up', () => {
  it('says the apology for the last answer to its end, and then the session ends as failed', () => {
    const test = failing();
    turn(test, 'failed');
    expect(reasons(test)).toEqual([]);
    test.callerTurn();
    test.engine.session.end('failed');
    apologise(test);
    test.hear(200);
    expect(reasons(test)).toEqual([]);
    test.hear(2_000);
    expect(reasons(test)).toEqual(['failed']);
    expect(test.leg.closedWith).toBe('failed');
    expect(test.channel.of('invariant.violated')).toEqual([]);
  });

  it('counts anew after an answer that succeeds', () => {
    const test = failing();
    for (const outcome of ['failed', 'completed', 'failed', 'completed'] as const) {
      turn(test, outcome);
    }
    expect(reasons(test)).toEqual([]);
    turn(test, 'failed');
    turn(test, 'failed');
    expect(reasons(test)).toEqual(['failed']);
  });

  it('ends all the same where the apology fails too', () => {
    const test = failing(1);
    test.callerTurn();
    test.engine.session.end('failed');
    test.engine.session.end('failed');
    expect(reasons(test)).toEqual(['failed']);
  });

  it.each(['hold', 'cancel'] as const)(
    'is not kept by a caller who talks into the last apology: %s',
    (bargeIn) => {
      const test = failing(1, { bargeIn });
      test.callerTurn();
      test.engine.session.end('failed');
      apologise(test);
      test.hear(200);
      test.callerTurn(2_000);
      test.hear(1_000);
      expect(reasons(test)).toEqual(['failed']);
      expect(test.channel.of('playout.drained')).toHaveLength(1);
    },
  );

  it('goes on where nothing is said of it', () => {
    const test = failing(null);
    for (let turns = 0; turns < 5; turns += 1) turn(test, 'failed');
    expect(reasons(test)).toEqual([]);
  });
});
