import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { openMetrics } from './open-metrics.ts';
import type { OpenMetrics } from './open-metrics.ts';

const silent = pino({ level: 'silent' });

/** Nobody listens there: a worker counts all the same. */
const redisUrl = 'redis://127.0.0.1:1';

describe('the metrics of a worker', () => {
  const opened: OpenMetrics[] = [];

  afterEach(async () => {
    for (const metrics of opened.splice(0)) await metrics.close();
  });

  async function open(port = 0): Promise<OpenMetrics & { readonly url: string }> {
    const where = { metrics: { host: '127.0.0.1', port }, otlpMetricsUrl: null, redisUrl };
    const metrics = await openMetrics(where, () => 3, silent);
    opened.push(metrics);
    const { url } = metrics;
    if (url === null) throw new Error('They are served nowhere.');
    return { ...metrics, url };
  }

  it('are served on this machine, where they are asked for', async () => {
    const { url, counted } = await open();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/u);
    const job = { tool: 'look_up', agent: 'acme' };
    counted?.jobs.ended({ ...job, outcome: 'result', ranMs: 300 });
    counted?.jobs.ended({ ...job, outcome: 'result', ranMs: 700 });
    counted?.jobs.ended({ ...job, outcome: 'unknown', ranMs: 5 });
    counted?.tools.followUp({ tool: 'look_up' }, 'failed');
    const response = await fetch(`${url}?then=that`);
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    const labels = 'gen_ai_tool_name="look_up",gen_ai_agent_name="acme"';
    const lines = (await response.text()).split('\n');
    for (const line of [
      `antiphon_worker_jobs_total{${labels},antiphon_tool_outcome="result"} 2`,
      `antiphon_worker_jobs_total{${labels},antiphon_tool_outcome="unknown"} 1`,
      `antiphon_worker_job_duration_sum{${labels},antiphon_tool_outcome="result"} 1`,
      'antiphon_worker_jobs_running 3',
      'antiphon_tool_jobs_waiting 0',
      'antiphon_follow_ups_total{gen_ai_tool_name="look_up",antiphon_follow_up_state="failed"} 1',
    ])
      expect(lines).toContain(line);
  });

  it('are all there is, and only read', async () => {
    const { url } = await open();
    expect((await fetch(new URL('/', url))).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  });

  it('are sent to a collector too, at the latest when the worker stops', async () => {
    const bodies: string[] = [];
    const collector = createServer((request, response) => {
      void text(request).then((body) => {
        bodies.push(`${String(request.url)} ${body}`);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const { port } = collector.address() as AddressInfo;
    const otlpMetricsUrl = `http://127.0.0.1:${port}/v1/metrics`;
    const metrics = await openMetrics({ metrics: null, otlpMetricsUrl, redisUrl }, () => 2, silent);
    expect(metrics.url).toBeNull();
    const job = { tool: 'look_up', agent: 'acme', outcome: 'result', ranMs: 300 };
    metrics.counted?.jobs.ended(job);
    await metrics.close();
    collector.close();
    collector.closeAllConnections();
    expect(bodies.join('')).toMatch(/^\/v1\/metrics .*"antiphon\.worker\.jobs"/u);
    expect(bodies.join('')).toContain('antiphon-worker');
  });

  it('are not served unless they are asked for', async () => {
    const nowhere = { metrics: null, otlpMetricsUrl: null, redisUrl };
    const metrics = await openMetrics(nowhere, () => 0, silent);
    opened.push(metrics);
    expect(metrics).toMatchObject({ counted: null, url: null });
  });

  it('say which port is taken', async () => {
    const { url } = await open();
    const port = Number(new URL(url).port);
    await expect(open(port)).rejects.toMatchObject({
      code: 'cannot_listen',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });
});
