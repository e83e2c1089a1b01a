import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api';

/** Attributes, by the names that the OpenTelemetry conventions have, or else under our own. */
const TOOL = 'gen_ai.tool.name';
const AGENT = 'gen_ai.agent.name';
const OUTCOME = 'antiphon.tool.outcome';
const FOLLOW_UP_STATE = 'antiphon.follow_up.state';
const VERDICT = 'antiphon.consent.verdict';

/** In seconds: from a function in memory to a service that takes a minute. */
const DURATIONS_S = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1, 2, 3, 5, 8, 10, 20, 30, 60, 120,
];

/** In seconds: what is above the first few keeps a caller waiting. */
const QUEUE_WAITS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30];

/** Whose call it is. Both come from agent folders, or are stand-ins: there are few. */
export interface ToolLabels {
  readonly tool: string;
  readonly agent: string;
}

/** How a call ended, and after how long. */
export interface SettledCall extends ToolLabels {
  readonly outcome: string;
  readonly durationMs: number;
}

/** Metrics by tool. No value comes from what callers say or tools answer. */
export class ToolMetrics {
  readonly #durations: Histogram;
  readonly #queueWaits: Histogram;
  readonly #calls: Counter;
  readonly #covers: Counter;
  readonly #deadlines: Counter;
  readonly #followUps: Counter;
  readonly #consents: Counter;

  constructor(meter: Meter) {
    this.#durations = meter.createHistogram('antiphon.tool.duration', {
      description: 'From the call of a tool to its end, as the caller waits for it.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATIONS_S },
    });
    this.#queueWaits = meter.createHistogram('antiphon.tool.queue_wait', {
      description: 'From the addition of a job to the queue to its start on a worker.',
      unit: 's',
      advice: { explicitBucketBoundaries: QUEUE_WAITS_S },
    });
    this.#calls = meter.createCounter('antiphon.tool.calls', {
      description: 'Calls that have ended, by outcome.',
      unit: '{call}',
    });
    this.#covers = meter.createCounter('antiphon.tool.covers', {
      description: 'Phrases spoken because a call takes long.',
      unit: '{cover}',
    });
    this.#deadlines = meter.createCounter('antiphon.tool.deadlines', {
      description: 'Calls that reached their deadline.',
      unit: '{call}',
    });
    this.#followUps = meter.createCounter('antiphon.follow_ups', {
      description: 'Answers by e-mail, by the state they came to.',
      unit: '{follow_up}',
    });
    this.#consents = meter.createCounter('antiphon.tool.consents', {
      description: 'Decisions on whether a call that needs consent may run.',
      unit: '{decision}',
    });
  }

  settled({ outcome, durationMs, ...labels }: SettledCall): void {
    const attributes = { ...attributesOf(labels), [OUTCOME]: outcome };
    this.#durations.record(durationMs / 1000, attributes);
    this.#calls.add(1, attributes);
  }

  queueWaited(labels: ToolLabels, waitMs: number): void {
    this.#queueWaits.record(waitMs / 1000, attributesOf(labels));
  }

  covered(labels: ToolLabels): void {
    this.#covers.add(1, attributesOf(labels));
  }

  overdue(labels: ToolLabels): void {
    this.#deadlines.add(1, attributesOf(labels));
  }

  /** An e-mailed answer came to this state; an outbox knows of no agent. */
  followUp(labels: Pick<ToolLabels, 'tool'> & Partial<ToolLabels>, state: string): void {
    this.#followUps.add(1, { ...attributesOf(labels), [FOLLOW_UP_STATE]: state });
  }

  consentDecided(labels: ToolLabels, verdict: string): void {
    this.#consents.add(1, { ...attributesOf(labels), [VERDICT]: verdict });
  }
}

function attributesOf({ tool, agent }: { tool: string; agent?: string | undefined }): Attributes {
  return agent === undefined ? { [TOOL]: tool } : { [TOOL]: tool, [AGENT]: agent };
}
