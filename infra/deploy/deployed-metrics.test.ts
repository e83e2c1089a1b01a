import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { everyMetric } from '../../apps/server/src/testing/every-metric.ts';
import { METRIC_VALUES } from '../../apps/server/src/testing/metric-values.ts';
import { readPrometheusText } from '../../apps/server/src/testing/prometheus-text.ts';
import type { Scrape } from '../../apps/server/src/testing/prometheus-text.ts';
import { speakTurn } from '../../apps/server/src/testing/spoken-turn.ts';
import { TestClient } from '../../apps/server/src/testing/test-client.ts';
import { startTestServer, TEST_KEY } from '../../apps/server/src/testing/test-server.ts';
import type { TestServer } from '../../apps/server/src/testing/test-server.ts';
import { countMetrics } from '../../apps/worker/src/open-metrics.ts';

/** What a scrape configuration adds to every sample. */
const LABELS_OF_PROMETHEUS = ['instance', 'job'];

/** Words of PromQL that are neither metrics nor labels. */
const PROMQL =
  /^(?:sum|by|rate|increase|histogram_quantile|or|unless|offset|label_values|max|max_over_time)$/u;

const file = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

interface Query {
  readonly where: string;
  readonly expr: string;
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly query: string }[] };
}

function alertQueries(): Query[] {
  const { groups } = parse(file('rules.yaml')) as Rules;
  return groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => ({ where: alert, expr })));
}

function dashboardQueries(): Query[] {
  const names = readdirSync(new URL('grafana/dashboards', import.meta.url));
  return names.flatMap((name) => {
    const { panels, templating } = JSON.parse(file(`grafana/dashboards/${name}`)) as Dashboard;
    return [
      ...panels.flatMap(({ title, targets }) =>
        targets.map(({ expr }) => ({ where: `${name}: ${title}`, expr })),
      ),
      ...templating.list.map(({ query }) => ({ where: `${name}: variable`, expr: query })),
    ];
  });
}

const queries = [...alertQueries(), ...dashboardQueries()];

/** The metrics and the labels that an expression names. */
function namesIn(expr: string): { metrics: string[]; labels: string[] } {
  const labels: string[] = [];
  const rest = expr
    .replaceAll(/\{([^}]*)\}/gu, (_all, matchers: string) => {
      for (const [, label = ''] of matchers.matchAll(/(\w+)\s*[=!]~?/gu)) labels.push(label);
      return ' ';
    })
    .replaceAll(/\bby \(([^)]*)\)/gu, (_all, list: string) => {
      labels.push(...list.split(',').map((label) => label.trim()));
      return ' ';
    })
    .replaceAll(/label_values\((\w+), (\w+)\)/gu, (_all, metric: string, label: string) => {
      labels.push(label);
      return metric;
    })
    .replaceAll(/\[[^\]]*\]|offset \w+/gu, ' ');
  const words = rest.match(/[a-z_]\w*/giu) ?? [];
  return { metrics: words.filter((word) => !PROMQL.test(word)), labels };
}

interface AskedValue {
  readonly metric: string;
  readonly label: string;
  readonly value: string;
}

/** The label values that an expression names, one for each of a list; variables are none. */
function valuesIn(expr: string): AskedValue[] {
  const found: AskedValue[] = [];
  for (const [, metric = '', matchers = ''] of expr.matchAll(/(\w+)\{([^}]*)\}/gu)) {
    for (const [, label = '', text = ''] of matchers.matchAll(
      /(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/gu,
    )) {
      if (text.startsWith('$')) continue;
      found.push(...text.split('|').map((value) => ({ metric, label, value })));
    }
  }
  return found;
}

/** The jobs that Prometheus is told of. */
const scraped = (
  parse(file('prometheus.yaml')) as { readonly scrape_configs: readonly { job_name: string }[] }
).scrape_configs.map((config) => config.job_name);

/** What `/metrics` of a worker says once everything that it counts has happened. */
async function everyWorkerMetric(): Promise<string> {
  const metrics = countMetrics({ waiting: () => Promise.resolve(1), running: () => 1 });
  const { outcomes, followUps } = METRIC_VALUES;
  for (const outcome of outcomes)
    metrics.jobs.ended({ tool: 'lookup', agent: 'acme', outcome, ranMs: 1 });
  for (const state of followUps) metrics.tools.followUp({ tool: 'lookup' }, state);
  const text = await metrics.text();
  await metrics.close();
  return text;
}

describe('what is deployed asks for metrics that there are', () => {
  let server: TestServer;
  let ofCall: Scrape;
  let every: Scrape;

  beforeAll(async () => {
    server = await startTestServer();
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
    await client.message('session.created');
    speakTurn(client);
    await client.message('response.output_audio.done');
    await client.close();
    await (
      await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: 'sk-wrong' })
    ).closed;
    const headers = { authorization: `Bearer ${TEST_KEY}` };
    const scrape = async () => (await fetch(`${server.url}/metrics`, { headers })).text();
    await vi.waitFor(async () =>
      expect(await scrape()).toContain('antiphon_sessions_ended_total{'),
    );
    ofCall = readPrometheusText(await scrape());
    const ofServer = readPrometheusText(await everyMetric());
    const ofWorker = readPrometheusText(await everyWorkerMetric());
    every = {
      types: new Map([...ofServer.types, ...ofWorker.types]),
      samples: [...ofServer.samples, ...ofWorker.samples],
    };
  });

  afterAll(() => server.close());

  it('a call leaves its latency, its hops, its end and the state of the process', () => {
    expect([...ofCall.types.keys()]).toEqual(
      expect.arrayContaining([
        'antiphon_turn_latency',
        'antiphon_turn_hop_duration',
        'antiphon_session_duration',
        'antiphon_sessions_ended_total',
        'antiphon_admission_rejected_total',
        'antiphon_session_active',
        'antiphon_ws_buffered',
        'antiphon_audio_frames_total',
        'antiphon_audio_late_frames_total',
        'antiphon_drain_remaining',
        'nodejs_eventloop_delay_p50',
        'nodejs_eventloop_delay_p99',
        'process_cpu_time_total',
        'process_memory_usage',
      ]),
    );
    for (const [name, type] of ofCall.types)
      expect([name, every.types.get(name)]).toEqual([name, type]);
    const { samples } = ofCall;
    const valueOf = (name: string) => samples.find((sample) => sample.name === name)?.value;
    expect(valueOf('antiphon_turn_latency_count')).toBe(1);
    const frames = samples.filter(({ name }) => name === 'antiphon_audio_frames_total');
    expect(frames.filter(({ value }) => value > 0).map(({ labels }) => labels)).toEqual([
      { antiphon_audio_direction: 'in' },
      { antiphon_audio_direction: 'out' },
    ]);
    expect(samples).toContainEqual({
      name: 'antiphon_sessions_ended_total',
      labels: {
        gen_ai_agent_name: 'waiter',
        antiphon_pipeline: 'stub',
        antiphon_leg: 'realtime',
        antiphon_codec: 'pcm16',
        antiphon_session_end_reason: 'callerLeft',
      },
      value: 1,
    });
    expect(samples).toContainEqual({
      name: 'antiphon_admission_rejected_total',
      labels: { antiphon_admission_reason: 'invalid_key' },
      value: 1,
    });
  });

  it('finds the names in an expression', () => {
    expect(
      namesIn('60 * sum by (le, a) (rate(m_total{b=~"x", c!="y"}[5m]) or n offset 1h) > 2'),
    ).toEqual({
      metrics: ['m_total', 'n'],
      labels: ['b', 'c', 'le', 'a'],
    });
  });

  it('has alerts and panels', () => {
    expect(alertQueries().length).toBeGreaterThan(5);
    expect(dashboardQueries().length).toBeGreaterThan(15);
  });

  it.each(queries.map(({ where, expr }) => [where, expr] as const))('%s: %s', (_where, expr) => {
    const { metrics, labels } = namesIn(expr);
    expect(metrics).not.toEqual([]);
    const known = new Set(LABELS_OF_PROMETHEUS);
    for (const metric of metrics) {
      const samples = every.samples.filter(({ name }) => name === metric);
      // `up` is what Prometheus itself says of a target.
      expect(metric === 'up' || samples.length > 0, metric).toBe(true);
      for (const sample of samples)
        for (const label of Object.keys(sample.labels)) known.add(label);
    }
    expect(labels.filter((label) => !known.has(label))).toEqual([]);
  });

  it.each(queries.map(({ where, expr }) => [where, expr] as const))(
    '%s asks for values that there are: %s',
    (_where, expr) => {
      for (const { metric, label, value } of valuesIn(expr)) {
        const given = every.samples
          .filter(({ name }) => name === metric)
          .map(({ labels }) => labels[label]);
        if (label === 'job') expect(scraped).toContain(value);
        else expect(given, `${metric}{${label}}`).toContain(value);
      }
    },
  );

  it('finds the values in an expression', () => {
    expect(valuesIn('rate(m_total{b=~"x|y", c="$agent", d!="z"}[5m]) or n{e="f"}')).toEqual([
      { metric: 'm_total', label: 'b', value: 'x' },
      { metric: 'm_total', label: 'b', value: 'y' },
      { metric: 'm_total', label: 'd', value: 'z' },
      { metric: 'n', label: 'e', value: 'f' },
    ]);
    const asked = queries.flatMap(({ expr }) => valuesIn(expr).map(({ value }) => value));
    expect(asked).toEqual(expect.arrayContaining(['failed', 'timeout', 'full', 'antiphon']));
  });

  it('the table of docs/observability.md has exactly these', () => {
    const rows = file('../../docs/observability.md').matchAll(
      /^\| `([a-z][\w.]+)` +\| (histogram|counter|gauge)/gmu,
    );
    const told = [...rows].map(([, name = '', kind = '']): [string, string] => [
      `${name.replaceAll('.', '_')}${kind === 'counter' ? '_total' : ''}`,
      kind,
    ]);
    expect(new Map(told)).toEqual(every.types);
    expect(told).toHaveLength(every.types.size);
  });
});
