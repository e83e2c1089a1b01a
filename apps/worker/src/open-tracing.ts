import { context, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { TracingConfig } from './config.ts';

/** A collector that has not answered by then, tries again included, is given up. */
const EXPORT_MS = 1_500;

/** Closing takes no longer. */
const CLOSING_MS = 2_000;

/** Some thousand jobs; what a collector does not take in time is dropped beyond it. */
const MOST_QUEUED_SPANS = 2_048;

/** Traces of this worker's jobs. */
export interface Tracing {
  /** `null` where nothing is traced. */
  readonly tracer: Tracer | null;
  /** Sends what is there, for two seconds at most; never rejects. */
  close(): Promise<void>;
}

/**
 * Traces jobs where the configuration says where to; what a server does not keep, the worker does
 * not either. A tool's own code finds its job's span as the active one.
 */
export function openTracing(config: TracingConfig | null, log: Logger): Tracing {
  if (config === null) return { tracer: null, close: () => Promise.resolve() };
  const exporter = new OTLPTraceExporter({ url: config.url, timeoutMillis: EXPORT_MS });
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    resource: resourceFromAttributes({ 'service.name': config.serviceName }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: telling(exporter, log),
        maxQueueSize: MOST_QUEUED_SPANS,
        exportTimeoutMillis: CLOSING_MS,
      }),
    ],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return {
    tracer: provider.getTracer('antiphon'),
    close: async () => {
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSING_MS)));
      await Promise.race([provider.shutdown().catch(() => {}), over]);
      clearTimeout(timer);
      context.disable();
    },
  };
}

/** Says in the log when traces can no longer be delivered, and when they can again. */
function telling(exporter: SpanExporter, log: Logger): SpanExporter {
  let wasFailing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const isFailing = result.error !== undefined;
        if (isFailing && !wasFailing) log.warn('traces cannot be delivered: some are lost');
        if (!isFailing && wasFailing) log.info('traces are delivered again');
        wasFailing = isFailing;
        done(result);
      }),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
