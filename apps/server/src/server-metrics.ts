import { ToolMetrics } from '@antiphon/observability';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** What the metrics of a server are made from. */
export interface ServerMetricsOptions {
  /** How many sessions live, by agent; asked when somebody reads. */
  readonly sessions: () => ReadonlyMap<string, number>;
}

/** The media type of the text that {@link ServerMetrics.text} gives. */
export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/** The metrics of one server, read by whoever scrapes them. */
export class ServerMetrics {
  readonly tools: ToolMetrics;
  readonly #reader = new PrometheusExporter({ preventServerStart: true });
  readonly #provider = new MeterProvider({ readers: [this.#reader] });
  /** Without a timestamp, `target_info` and the names of scopes: one server has one of each. */
  readonly #serializer = new PrometheusSerializer('', false, undefined, true, true);

  constructor({ sessions }: ServerMetricsOptions) {
    const meter = this.#provider.getMeter('antiphon');
    this.tools = new ToolMetrics(meter);
    const active = meter.createObservableGauge('antiphon.session.active', {
      description: 'Sessions that live.',
      unit: '{session}',
    });
    active.addCallback((result) => {
      for (const [agent, count] of sessions())
        result.observe(count, { 'gen_ai.agent.name': agent });
    });
  }

  /** Everything counted so far, as Prometheus reads it. */
  async text(): Promise<string> {
    const { resourceMetrics, errors } = await this.#reader.collect();
    if (errors.length > 0) throw new AggregateError(errors, 'The metrics cannot be read.');
    return this.#serializer.serialize(resourceMetrics);
  }

  async close(): Promise<void> {
    await this.#provider.shutdown();
  }
}
