import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { refusalOf } from './refusal.ts';

type Done = Parameters<SpanExporter['export']>[1];

/** Says in the log when traces can no longer be delivered, and when they can again. */
export class TellingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #log: Logger;
  #isFailing = false;

  constructor(exporter: SpanExporter, log: Logger) {
    this.#exporter = exporter;
    this.#log = log;
  }

  export(spans: ReadableSpan[], done: Done): void {
    this.#exporter.export(spans, (result) => {
      const isFailing = result.error !== undefined;
      // Messages may hold the address, which may hold a secret.
      const reason = refusalOf(result.error);
      if (isFailing && !this.#isFailing) {
        this.#log.warn({ reason }, 'traces cannot be delivered: those that wait too long are lost');
      }
      if (!isFailing && this.#isFailing) this.#log.info('traces are delivered again');
      this.#isFailing = isFailing;
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}
