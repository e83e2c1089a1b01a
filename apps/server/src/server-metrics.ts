import {
  AnalysisMetrics,
  observeProviders,
  otlpMetricsReader,
  RecordingMetrics,
  SessionMetrics,
  ToolMetrics,
  TraceMetrics,
  UsageMetrics,
} from '@antiphon/observability';
import type { OtlpMetricsOptions, ProviderStanding } from '@antiphon/observability';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { AudioCounts } from './counted-leg.ts';
import { PacingTally } from './pacing-tally.ts';
import { ProcessMetrics } from './process-metrics.ts';

/** The last export may take so long before it is given up. */
const CLOSING_MS = 2_000;

/** What the metrics of a server are made from; functions are asked when somebody reads. */
export interface ServerMetricsOptions {
  /** How many sessions live, by agent. */
  readonly sessions: () => ReadonlyMap<string, number>;
  /** Bytes that wait to be sent to clients. */
  readonly bufferedBytes?: () => number;
  /** Sessions that are left while the server stops. */
  readonly remaining?: () => number;
  readonly audio?: Readonly<AudioCounts>;
  /** Jobs that no worker has taken, where there is a queue; must not reject. */
  readonly waitingJobs?: (() => Promise<number>) | null;
  /** How the providers stand that others stand in for. */
  readonly providers?: () => readonly ProviderStanding[];
  /** Where the metrics are sent as well. */
  readonly otlp?: OtlpMetricsOptions | null;
}

/** The media type of the text that {@link ServerMetrics.text} gives. */
export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/** The metrics of one server, read by whoever scrapes them, and sent to a collector if there is one. */
export class ServerMetrics {
  readonly tools: ToolMetrics;
  readonly sessions: SessionMetrics;
  readonly recordings: RecordingMetrics;
  readonly analyses: AnalysisMetrics;
  readonly usage: UsageMetrics;
  readonly traces: TraceMetrics;
  readonly #process: ProcessMetrics;
  /** Counts in itself, since it is told of up to ten times a second by every session. */
  readonly pacing = new PacingTally();
  readonly #reader = new PrometheusExporter({
    preventServerStart: true,
    metricProducers: [this.pacing],
  });
  readonly #provider: MeterProvider;
  /** Without a timestamp, `target_info` and the names of scopes: one server has one of each. */
  readonly #serializer = new PrometheusSerializer('', false, undefined, true, true);

  constructor({ sessions, bufferedBytes = () => 0, otlp = null, ...more }: ServerMetricsOptions) {
    const { waitingJobs = null, remaining = () => 0, audio = { in: 0, out: 0, late: 0 } } = more;
    const { providers = () => [] } = more;
    this.#provider = new MeterProvider({
      resource: resourceFromAttributes({ 'service.name': 'antiphon-server' }),
      readers: otlp ? [this.#reader, otlpMetricsReader(otlp, [this.pacing])] : [this.#reader],
    });
    const meter = this.#provider.getMeter('antiphon');
    this.tools = new ToolMetrics(meter);
    this.sessions = new SessionMetrics(meter);
    this.recordings = new RecordingMetrics(meter);
    this.analyses = new AnalysisMetrics(meter);
    this.usage = new UsageMetrics(meter);
    this.traces = new TraceMetrics(meter);
    this.#process = new ProcessMetrics(meter, () => performance.now());
    const active = meter.createObservableGauge('antiphon.session.active', {
      description: 'Sessions that live.',
      unit: '{session}',
    });
    active.addCallback((result) => {
      for (const [agent, count] of sessions())
        result.observe(count, { 'gen_ai.agent.name': agent });
    });
    const buffered = meter.createObservableGauge('antiphon.ws.buffered', {
      description: 'What waits to be sent to clients, all sessions together.',
      unit: 'By',
    });
    buffered.addCallback((result) => {
      result.observe(bufferedBytes());
    });
    const jobs = meter.createObservableGauge('antiphon.tool.jobs_waiting', {
      description: 'Jobs of queued tools that no worker has taken yet.',
      unit: '{job}',
    });
    jobs.addCallback(async (result) => {
      if (waitingJobs) result.observe(await waitingJobs());
    });
    observeProviders(meter, providers);
    const left = meter.createObservableGauge('antiphon.drain.remaining', {
      description: 'Sessions that are left while the server stops.',
      unit: '{session}',
    });
    left.addCallback((result) => {
      result.observe(remaining());
    });
    const frames = meter.createObservableCounter('antiphon.audio.frames', {
      description: 'Slices of audio taken from callers and written to them.',
      unit: '{frame}',
    });
    frames.addCallback((result) => {
      result.observe(audio.in, { 'antiphon.audio.direction': 'in' });
      result.observe(audio.out, { 'antiphon.audio.direction': 'out' });
    });
    const late = meter.createObservableCounter('antiphon.audio.late_frames', {
      description: 'Slices written after all before them of their item had been played.',
      unit: '{frame}',
    });
    late.addCallback((result) => {
      result.observe(audio.late);
    });
  }

  /** Everything counted so far, as Prometheus reads it. */
  async text(): Promise<string> {
    const { resourceMetrics, errors } = await this.#reader.collect();
    if (errors.length > 0) throw new AggregateError(errors, 'The metrics cannot be read.');
    return this.#serializer.serialize(resourceMetrics);
  }

  /** Sends what is left, unless the collector takes too long. */
  async close(): Promise<void> {
    this.#process.close();
    // Whatever becomes of the last export has been told by the reader.
    await this.#provider.shutdown({ timeoutMillis: CLOSING_MS }).catch(() => {});
  }
}
