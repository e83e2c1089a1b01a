import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { ServerMetrics } from './server-metrics.ts';

const collectors: Server[] = [];

afterEach(async () => {
  for (const collector of collectors.splice(0)) {
    collector.closeAllConnections();
    collector.close();
    await once(collector, 'close');
  }
});

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { readonly dataPoints: readonly { readonly asDouble: number }[] };
}

interface Sent {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string }[] };
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
  }[];
}

async function collectorThat(
  answers: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const collector = createServer(answers).listen(0, '127.0.0.1');
  collectors.push(collector);
  await once(collector, 'listening');
  return `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/metrics`;
}

function metricsFor(url: string, times: { everyMs?: number; timeoutMs?: number } = {}) {
  const changes: (string | null)[] = [];
  const changed = new EventEmitter();
  let looks = 0;
  const metrics = new ServerMetrics({
    sessions: () => {
      looks++;
      return new Map([['acme', 3]]);
    },
    otlp: {
      url,
      onChange: (error) => {
        changes.push(error && error.message);
        changed.emit('change');
      },
      ...times,
    },
  });
  const told = async (change: string | null) => {
    while (!changes.includes(change)) await once(changed, 'change');
  };
  return { metrics, changes, told, looks: () => looks };
}

describe('metrics over OTLP', () => {
  it('sends what /metrics has, the last of it at the end', async () => {
    const bodies: Sent[] = [];
    const url = await collectorThat((request, response) => {
      expect(request.url).toBe('/v1/metrics');
      void text(request).then((body) => {
        bodies.push(JSON.parse(body) as Sent);
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    const { metrics, changes } = metricsFor(url);
    metrics.sessions.rejected('full');
    const scraped = await metrics.text();
    expect(scraped).toContain('antiphon_admission_rejected_total');
    await metrics.close();
    const sent = bodies.flatMap(({ resourceMetrics }) => resourceMetrics);
    const found = sent.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap((scope) => scope.metrics),
    );
    expect(found.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['antiphon.session.active', 'antiphon.admission.rejected']),
    );
    const { sum } = found.find(({ name }) => name === 'antiphon.admission.rejected')!;
    expect(sum?.dataPoints).toMatchObject([{ asDouble: 1 }]);
    expect(sent[0]?.resource.attributes.map(({ key }) => key)).toContain('service.name');
    expect(changes).toEqual([]);
  });

  it('is closed soon although the collector never answers', async () => {
    let asked = 0;
    const url = await collectorThat((request) => {
      asked++;
      request.resume();
    });
    const { metrics } = metricsFor(url);
    await metrics.close();
    expect(asked).toBe(1);
  });

  it('has one export at a time, and each ends, although the collector never answers', async () => {
    let open = 0;
    let most = 0;
    let asked = 0;
    const seen = new EventEmitter();
    const thrice = once(seen, 'thrice');
    const url = await collectorThat((request) => {
      request.resume();
      most = Math.max(most, ++open);
      request.socket.once('close', () => open--);
      if (++asked === 3) seen.emit('thrice');
    });
    const { metrics, changes } = metricsFor(url, { everyMs: 40, timeoutMs: 30 });
    await thrice;
    await metrics.close();
    expect(most).toBe(1);
    expect(changes).toHaveLength(1);
  });

  it.each([400, 500])(
    'says once that a collector refuses with %i, and once that it is back',
    async (refusal) => {
      let status = refusal;
      const seen = new EventEmitter();
      const refused = once(seen, 'refused');
      const isBack = once(seen, 'back');
      let refusals = 0;
      const url = await collectorThat((request, response) => {
        request.resume();
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
        if (status === 200) seen.emit('back');
        else if (++refusals === 3) seen.emit('refused');
      });
      const { metrics, changes, told } = metricsFor(url, { everyMs: 20, timeoutMs: 20 });
      await refused;
      status = 200;
      await isBack;
      await told(null);
      // An export at the end may take longer than that.
      const known = [...changes];
      await metrics.close();
      expect(known).toEqual([expect.any(String), null]);
    },
  );

  it('says once that nothing listens, however often it is tried, and is read as before', async () => {
    const url = await collectorThat(() => {});
    const [collector] = collectors.splice(0);
    collector?.close();
    await once(collector!, 'close');
    const { metrics, changes, looks } = metricsFor(url, { everyMs: 20, timeoutMs: 20 });
    await expect.poll(looks).toBeGreaterThan(4);
    expect(changes).toEqual([expect.stringContaining('ECONNREFUSED')]);
    expect(await metrics.text()).toContain('antiphon_session_active{gen_ai_agent_name="acme"} 3');
    await metrics.close();
  });
});
