import type { SessionLabels, SessionMetrics } from '@antiphon/observability';
import type { ControlChannel, SessionEvent } from '@antiphon/session';

/** What one session's metrics need. */
export interface SessionMetricsChannelOptions {
  readonly metrics: SessionMetrics;
  /** The agent's names as its folder has them. */
  readonly labels: SessionLabels;
  /** On the clock of the session's events. */
  readonly startedAtMs: number;
}

/** Counts what a session tells of its turns and its end; it never asks for anything. */
export class SessionMetricsChannel implements ControlChannel {
  readonly #metrics: SessionMetrics;
  readonly #labels: SessionLabels;
  readonly #startedAtMs: number;

  constructor({ metrics, labels, startedAtMs }: SessionMetricsChannelOptions) {
    this.#metrics = metrics;
    this.#labels = labels;
    this.#startedAtMs = startedAtMs;
  }

  attach(): void {
    // It asks nothing of the session.
  }

  notify(event: SessionEvent): void {
    switch (event.type) {
      case 'turn.measured':
        this.#metrics.turn(this.#labels, event.report);
        return;
      case 'bargeIn.decided':
        this.#metrics.bargeIn(this.#labels, event.verdict === 'cut' ? 'cut' : 'false_alarm');
        return;
      case 'handoff.requested':
        this.#metrics.escalated(this.#labels);
        return;
      case 'invariant.violated':
        this.#metrics.violated(this.#labels, event.name);
        return;
      case 'engine.failed':
        this.#metrics.engineFailed(this.#labels, event.code);
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
}
