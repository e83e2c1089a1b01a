import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replayWhole } from './testing/replay-whole.ts';
import { sessionMachine } from './session.machine.ts';
import { ConfigurationTally } from './testing/configuration-tally.ts';
import { ASKING_TOOLS } from './testing/question-moves.ts';
import { MOVES } from './testing/session-moves.ts';
import type { Move } from './testing/session-moves.ts';
import { MemoryRecorder } from './testing/memory-recorder.ts';
import { FakeFollowUps, TestSession, violations } from './testing/index.ts';
import { TransitionCoverage } from './testing/transition-coverage.ts';
import { toolCallMachine } from './tool-call.machine.ts';

/**
 * Interleavings a leg kind. Their seed is fixed, so that what they take and reach is the same each
 * time; others, drawn anew, look for what they leave out.
 */
const RUNS = 5_000;
const SEED = 20_261_125;
const DRAWN_RUNS = 300;

/** Where a session may stay that is left alone: the last waits for a client's tool. */
const RESTING = new Set(['listening', 'ended', 'toolPending.quiet']);

/**
 * Of three seconds each: a minute is enough for all but consents, each of which is waited for 20 s,
 * and there may be one for every move.
 */
const LEAST_ROUNDS = 20;
const MOST_ROUNDS = 600;

const LEGS = {
  hold: { bargeIn: 'hold', playedPosition: 'estimate', maxLeadMs: 400 },
  cancel: { bargeIn: 'cancel', playedPosition: 'client', maxLeadMs: 10_000 },
} as const;

const moves = fc.array(
  fc.tuple(
    fc.constantFrom(...(Object.keys(MOVES) as (keyof typeof MOVES)[])),
    fc.integer({ min: 0, max: 60 }),
  ) satisfies fc.Arbitrary<Move>,
  { minLength: 1, maxLength: 40 },
);

const tally = new ConfigurationTally();
const coverage = new TransitionCoverage([sessionMachine, toolCallMachine]);

async function play(
  script: readonly Move[],
  leg: keyof typeof LEGS,
  recorder: MemoryRecorder | null = null,
): Promise<TestSession> {
  const followUps = new FakeFollowUps();
  followUps.keeps = script.length % 3 > 0;
  const test = new TestSession(
    LEGS[leg],
    { tools: ASKING_TOOLS, ...(script.length % 5 === 0 && { answerCoverAfterMs: 700 }) },
    {
      onStep: (step) => coverage.see(step),
      followUps,
      contactEmail: script.length % 4 === 0 ? null : 'jo@example.com',
      hearsSpelling: script.length % 2 === 0,
      ...(script.length % 2 === 0 && { onFailure: { endAfter: 1 } }),
      recorder,
    },
  );
  for (const [name, amount] of script) {
    MOVES[name](test, amount);
    await Promise.resolve();
  }
  expect(violations({ events: test.channel.events, sent: test.leg.sent })).toEqual([]);
  return test;
}

/** Left alone with an engine that ends what it began, the session comes to rest. */
async function comesToRest(test: TestSession): Promise<void> {
  test.engine.session.autoReply = () => 'word';
  if (test.engine.session.requests.length > 0) test.engine.session.end();
  const isResting = (): boolean => RESTING.has(test.channel.turnStates().at(-1) ?? 'listening');
  for (let round = 0; round < LEAST_ROUNDS || (!isResting() && round < MOST_ROUNDS); round++) {
    test.detectors.opened.at(-1)?.stop();
    test.clock.advance(3_000);
    await Promise.resolve();
  }
  expect([...RESTING]).toContain(test.channel.turnStates().at(-1) ?? 'listening');
}

async function endsHoldingNothing(test: TestSession): Promise<void> {
  test.leg.hangUp();
  await test.session.ended;
  expect(test.clock.pending).toBe(0);
  tally.see(test.channel.events);
  expect(violations({ events: test.channel.events, sent: test.leg.sent })).toEqual([]);
}

describe('a session under any order of events', () => {
  const keepsInvariants = (leg: keyof typeof LEGS) =>
    fc.asyncProperty(moves, async (script) => {
      const test = await play(script, leg);
      await comesToRest(test);
      await endsHoldingNothing(test);
    });

  it.each(['hold', 'cancel'] as const)(
    'keeps its invariants on a %s leg, comes to rest and ends',
    async (leg) => {
      await fc.assert(keepsInvariants(leg), { numRuns: RUNS, seed: SEED });
    },
    300_000,
  );

  it('has then taken every transition of its machines', () => {
    const { taken, missing } = coverage;
    process.stdout.write(
      `${2 * RUNS} interleavings took ${taken} of ${taken + missing.length} transitions\n`,
    );
    expect(missing).toEqual([]);
  });

  it('has then been in every configuration that is written down, and in no other', async () => {
    const [configuration, count] = tally.rarest;
    process.stdout.write(
      `${tally.seen.length} configurations; the rarest, ${configuration}, ${count} times\n`,
    );
    await expect(`${tally.seen.join('\n')}\n`).toMatchFileSnapshot('./session.configurations.txt');
  });

  it('has left each of them but the end', () => {
    expect(tally.neverLeft.filter((configuration) => !configuration.includes('ended'))).toEqual([]);
  });

  it.each(['hold', 'cancel'] as const)(
    'keeps them on a %s leg in orders drawn anew, and is gone through again as it was recorded',
    async (leg) => {
      const isReplayed = fc.asyncProperty(moves, async (script) => {
        const recorder = new MemoryRecorder();
        const test = await play(script, leg, recorder);
        await comesToRest(test);
        await endsHoldingNothing(test);
        const { disagreement, problem } = replayWhole(recorder.recordings[0]!.events);
        expect({ disagreement, problem }).toEqual({ disagreement: null, problem: null });
      });
      await fc.assert(isReplayed, { numRuns: DRAWN_RUNS });
    },
    60_000,
  );
});
