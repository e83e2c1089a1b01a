import { afterEach, describe, expect, it } from 'vitest';
import { ServerMetrics } from './server-metrics.ts';
import { readPrometheusText } from './testing/prometheus-text.ts';

describe('how late the pacing of agent audio is', () => {
  const opened: ServerMetrics[] = [];

  afterEach(async () => {
    for (const metrics of opened.splice(0)) await metrics.close();
  });

  it('is a histogram that goes on from reading to reading', async () => {
    const metrics = new ServerMetrics({ sessions: () => new Map() });
    opened.push(metrics);
    const read = async () => {
      const { types, samples } = readPrometheusText(await metrics.text());
      expect(types.get('antiphon_pacer_late')).toBe('histogram');
      const of = (name: string) => samples.filter((sample) => sample.name === name);
      return {
        buckets: Object.fromEntries(
          of('antiphon_pacer_late_bucket').map(({ labels, value }) => [labels['le'], value]),
        ),
        sum: of('antiphon_pacer_late_sum')[0]?.value,
        count: of('antiphon_pacer_late_count')[0]?.value,
      };
    };
    for (const lateMs of [0, 1, 1.5, 30]) metrics.pacing.late(lateMs);
    expect(await read()).toMatchObject({
      buckets: { '0.001': 2, '0.002': 3, '0.02': 3, '0.05': 4, '+Inf': 4 },
      sum: 0.0325,
      count: 4,
    });
    metrics.pacing.late(60_000);
    expect(await read()).toMatchObject({ buckets: { '1': 4, '+Inf': 5 }, count: 5 });
  });
});
