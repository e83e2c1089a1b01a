import { beforeAll, describe, expect, it } from 'vitest';
import type { ClipKind } from './testing/selectivity/clip.ts';
import { wantsFloor } from './testing/selectivity/clip.ts';
import { AGENT_LINE, runSelectivity } from './testing/selectivity/selectivity-run.ts';
import { isRight, selectivityTable } from './testing/selectivity/selectivity-table.ts';
import type { SelectivityOutcome } from './testing/selectivity/selectivity-trial.ts';
import { FRAME_MS } from './testing/selectivity/selectivity-trial.ts';

const LEGS = ['hold', 'cancel'] as const;

/** All calls, on a machine that does other things too. */
const RUN_LIMIT_MS = 300_000;

let outcomes: SelectivityOutcome[];

beforeAll(async () => {
  outcomes = await runSelectivity(LEGS);
  for (const leg of LEGS) console.log(selectivityTable(leg, on(leg)));
}, RUN_LIMIT_MS);

const on = (leg: (typeof LEGS)[number]): SelectivityOutcome[] =>
  outcomes.filter((outcome) => outcome.leg === leg);

const nameOf = ({ clip, heard }: SelectivityOutcome): string =>
  `${clip.kind}: ${clip.name}, heard as "${heard.join('", "')}"`;

/** Sounds that were not to take the floor, and did not. */
const ignored = (leg: (typeof LEGS)[number]): SelectivityOutcome[] =>
  on(leg).filter(({ clip, yielded }) => !wantsFloor(clip.kind) && !yielded);

describe.each(LEGS)('speech and sounds over the agent on %s legs', (leg) => {
  it.each<[ClipKind, number]>([
    ['barge-in', 20],
    ['barge-in over echo', 5],
    ['backchannel', 15],
    ['noise', 12],
    ['side speech', 8],
    ['echo', 8],
  ])('are tried with %s clips, %i at least', (kind, least) => {
    const count = on(leg).filter(({ clip }) => clip.kind === kind).length;
    expect(count).toBeGreaterThanOrEqual(least);
  });

  it('take the floor when they are barge-ins, every one', () => {
    const missed = on(leg).filter(({ clip, yielded }) => wantsFloor(clip.kind) && !yielded);
    expect(missed.map(nameOf)).toEqual([]);
  });

  it('leave it to the agent when they are anything else, nine times of ten', () => {
    const others = on(leg).filter(({ clip }) => !wantsFloor(clip.kind));
    expect(others.filter(isRight).length / others.length).toBeGreaterThanOrEqual(0.9);
  });

  it('keep no word of the agent from the caller where they do not take the floor', () => {
    const lacking = ignored(leg).filter(({ agentText }) => agentText !== AGENT_LINE);
    expect(lacking.map((outcome) => `${nameOf(outcome)}: ${outcome.agentText}`)).toEqual([]);
  });

  it('let the agent speak on within two seconds of their onset', () => {
    const late = ignored(leg).filter(({ resumedMs }) => resumedMs !== null && resumedMs > 2_000);
    const stopped = ignored(leg).filter(({ onsetMs }) => onsetMs !== null);
    expect(late.map(nameOf)).toEqual([]);
    expect(stopped.filter(({ resumedMs }) => resumedMs === null).map(nameOf)).toEqual([]);
    expect(stopped.length).toBeGreaterThan(0);
  });

  it('break no invariant', () => {
    expect(on(leg).flatMap(({ violations }) => violations)).toEqual([]);
  });
});

describe('speech and sounds over the agent on hold legs', () => {
  it('are decided within a second of where the agent stopped', () => {
    const limitMs = 1_000 + FRAME_MS;
    const late = on('hold').filter(
      ({ onsetMs, verdictMs }) => onsetMs !== null && (verdictMs ?? Infinity) - onsetMs > limitMs,
    );
    expect(late.map(nameOf)).toEqual([]);
  });

  it('cost not a sample of the agent’s voice where they do not take the floor', () => {
    const lacking = ignored('hold').filter(({ lostMs }) => Math.abs(lostMs) > 1);
    expect(lacking.map((outcome) => `${nameOf(outcome)}: ${outcome.lostMs} ms`)).toEqual([]);
  });
});
