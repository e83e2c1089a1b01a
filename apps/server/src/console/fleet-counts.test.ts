import { expect, it } from 'vitest';
import { FleetCounts } from './fleet-counts.ts';

it('counts of more than an hour ago are not held, even where nobody asks for any', () => {
  const counts = new FleetCounts();
  for (let minute = 0; minute < 1_000; minute += 1) {
    const atMs = minute * 60_000;
    counts.note({ type: 'tool.overdue', callId: 'call_1', name: 'trace', atMs }, 'acme');
  }
  expect(counts.since(0).tools).toMatchObject([{ tool: 'trace', overdue: 61 }]);
});
