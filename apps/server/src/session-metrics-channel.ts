import type { SessionLabels, SessionMetrics, UsageMetrics } from '@antiphon/observability';
import type {
  ControlChannel,
  SessionConfig,
  SessionEvent,
  ToolDefinition,
} from '@antiphon/session';
import { BargeInWatch } from './barge-in-watch.ts';
import { DeadAirWatch } from './dead-air-watch.ts';

/** Stands for every tool that is none of the agent's folder: clients and engines name freely. */
const OTHER_TOOL = 'other_tool';

/** What one session's metrics need. */
export interface SessionMetricsChannelOptions {
  readonly metrics: SessionMetrics;
  readonly usage: UsageMetrics;
  /** The agent's names as its folder has them. */
  readonly labels: SessionLabels;
  /** On the clock of the session's events. */
  readonly startedAtMs: number;
  /** How answers are given unless the client says otherwise. */
  readonly modality: SessionConfig['modality'];
  /** The tools of the agent's folder, whose names are told apart. */
  readonly agentTools: readonly Pick<ToolDefinition, 'name'>[];
  /** Audio that was sent to the caller so far. */
  readonly sentMs: () => number;
}

/** Counts what a session tells of its turns and its end; it never asks for anything. */
export class SessionMetricsChannel implements ControlChannel {
  readonly #metrics: SessionMetrics;
  readonly #usage: UsageMetrics;
  readonly #labels: SessionLabels;
  readonly #startedAtMs: number;
  readonly #agentTools: readonly Pick<ToolDefinition, 'name'>[];
  readonly #bargeIns: BargeInWatch;
  readonly #deadAir: DeadAirWatch;

  constructor(options: SessionMetricsChannelOptions) {
    const { metrics, usage, labels, startedAtMs, modality, agentTools, sentMs } = options;
    this.#metrics = metrics;
    this.#usage = usage;
    this.#labels = labels;
    this.#startedAtMs = startedAtMs;
    this.#agentTools = agentTools;
    this.#bargeIns = new BargeInWatch(sentMs);
    this.#deadAir = new DeadAirWatch(modality);
  }

  attach(): void {
    // It asks nothing of the session.
  }

  notify(event: SessionEvent): void {
    const reaction = this.#bargeIns.see(event);
    if (reaction) {
      this.#metrics.bargeInReacted(this.#labels, reaction.stage, reaction.reactionMs);
      if (reaction.stage === 'silenced') {
        this.#metrics.bargeInOvershot(this.#labels, reaction.sentMs);
      }
    }
    if (this.#deadAir.see(event)) this.#metrics.deadAir(this.#labels);
    switch (event.type) {
      case 'turn.measured':
        this.#metrics.turn(this.#labels, event.report);
        return;
      case 'bargeIn.decided':
        this.#metrics.bargeIn(this.#labels, event.verdict === 'cut' ? 'cut' : 'false_alarm');
        return;
      case 'generation.edited':
        for (const kind of event.edits) this.#metrics.speechEdited(this.#labels, kind);
        return;
      case 'handoff.requested':
        this.#escalated(event);
        return;
      case 'invariant.violated':
        this.#metrics.violated(this.#labels, event.name);
        return;
      case 'engine.failed':
        this.#metrics.engineFailed(this.#labels, event.code);
        return;
      case 'generation.covered':
        this.#metrics.answerCovered(this.#labels);
        return;
      case 'provider.tookOver':
        this.#metrics.failedOver(this.#labels, event);
        return;
      case 'provider.used':
        this.#usage.used(this.#labels, event);
        return;
      case 'session.ended': {
        const durationMs = Math.max(0, event.atMs - this.#startedAtMs);
        this.#metrics.ended(this.#labels, { reason: event.reason, durationMs });
        return;
      }
      default:
        // Tools are counted beside this.
        return;
    }
  }

  #escalated({ cause }: Extract<SessionEvent, { readonly type: 'handoff.requested' }>): void {
    const { reason = 'asked', tool = null } = cause ?? {};
    const isKnown = this.#agentTools.some(({ name }) => name === tool);
    this.#metrics.escalated(this.#labels, {
      reason,
      tool: tool === null || isKnown ? tool : OTHER_TOOL,
    });
  }
}
