import type { SpanOrigin } from '../readable-span.ts';
import type { SpanTaker } from '../whole-turns.ts';
import type { WrittenSpan } from '../written-span.ts';
import type { TraceExporter, WrittenRequest } from './trace-exporter.ts';
import { TraceRequest } from './trace-request.ts';

/** As much goes at once: collectors take several megabytes. */
const REQUEST_SPANS = 2_048;
const REQUEST_BYTES = 1_048_576;

/** What there is goes by then. */
const DELAY_MS = 5_000;

/** Beyond these, what a collector does not take in time is dropped: some hundred turns. */
const MOST_SPANS = 4_096;
const MOST_BYTES = 8_388_608;

/** Whose spans are sent, and with what. */
export interface TraceOutboxOptions {
  readonly exporter: Pick<TraceExporter, 'export' | 'shutdown'>;
  readonly origin: SpanOrigin;
  /** A request is over; what was wrong with it, if anything was. */
  readonly onDelivery: (error: Error | undefined) => void;
}

/**
 * Writes spans down when they come and sends them together, one request after another; nothing of a
 * span but its bytes is kept until then.
 */
export class TraceOutbox implements SpanTaker {
  readonly #options: TraceOutboxOptions;
  readonly #request = new TraceRequest();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | null = null;
  #isShut = false;

  constructor(options: TraceOutboxOptions) {
    this.#options = options;
  }

  onEnd(span: WrittenSpan): void {
    const { spans, length } = this.#request;
    if (this.#isShut || spans >= MOST_SPANS || length >= MOST_BYTES) return;
    this.#request.add(span);
    if (this.#sending === null) this.#next();
  }

  /** Sends what there is. */
  async shutdown(): Promise<void> {
    if (this.#isShut) return;
    this.#isShut = true;
    clearTimeout(this.#timer);
    await Promise.all([this.#sending, this.#request.spans > 0 && this.#send()]);
    await this.#options.exporter.shutdown();
  }

  #next(): void {
    const { spans, length } = this.#request;
    if (spans >= REQUEST_SPANS || length >= REQUEST_BYTES) this.#begin();
    else if (spans > 0) this.#timer ??= setTimeout(() => this.#begin(), DELAY_MS).unref();
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = this.#send().then(() => {
      this.#sending = null;
      if (!this.#isShut) this.#next();
    });
  }

  #send(): Promise<void> {
    const { exporter, origin, onDelivery } = this.#options;
    const { spans } = this.#request;
    const request: WrittenRequest = { spans, bytes: this.#request.take(origin) };
    return new Promise((resolve) => {
      exporter.export(request, ({ error }) => {
        onDelivery(error);
        resolve();
      });
    });
  }
}
