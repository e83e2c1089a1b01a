import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { MetricProducer } from '@opentelemetry/sdk-metrics';

/** As often as Prometheus usually scrapes. */
const EVERY_MS = 15_000;

/** A collector that takes longer than this gets the next export instead. */
const TIMEOUT_MS = 5_000;

/** Where metrics are sent to. */
export interface OtlpMetricsOptions {
  /** Such as `http://collector:4318/v1/metrics`. */
  readonly url: string;
  /** Told when exports begin to fail, with the error, and when one succeeds again, with `null`. */
  readonly onChange: (error: Error | null) => void;
  readonly everyMs?: number;
  /** At most `everyMs`. */
  readonly timeoutMs?: number;
}

/**
 * Sends metrics over OTLP/HTTP, and those of `producers`, one export at a time, each for a bounded
 * time; one that fails is dropped, and the next has its counts. `OTEL_EXPORTER_OTLP_HEADERS` and the
 * like are followed.
 */
export function otlpMetricsReader(
  { url, onChange, everyMs = EVERY_MS, timeoutMs = TIMEOUT_MS }: OtlpMetricsOptions,
  producers: MetricProducer[] = [],
): PeriodicExportingMetricReader {
  return new PeriodicExportingMetricReader({
    exporter: new TellingExporter({ url, timeoutMillis: timeoutMs }, onChange),
    metricProducers: producers,
    exportIntervalMillis: everyMs,
    exportTimeoutMillis: everyMs,
  });
}

type Export = OTLPMetricExporter['export'];

class TellingExporter extends OTLPMetricExporter {
  readonly #onChange: OtlpMetricsOptions['onChange'];
  #isFailing = false;

  constructor(
    config: { readonly url: string; readonly timeoutMillis: number },
    onChange: OtlpMetricsOptions['onChange'],
  ) {
    super(config);
    this.#onChange = onChange;
  }

  override export(...[metrics, onResult]: Parameters<Export>): void {
    super.export(metrics, (result) => {
      const { error } = result;
      if (this.#isFailing !== (error !== undefined)) this.#onChange(error ?? null);
      this.#isFailing = error !== undefined;
      onResult(result);
    });
  }
}
