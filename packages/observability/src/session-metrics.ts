import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api';
import { boundedCode } from './bounded-code.ts';
import { exceededBudgets } from './latency-budgets.ts';
import type { TurnReport } from './turn-report.ts';
import { HOPS } from './turn-report.ts';

/** Attributes, by the names that the OpenTelemetry conventions have, or else under our own. */
const AGENT = 'gen_ai.agent.name';
const PIPELINE = 'antiphon.pipeline';
const HOP = 'antiphon.hop';
const OUTCOME = 'antiphon.barge_in.outcome';
const REASON = 'antiphon.session.end_reason';
const INVARIANT = 'antiphon.invariant';
const ERROR = 'error.type';
const CODEC = 'antiphon.codec';
const LEG = 'antiphon.leg';
const STAGE = 'antiphon.barge_in.stage';
const EDIT = 'antiphon.speech.edit';
const OPERATION = 'gen_ai.operation.name';
const REJECTION = 'antiphon.admission.reason';
const SERVICE = 'antiphon.provider.service';
const PROVIDER = 'antiphon.provider.name';
const TOOL = 'gen_ai.tool.name';
const ESCALATION = 'antiphon.escalation.reason';
const FAILOVER = 'antiphon.provider.failover_reason';

/** In seconds: close together where a caller feels the difference. */
const LATENCIES_S = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1, 1.5, 2, 3, 5, 10,
];

/** In seconds: from a caller who hangs up at once to an hour. */
const SESSIONS_S = [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600];

/** Codes of failures that are told apart; an upstream model may invent more. */
const MOST_CODES = 32;

/** Whose session it is. Agents and pipelines come from folders: there are few. */
export interface SessionLabels {
  readonly agent: string;
  readonly pipeline: string;
  readonly leg: LegName;
  /** In which format the caller's audio comes; there are three. Null where it is not known. */
  readonly codec: string | null;
}

/** How a caller is connected. */
export type LegName = 'realtime';

/** What speech over the agent was. */
export type BargeInOutcome = 'cut' | 'false_alarm';

/** Up to where a barge-in was reacted to. */
export type BargeInStage = 'silenced' | 'cut';

/** What a provider does. */
export type ProviderService = 'speechToText' | 'languageModel' | 'textToSpeech';

/** Why another provider took over: the first failed, was slow, or was not asked. */
export type FailoverReason = 'failed' | 'slow' | 'open';

/** A provider that was replaced. */
export interface Failover {
  readonly service: ProviderService;
  /** As the folder names it; there are few. */
  readonly from: string;
  readonly why: FailoverReason;
}

/** Why a caller was handed to a person; both come from few. */
export interface Escalation {
  readonly reason: string;
  /** The tool that went wrong; null where none did. */
  readonly tool: string | null;
}

/** Why a client was turned away. */
export type Rejected =
  | 'invalid_key'
  | 'connection_rate'
  | 'full'
  | 'not_ready'
  | 'unknown_agent'
  | 'unknown_events'
  | 'internal_error';

/** Metrics of sessions and their turns. No value comes from what callers or agents say. */
export class SessionMetrics {
  readonly #latencies: Histogram;
  readonly #hops: Histogram;
  readonly #exceeded: Counter;
  readonly #durations: Histogram;
  readonly #ends: Counter;
  readonly #bargeIns: Counter;
  readonly #firstChunks: Histogram;
  readonly #reactions: Histogram;
  readonly #overshoots: Histogram;
  readonly #deadAir: Counter;
  readonly #edits: Counter;
  readonly #roundTrips: Histogram;
  readonly #escalations: Counter;
  readonly #violations: Counter;
  readonly #failures: Counter;
  readonly #rejections: Counter;
  readonly #failovers: Counter;
  readonly #covers: Counter;
  readonly #codeOf = boundedCode(MOST_CODES);

  constructor(meter: Meter) {
    const counter = (name: string, unit: string, description: string) =>
      meter.createCounter(`antiphon.${name}`, { unit: `{${unit}}`, description });
    const histogram = (name: string, explicitBucketBoundaries: number[], description: string) =>
      meter.createHistogram(name, {
        unit: 's',
        description,
        advice: { explicitBucketBoundaries },
      });
    this.#latencies = histogram(
      'antiphon.turn.latency',
      LATENCIES_S,
      "From the caller's last sound to the first agent audio.",
    );
    this.#hops = histogram('antiphon.turn.hop.duration', LATENCIES_S, "A hop of a turn's latency.");
    this.#exceeded = counter(
      'turn.budgets_exceeded',
      'hop',
      'Hops that took longer than the agent allows.',
    );
    this.#durations = histogram(
      'antiphon.session.duration',
      SESSIONS_S,
      'From the start to the end.',
    );
    this.#firstChunks = histogram(
      'gen_ai.client.operation.time_to_first_chunk',
      LATENCIES_S,
      'From when an answer may be made to its first token.',
    );
    this.#reactions = histogram(
      'antiphon.barge_in.reaction',
      LATENCIES_S,
      'From when speech over the agent was told to its silence, and to the cut.',
    );
    this.#overshoots = histogram(
      'antiphon.barge_in.overshoot',
      LATENCIES_S,
      'Agent audio sent between the onset of speech over it and its silence.',
    );
    this.#roundTrips = histogram('antiphon.ws.rtt', LATENCIES_S, 'From a ping to its pong.');
    this.#deadAir = counter('dead_air', 'wait', 'Waits in which nobody was heard for over 2 s.');
    this.#edits = counter('speech.edits', 'edit', 'Texts changed before they were spoken.');
    this.#ends = counter('sessions.ended', 'session', 'Sessions that have ended, by reason.');
    this.#bargeIns = counter('barge_ins', 'barge_in', 'Speech over the agent, by what it was.');
    this.#escalations = counter('escalations', 'handoff', 'Callers handed to a person, by why.');
    this.#violations = counter('invariant.violations', 'violation', 'Broken invariants, by name.');
    this.#failures = counter('engine.failures', 'failure', 'Failures of engines, by code.');
    this.#covers = counter(
      'answer.covers',
      'cover',
      'Answers that were so long in coming that something was said before them.',
    );
    this.#failovers = counter(
      'provider.failovers',
      'request',
      'Requests that another provider took over, by whom they were taken from.',
    );
    this.#rejections = counter('admission.rejected', 'client', 'Clients turned away, by reason.');
  }

  /** A turn of the agent has begun to be heard; one that nobody spoke before has hops only. */
  turn(labels: SessionLabels, report: TurnReport): void {
    const { voiceToVoiceMs, hops } = report;
    const attributes = attributesOf(labels);
    if (voiceToVoiceMs !== null) this.#latencies.record(voiceToVoiceMs / 1000, attributes);
    for (const hop of HOPS) {
      const hopMs = hops[hop];
      if (hopMs !== null) this.#hops.record(hopMs / 1000, { ...attributes, [HOP]: hop });
    }
    for (const { hop } of exceededBudgets(report)) {
      this.#exceeded.add(1, { ...attributes, [HOP]: hop });
    }
    if (hops.inference !== null) {
      this.#firstChunks.record(hops.inference / 1000, { ...attributes, [OPERATION]: 'chat' });
    }
  }

  ended(labels: SessionLabels, { reason, durationMs }: { reason: string; durationMs: number }) {
    const attributes = attributesOf(labels);
    this.#durations.record(durationMs / 1000, attributes);
    this.#ends.add(1, { ...attributes, [REASON]: reason });
  }

  bargeIn(labels: SessionLabels, outcome: BargeInOutcome): void {
    this.#bargeIns.add(1, { ...attributesOf(labels), [OUTCOME]: outcome });
  }

  /** Speech over the agent was told so long ago, and the agent is not heard, or is cut, now. */
  bargeInReacted(labels: SessionLabels, stage: BargeInStage, reactionMs: number): void {
    this.#reactions.record(reactionMs / 1000, { ...attributesOf(labels), [STAGE]: stage });
  }

  /** So much audio was sent while the agent was being silenced. */
  bargeInOvershot(labels: SessionLabels, sentMs: number): void {
    this.#overshoots.record(sentMs / 1000, attributesOf(labels));
  }

  /** Nobody was heard for more than two seconds while the caller waited for the agent. */
  deadAir(labels: SessionLabels): void {
    this.#deadAir.add(1, attributesOf(labels));
  }

  /** `kind` is one of those that the session tells. */
  speechEdited(labels: SessionLabels, kind: string): void {
    this.#edits.add(1, { ...attributesOf(labels), [EDIT]: kind });
  }

  /** A client answered a ping. */
  roundTrip(rttMs: number): void {
    this.#roundTrips.record(rttMs / 1000);
  }

  escalated(labels: SessionLabels, { reason, tool }: Escalation): void {
    const attributes = { ...attributesOf(labels), [ESCALATION]: reason };
    this.#escalations.add(1, tool === null ? attributes : { ...attributes, [TOOL]: tool });
  }

  violated(labels: SessionLabels, invariant: string): void {
    this.#violations.add(1, { ...attributesOf(labels), [INVARIANT]: invariant });
  }

  engineFailed(labels: SessionLabels, code: string): void {
    this.#failures.add(1, { ...attributesOf(labels), [ERROR]: this.#codeOf(code) });
  }

  /** Something was said because the answer was long in coming. */
  answerCovered(labels: SessionLabels): void {
    this.#covers.add(1, attributesOf(labels));
  }

  /** Another provider had to take over a request. */
  failedOver(labels: SessionLabels, { service, from, why }: Failover): void {
    const attributes = { ...attributesOf(labels), [SERVICE]: service, [PROVIDER]: from };
    this.#failovers.add(1, { ...attributes, [FAILOVER]: why });
  }

  rejected(reason: Rejected): void {
    this.#rejections.add(1, { [REJECTION]: reason });
  }
}

function attributesOf({ agent, pipeline, leg, codec }: SessionLabels): Attributes {
  const attributes = { [AGENT]: agent, [PIPELINE]: pipeline, [LEG]: leg };
  return codec === null ? attributes : { ...attributes, [CODEC]: codec };
}
