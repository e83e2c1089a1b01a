import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { otlpMetricsReader, ToolMetrics, WorkerMetrics } from '@antiphon/observability';
import type { OtlpMetricsOptions, WorkerGauges } from '@antiphon/observability';
import { QueueView } from '@antiphon/tools';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { Logger } from 'pino';
import type { MetricsConfig, WorkerConfig } from './config.ts';
import { WorkerError } from './worker-error.ts';

/** The last export may take so long before it is given up. */
const CLOSING_MS = 2_000;

const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/** The metrics of one worker. */
export interface Metrics {
  readonly jobs: WorkerMetrics;
  /** Of these only e-mailed answers are counted here. */
  readonly tools: ToolMetrics;
  /** Everything counted so far, as Prometheus reads it. */
  text(): Promise<string>;
  close(): Promise<void>;
}

/** Counts; nothing is read of it unless somebody asks, or a collector is there to be told. */
export function countMetrics(
  gauges: WorkerGauges,
  otlp: OtlpMetricsOptions | null = null,
): Metrics {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'antiphon-worker' }),
    readers: otlp ? [reader, otlpMetricsReader(otlp)] : [reader],
  });
  const meter = provider.getMeter('antiphon');
  // Without a timestamp, `target_info` and the names of scopes, as servers tell theirs.
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  return {
    jobs: new WorkerMetrics(meter, gauges),
    tools: new ToolMetrics(meter),
    text: async () => {
      const { resourceMetrics, errors } = await reader.collect();
      if (errors.length > 0) throw new AggregateError(errors, 'The metrics cannot be read.');
      return serializer.serialize(resourceMetrics);
    },
    close: async () => {
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSING_MS)));
      await Promise.race([provider.shutdown().catch(() => {}), over]);
      clearTimeout(timer);
    },
  };
}

/** Metrics that can be read. */
export interface OpenMetrics {
  /** `null` where none are served or sent. */
  readonly counted: Metrics | null;
  /** `http://127.0.0.1:9464/metrics`; `null` where none are served. */
  readonly url: string | null;
  close(): Promise<void>;
}

/**
 * Serves the metrics of a worker to whoever asks, and sends them to a collector, where the
 * configuration says so. Rejects with a WorkerError, `cannot_listen`.
 */
export async function openMetrics(
  config: Pick<WorkerConfig, 'metrics' | 'otlpMetricsUrl' | 'redisUrl'>,
  running: () => number,
  log: Logger,
): Promise<OpenMetrics> {
  const { metrics: where, otlpMetricsUrl, redisUrl } = config;
  if (where === null && otlpMetricsUrl === null) {
    return { counted: null, url: null, close: () => Promise.resolve() };
  }
  const queue = new QueueView(redisUrl);
  const counted = countMetrics(
    { waiting: () => queue.waiting(), running },
    otlpMetricsUrl === null ? null : { url: otlpMetricsUrl, onChange: telling(log) },
  );
  const http = where === null ? null : createServer((...asked) => void answer(asked, counted));
  const close = async (): Promise<void> => {
    await closed(http);
    await counted.close();
    await queue.close();
  };
  try {
    return { counted, url: http && where && (await listen(http, where)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Says in the log when metrics can no longer be sent, and when they can again. */
function telling(log: Logger): OtlpMetricsOptions['onChange'] {
  return (error) => {
    // What the collector answers, and its address, may hold a secret.
    if (error) log.warn('metrics cannot be sent to the collector');
    else log.info('metrics reach the collector');
  };
}

async function closed(http: Server | null): Promise<void> {
  if (!http) return;
  await new Promise<void>((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
}

async function answer(
  [{ method, url = '/' }, response]: [IncomingMessage, ServerResponse],
  counted: Metrics,
): Promise<void> {
  if (url.replace(/\?.*/u, '') !== '/metrics') {
    response.writeHead(404).end('There is nothing but /metrics.\n');
    return;
  }
  if (method !== 'GET') {
    response.writeHead(405, { allow: 'GET' }).end('Metrics are only read.\n');
    return;
  }
  try {
    const text = await counted.text();
    response.writeHead(200, { 'content-type': PROMETHEUS_TEXT }).end(text);
  } catch {
    response.writeHead(500).end('The metrics cannot be read.\n');
  }
}

async function listen(http: Server, { host, port }: MetricsConfig): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', ({ message }) => {
      const said = `The metrics cannot be served on ${host}:${port}: ${message}`;
      reject(new WorkerError('cannot_listen', said));
    });
    http.listen(port, host, resolve);
  });
  const { port: taken } = http.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`;
}
