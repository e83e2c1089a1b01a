import type { Counter, Meter } from '@opentelemetry/api';

/** Metrics of the traces of a server. */
export class TraceMetrics {
  readonly #leftOut: Counter;

  constructor(meter: Meter) {
    this.#leftOut = meter.createCounter('antiphon.trace.turns_left_out', {
      description: 'Turns that are not traced because there were too many.',
      unit: '{turn}',
    });
  }

  /** A turn is not traced for the sake of the bound alone. */
  leftOut(isRemarkable: boolean): void {
    this.#leftOut.add(1, { 'antiphon.turn.remarkable': isRemarkable });
  }
}
