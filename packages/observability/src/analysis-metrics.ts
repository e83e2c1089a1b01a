import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api';

const OUTCOME = 'antiphon.analysis.outcome';

/** In seconds: a model listens and writes; after four minutes it is given up. */
const DURATIONS_S = [0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240];

/** Metrics of finished calls that a model judges. */
export class AnalysisMetrics {
  readonly #analyses: Counter;
  readonly #durations: Histogram;

  constructor(meter: Meter) {
    this.#analyses = meter.createCounter('antiphon.analyses', {
      description: 'Finished calls that were to be judged, by what came of it.',
      unit: '{call}',
    });
    this.#durations = meter.createHistogram('antiphon.analysis.duration', {
      description: 'What the last attempt at judging a call took on its worker.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATIONS_S },
    });
  }

  /** There are few outcomes; the duration is null where nobody asked. */
  ended({ outcome, durationMs }: { outcome: string; durationMs: number | null }): void {
    const attributes: Attributes = { [OUTCOME]: outcome };
    this.#analyses.add(1, attributes);
    if (durationMs !== null) this.#durations.record(durationMs / 1000, attributes);
  }
}
