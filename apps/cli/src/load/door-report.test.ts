import { describe, expect, it } from 'vitest';
import { doorJson, doorTables } from './door-report.ts';
import type { DoorResult } from './door-report.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

function result(change: Partial<DoorResult> = {}): DoorResult {
  return {
    door: 'realtime',
    agent: 'stub-bench',
    connectionsPerSecond: 50,
    steadyMs: 2_000,
    pairs: [
      { title: 'often', bytes: 1000, door: upTo(9), floor: upTo(9) },
      { title: 'once', bytes: 2000, door: [40], floor: [20] },
    ],
    measurements: {
      steady: { connect: upTo(100), reply: upTo(20), late: [] },
      bursts: { connect: [30.25], reply: [], late: [] },
      opened: 103,
      errors: new Map([['No server answers.', 2]]),
    },
    driverCpuPercent: 12.345,
    serverCpuPercent: 20,
    ...change,
  };
}

describe('the report of a door', () => {
  it('shows pairs beside their floor, alone and mixed', () => {
    const text = doorTables(result());
    expect(text).toMatch(/often +│ +1000 │ +5\.0 │ +9\.0 │ +5\.0 │ +1\.00 │/u);
    expect(text).toMatch(/once +│ +2000 │ +40\.0 │ +40\.0 │ +20\.0 │ +2\.00 │/u);
    expect(text).toMatch(/all, as a call mixes them +│ +1100 │ +5\.0 │ +40\.0 │ +5\.0 │/u);
  });

  it('shows how fast sessions came, what they cost and what went wrong', () => {
    const text = doorTables(result());
    expect(text).toMatch(
      /evenly: connect → session\.created +│ +100 │ +50\.0 │ +95\.0 │ +99\.0 │ +100\.0 │/u,
    );
    expect(text).toMatch(/in bursts: connect → session\.created +│ +1 │ +30\.3 │/u);
    expect(text).not.toContain('in bursts: another session');
    expect(text).toMatch(/connections +│ 101 of 103 got a session/u);
    expect(text).toMatch(/server CPU +│ 20 % of one core, 4\.0 ms per connection/u);
    expect(text).toMatch(/errors +│ 2 × No server answers\./u);
  });

  it('says that a server of somebody else was not measured', () => {
    const foreign = result({ serverCpuPercent: null });
    expect(doorTables(foreign)).toMatch(/server CPU +│ not started by this run/u);
    expect(doorJson(foreign)).toMatchObject({ server: null });
  });

  it('shows no figure of what was interrupted before it began', () => {
    const none = { connect: [], reply: [], late: [] };
    const measurements = { steady: none, bursts: none, opened: 0, errors: new Map() };
    const text = doorTables(result({ measurements }));
    expect(text).toContain('0 of 0 got a session');
    expect(text).not.toContain('NaN');
  });

  it('is complete for programs', () => {
    expect(JSON.parse(JSON.stringify(doorJson(result())))).toEqual({
      door: 'realtime',
      agent: 'stub-bench',
      connectionsPerSecond: 50,
      measuredMs: 2000,
      microsecondsPerPair: {
        often: {
          bytes: 1000,
          count: 9,
          p50: 5,
          p95: 9,
          p99: 9,
          max: 9,
          floor: { count: 9, p50: 5, p95: 9, p99: 9, max: 9 },
        },
        once: {
          bytes: 2000,
          count: 1,
          p50: 40,
          p95: 40,
          p99: 40,
          max: 40,
          floor: { count: 1, p50: 20, p95: 20, p99: 20, max: 20 },
        },
        'all, as a call mixes them': {
          bytes: 1100,
          count: 10,
          p50: 5,
          p95: 40,
          p99: 40,
          max: 40,
          floor: { count: 10, p50: 5, p95: 20, p99: 20, max: 20 },
        },
      },
      milliseconds: {
        steady: {
          connect: { count: 100, p50: 50, p95: 95, p99: 99, max: 100 },
          reply: { count: 20, p50: 10, p95: 19, p99: 20, max: 20 },
        },
        bursts: { connect: { count: 1, p50: 30.25, p95: 30.25, p99: 30.25, max: 30.25 } },
      },
      opened: 103,
      gotSession: 101,
      driver: { cpuPercent: 12.35 },
      server: { cpuPercent: 20 },
      errors: { 'No server answers.': 2 },
    });
  });
});
