import { describe, expect, it } from 'vitest';
import { LoadMeasurements } from './load-measurements.ts';
import { loadJson, loadTables } from './load-report.ts';
import type { LoadResult } from './load-report.ts';

function result(change: Partial<LoadResult> = {}): LoadResult {
  const measurements = new LoadMeasurements();
  for (let ms = 1; ms <= 100; ms += 1) measurements.add('turnOverhead', ms);
  measurements.add('bargeInDetected', 120.25);
  measurements.turns = 100;
  measurements.fail('no answer within 10 s');
  return {
    engine: 'stub',
    agent: 'stub-bench',
    sessions: 10,
    connected: 10,
    measuredMs: 30_000,
    measurements,
    frames: 15_000,
    lateFrames: 3,
    driverCpuPercent: 12,
    server: { cpuPercent: 20, idleResidentBytes: 100 * 2 ** 20, residentBytes: 110 * 2 ** 20 },
    providerDelays: null,
    turnDetection: null,
    connectionsLeft: null,
    ...change,
  };
}

describe('the report of a load', () => {
  it('shows percentiles, cost per session and whether the callers kept time', () => {
    const text = loadTables(result());
    expect(text).toMatch(/turn overhead +│ +100 │ +50\.0 │ +95\.0 │ +99\.0 │ +100\.0 │/u);
    expect(text).toMatch(/memory per session +│ 1024 KiB/u);
    expect(text).toMatch(/server CPU +│ 20 % of one core, 2\.00 % a session/u);
    expect(text).toMatch(/caller frames late +│ 3 of 15000 \(0\.02 %\)/u);
    expect(text).toMatch(/errors +│ 1 × no answer within 10 s/u);
  });

  it('shows turn overhead only where nothing but the service answers', () => {
    expect(loadTables(result({ engine: 'embedded' }))).not.toContain('turn overhead');
  });

  it('says that a server of somebody else was not measured', () => {
    expect(loadTables(result({ server: null }))).toContain('not measured');
    expect(loadJson(result({ server: null }))).toMatchObject({ server: null });
  });

  it('does not make up a memory per session that cannot be told', () => {
    const { server } = result();
    const shrunk = result({ server: { ...server!, residentBytes: server!.idleResidentBytes - 1 } });
    expect(loadTables(shrunk)).toMatch(/memory per session +│ lost in what varies/u);
    expect(loadJson(shrunk)).toMatchObject({ server: { residentBytesPerSession: null } });
  });

  it('is complete for programs', () => {
    expect(JSON.parse(JSON.stringify(loadJson(result())))).toMatchObject({
      sessions: 10,
      milliseconds: {
        turnOverhead: { count: 100, p50: 50, p95: 95, p99: 99, max: 100 },
        bargeInDetected: { count: 1, p50: 120.25 },
      },
      driver: { frames: 15_000, lateFrames: 3, cpuPercent: 12 },
      server: { cpuPercent: 20, cpuPercentPerSession: 2, residentBytesPerSession: 2 ** 20 },
      errors: { 'no answer within 10 s': 1 },
    });
  });
});
