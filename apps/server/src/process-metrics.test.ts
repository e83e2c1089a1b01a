import { setTimeout as passes } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ServerMetrics } from './server-metrics.ts';
import { readPrometheusText } from './testing/prometheus-text.ts';

const opened: ServerMetrics[] = [];

afterEach(async () => {
  for (const metrics of opened.splice(0)) await metrics.close();
});

async function samplesOf(metrics: ServerMetrics) {
  const { samples } = readPrometheusText(await metrics.text());
  return (name: string) => samples.filter((sample) => sample.name === name);
}

describe('the metrics of the process', () => {
  it('sees an event loop that was held up, and tells every reader of that time the same', async () => {
    const metrics = new ServerMetrics({ sessions: () => new Map() });
    opened.push(metrics);
    // The watch has to have seen the loop before and after.
    await passes(50);
    const until = performance.now() + 300;
    while (performance.now() < until);
    await passes(50);
    const delay = async () => {
      const find = await samplesOf(metrics);
      return find('nodejs_eventloop_delay_p99')[0]!.value;
    };
    const first = await delay();
    expect(first).toBeGreaterThan(0.2);
    expect(await delay()).toBe(first);
  });

  it('has CPU time and memory', async () => {
    const metrics = new ServerMetrics({ sessions: () => new Map() });
    opened.push(metrics);
    const find = await samplesOf(metrics);
    expect(find('process_cpu_time_total').map(({ labels }) => labels)).toEqual([
      { cpu_mode: 'user' },
      { cpu_mode: 'system' },
    ]);
    expect(find('process_cpu_time_total')[0]!.value).toBeGreaterThan(0);
    expect(find('process_memory_usage')[0]!.value).toBeGreaterThan(10_000_000);
  });
});
