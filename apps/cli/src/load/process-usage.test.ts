import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { processUsage } from './process-usage.ts';

describe.skipIf(!existsSync('/proc/self/stat'))('processUsage', () => {
  it('reads what a process has used', () => {
    const usage = processUsage(process.pid);
    expect(usage?.cpuMs).toBeGreaterThan(0);
    expect(usage?.residentBytes).toBeGreaterThan(10 * 2 ** 20);
  });

  it('is null for a process that is not there', () => {
    expect(processUsage(2 ** 30)).toBeNull();
  });
});
