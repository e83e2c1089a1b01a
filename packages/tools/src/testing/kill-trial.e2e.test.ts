import { describe, expect, it } from 'vitest';
import { killTable, killTrials } from './kill-tally.ts';
import { isRedisMissing } from './needs-redis.ts';

const RUNS = 20;

describe.skipIf(isRedisMissing)('queued tools whose worker or Redis is killed', () => {
  it(`neither lose nor repeat a call in ${RUNS} runs`, { timeout: 300_000 }, async () => {
    const reports = await killTrials(Array.from({ length: RUNS }, (_, index) => index + 1));
    process.stdout.write(`${killTable(reports)}\n`);
    const isAmiss = reports.filter(
      ({ duplicated, lost, untrue }) => duplicated + lost + untrue > 0,
    );
    expect(isAmiss).toEqual([]);
    expect(reports).toHaveLength(RUNS);
    const sum = (name: 'results' | 'restarted' | 'unknown'): number =>
      reports.reduce((total, report) => total + report[name], 0);
    // The faults came while tools ran.
    expect(sum('results')).toBeGreaterThan(0);
    expect(sum('restarted')).toBeGreaterThan(0);
    expect(sum('unknown')).toBeGreaterThan(0);
  });
});
