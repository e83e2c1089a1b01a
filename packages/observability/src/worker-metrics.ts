import type { Counter, Histogram, Meter } from '@opentelemetry/api';

const TOOL = 'gen_ai.tool.name';
const AGENT = 'gen_ai.agent.name';
const OUTCOME = 'antiphon.tool.outcome';

/** In seconds: from a function in memory to a service that takes a minute. */
const DURATIONS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 10, 20, 30, 60, 120];

/** A job that ended. Tools and agents come from folders: there are few. */
export interface EndedJob {
  readonly tool: string;
  readonly agent: string;
  readonly outcome: string;
  /** Since the worker took it. */
  readonly ranMs: number;
}

/** Asked when somebody reads; none may reject. */
export interface WorkerGauges {
  /** Jobs that no worker has taken. */
  readonly waiting: () => Promise<number>;
  /** Jobs that this worker runs. */
  readonly running: () => number;
}

/** Metrics of one worker. No value comes from what callers say or tools answer. */
export class WorkerMetrics {
  readonly #durations: Histogram;
  readonly #jobs: Counter;

  constructor(meter: Meter, { waiting, running }: WorkerGauges) {
    this.#durations = meter.createHistogram('antiphon.worker.job.duration', {
      description: 'From the start of a job on a worker to its end.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATIONS_S },
    });
    this.#jobs = meter.createCounter('antiphon.worker.jobs', {
      description: 'Jobs that have ended on a worker, by outcome.',
      unit: '{job}',
    });
    meter
      .createObservableGauge('antiphon.worker.jobs_running', {
        description: 'Jobs that a worker runs.',
        unit: '{job}',
      })
      .addCallback((result) => {
        result.observe(running());
      });
    meter
      .createObservableGauge('antiphon.tool.jobs_waiting', {
        description: 'Jobs of queued tools that no worker has taken yet.',
        unit: '{job}',
      })
      .addCallback(async (result) => {
        result.observe(await waiting());
      });
  }

  ended({ tool, agent, outcome, ranMs }: EndedJob): void {
    const attributes = { [TOOL]: tool, [AGENT]: agent, [OUTCOME]: outcome };
    this.#durations.record(ranMs / 1000, attributes);
    this.#jobs.add(1, attributes);
  }
}
