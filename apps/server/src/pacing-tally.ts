import { ValueType } from '@opentelemetry/api';
import type { HrTime } from '@opentelemetry/api';
import { hrTime } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type { CollectionResult, MetricProducer } from '@opentelemetry/sdk-metrics';

/** In milliseconds: a timer is a millisecond late as a rule, and a lead lasts 400. */
const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 400, 1_000];

/**
 * How late the pacing of agent audio woke up, of all sessions, as the histogram
 * `antiphon.pacer.late`. To tell it costs two additions and makes nothing.
 */
export class PacingTally implements MetricProducer {
  readonly #counts = new Uint32Array(BOUNDS_MS.length + 1);
  #sumMs = 0;
  readonly #startTime: HrTime = hrTime();

  late(lateMs: number): void {
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && lateMs > BOUNDS_MS[bucket]!) bucket += 1;
    this.#counts[bucket]! += 1;
    this.#sumMs += lateMs;
  }

  collect(): Promise<CollectionResult> {
    const counts = [...this.#counts];
    const count = counts.reduce((sum, each) => sum + each, 0);
    const point = {
      startTime: this.#startTime,
      endTime: hrTime(),
      attributes: {},
      value: {
        buckets: { boundaries: BOUNDS_MS.map((ms) => ms / 1000), counts },
        sum: this.#sumMs / 1000,
        count,
      },
    };
    return Promise.resolve({
      resourceMetrics: {
        resource: resourceFromAttributes({}),
        scopeMetrics: [
          {
            scope: { name: 'antiphon' },
            metrics: [
              {
                descriptor: {
                  name: 'antiphon.pacer.late',
                  description: 'How late the pacing of agent audio woke up.',
                  unit: 's',
                  valueType: ValueType.DOUBLE,
                },
                aggregationTemporality: AggregationTemporality.CUMULATIVE,
                dataPointType: DataPointType.HISTOGRAM,
                dataPoints: [point],
              },
            ],
          },
        ],
      },
      errors: [],
    });
  }
}
