import { fileURLToPath } from 'node:url';
import { loadAgents } from '@antiphon/agents';
import { DrivenClock } from '@antiphon/session/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { PausedNumberCall } from './testing/paused-number-call.ts';
import { inTurn, silence } from './testing/selectivity/sounds.ts';
import { sayOnLine } from './testing/selectivity/flite-voices.ts';
import { SteppedPipeline } from './testing/selectivity/stepped-pipeline.ts';

const AGENTS = fileURLToPath(new URL('../agents', import.meta.url));
const WISH = "i'd like to check on an order";
const PIECES = ["it's", 'uh', 'four', 'four', 'seven', 'one'];
const FRAME_MS = 20;

/** All calls, on a machine that does other things too. */
const RUN_LIMIT_MS = 120_000;

const CASES = ['rms', 'awb'].flatMap((voice) =>
  [300, 500, 700].map((gapMs) => ({ voice, gapMs, name: `${voice}, ${gapMs} ms` })),
);
const calls = new Map<string, PausedNumberCall>();

beforeAll(async () => {
  const { definition: agent } = (await loadAgents(AGENTS)).get('acme-support')!;
  const clock = new DrivenClock();
  const pipeline = await SteppedPipeline.start({
    clock,
    vocabulary: agent.dialogue!,
    script: agent.dialogue!,
    sessions: CASES.length,
  });
  try {
    for (const { voice, gapMs, name } of CASES) {
      const wish = await sayOnLine(pipeline.flite, WISH, voice);
      const pieces = await Promise.all(
        PIECES.map((piece) => sayOnLine(pipeline.flite, piece, voice)),
      );
      const gap = silence(gapMs);
      const number = inTurn(...pieces.flatMap((piece, at) => (at > 0 ? [gap, piece] : [piece])));
      const engine = pipeline.nextEngine();
      const { detectors } = pipeline;
      calls.set(
        name,
        new PausedNumberCall({ name, agent, clock, engine, detectors, wish, number }),
      );
    }
    while ([...calls.values()].some((call) => !call.isOver)) {
      for (const call of calls.values()) call.step();
      await pipeline.caughtUp();
      clock.advance(FRAME_MS);
    }
    for (const call of calls.values()) call.end();
  } finally {
    await pipeline.close();
  }
}, RUN_LIMIT_MS);

describe('a number that the agent asked for, told with pauses in a whole call', () => {
  it.each(CASES)('is one turn, answered once ($name)', ({ name }) => {
    const call = calls.get(name)!;
    expect(call.heard).toEqual([WISH, "it's uh four four seven one"]);
    expect(call.askedOrders).toEqual(['{"order_id":"4471"}']);
    expect(call.cutAnswers).toBe(0);
    expect(call.violations).toEqual([]);
  });

  it.each(CASES)('is not spoken over before its last digit ($name)', ({ name }) => {
    const call = calls.get(name)!;
    expect(call.agentAudioMsWithinNumber).toBe(0);
    expect(call.agentAudioMsAfterNumber).toBeGreaterThan(0);
  });
});
