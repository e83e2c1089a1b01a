import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scriptsOf } from './testing/fuzz/script.ts';
import { TrialRun } from './testing/fuzz/trial-run.ts';
import type { Tally } from './testing/fuzz/trial-run.ts';

/** What clients send in one run of this test, at least. */
const LEAST_EVENTS = 200_000;

/** Enough to reach every state of a session, and few enough to be told from the rest in a minute. */
const MOST_STEPS = 400;

const SCRIPTS_PER_SEED = 100;

/** New scripts every time; the seed that a failure names makes the same ones again. */
const firstSeed = Number(process.env['ANTIPHON_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const tally: Tally = { events: 0, invalid: 0, sessions: 0 };
const uncaught: unknown[] = [];
const catchIt = (error: unknown): void => void uncaught.push(error);

beforeAll(() => {
  process.on('unhandledRejection', catchIt);
});

afterAll(() => {
  process.off('unhandledRejection', catchIt);
});

const property = fc.asyncProperty(
  fc.oneof(scriptsOf('ga', MOST_STEPS), scriptsOf('beta', MOST_STEPS)),
  async (script) => {
    await new TrialRun(script, tally).run();
    // A rejection that nobody handles is told before the event loop goes round.
    await new Promise(setImmediate);
    expect(uncaught.splice(0)).toEqual([]);
  },
);

const grouped = (count: number): string => String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ' ');

it('answers whatever clients send, each mistake once and rightly, and goes on', async () => {
  for (let seed = firstSeed; tally.events < LEAST_EVENTS; seed++) {
    const details = await fc.check(property, { seed, numRuns: SCRIPTS_PER_SEED });
    if (!details.failed) continue;
    const report = await fc.asyncDefaultReportMessage(details);
    throw new Error(`ANTIPHON_FUZZ_SEED=${seed} shows this again.\n${report}`, {
      cause: details.errorInstance,
    });
  }
  const { events, invalid, sessions } = tally;
  process.stdout.write(
    `fuzz: ${grouped(events)} events, ${grouped(invalid)} invalid, ${grouped(sessions)} sessions, seed ${firstSeed}\n`,
  );
  expect(events).toBeGreaterThanOrEqual(LEAST_EVENTS);
}, 300_000);
