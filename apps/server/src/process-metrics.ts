import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Meter } from '@opentelemetry/api';

/** How often the event loop is looked at, in ms; every wait is longer by this much. */
const RESOLUTION_MS = 20;

/** Delays are those of at least this long; several readers within it are told the same. */
const WINDOW_MS = 10_000;

const NS_PER_S = 1e9;

interface Delays {
  readonly p50: number;
  readonly p99: number;
}

/** What this process uses, under the names of the OpenTelemetry conventions. */
export class ProcessMetrics {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #now: () => number;
  #windowAtMs: number;
  #delays: Delays | null = null;

  /** `now` is any clock in ms that does not go back. */
  constructor(meter: Meter, now: () => number) {
    this.#now = now;
    this.#windowAtMs = now();
    this.#histogram.enable();
    for (const quantile of ['p50', 'p99'] as const) {
      meter
        .createObservableGauge(`nodejs.eventloop.delay.${quantile}`, {
          description: 'How late the event loop comes to what is due, lately.',
          unit: 's',
        })
        .addCallback((result) => {
          result.observe(this.#lately()[quantile]);
        });
    }
    meter
      .createObservableCounter('process.cpu.time', {
        description: 'CPU time of this process, all its threads together.',
        unit: 's',
      })
      .addCallback((result) => {
        const { user, system } = process.cpuUsage();
        result.observe(user / 1e6, { 'cpu.mode': 'user' });
        result.observe(system / 1e6, { 'cpu.mode': 'system' });
      });
    meter
      .createObservableGauge('process.memory.usage', {
        description: 'Memory of this process that is resident.',
        unit: 'By',
      })
      .addCallback((result) => {
        result.observe(process.memoryUsage.rss());
      });
  }

  close(): void {
    this.#histogram.disable();
  }

  #lately(): Delays {
    const now = this.#now();
    if (this.#delays !== null && now - this.#windowAtMs < WINDOW_MS) return this.#delays;
    const secondsAt = (percent: number) =>
      Math.max(0, this.#histogram.percentile(percent) / NS_PER_S - RESOLUTION_MS / 1000);
    this.#delays =
      this.#histogram.count === 0 ? { p50: 0, p99: 0 } : { p50: secondsAt(50), p99: secondsAt(99) };
    this.#histogram.reset();
    this.#windowAtMs = now;
    return this.#delays;
  }
}
