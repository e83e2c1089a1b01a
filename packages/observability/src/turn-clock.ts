import type { HopBudgets } from './latency-budgets.ts';
import type { Hop, TurnReport } from './turn-report.ts';
import { HOPS } from './turn-report.ts';

/** What a turn of the agent's starts from. */
export interface TurnStart {
  readonly turn: number;
  readonly generationId: string;
  readonly askedAtMs: number;
  /** What its hops may take. */
  readonly budgetsMs?: HopBudgets | undefined;
}

/** The caller's turn to which a generation is the first sound. */
export interface AnsweredTurn {
  readonly itemId: string;
  readonly voiceEndAtMs: number | null;
  readonly committedAtMs: number;
  /** When its transcript was final; null where the engine does not mark it. */
  readonly transcribedAtMs: number | null;
  /** Whether the generation was asked for as the answer to the turn, and not later. */
  readonly isOwnAnswer: boolean;
}

/** Gathers the instants of one turn as plain numbers and adds them up into a report. */
export class TurnClock {
  readonly #start: TurnStart;
  readonly #ends = new Map<Hop, number>();

  constructor(start: TurnStart) {
    this.#start = start;
  }

  /** Notes when a hop ended; the first note of a hop counts. */
  mark(hop: Hop, atMs: number): void {
    if (!this.#ends.has(hop)) this.#ends.set(hop, atMs);
  }

  /**
   * Ends the turn with the instant at which the first agent audio was written; `answered` is null
   * for what answers nobody.
   */
  finish(firstAudioAtMs: number, answered: AnsweredTurn | null): TurnReport {
    const { turn, generationId, askedAtMs, budgetsMs } = this.#start;
    const voiceEndAtMs = answered?.voiceEndAtMs ?? null;
    const committedAtMs = answered?.committedAtMs ?? askedAtMs;
    const zeroAtMs = voiceEndAtMs ?? committedAtMs;
    if (answered && !answered.isOwnAnswer) {
      this.#ends.set('endpointing', answered.transcribedAtMs ?? committedAtMs);
      this.#ends.set('wait', askedAtMs);
    }
    this.#ends.set('egress', firstAudioAtMs);
    const hops: Record<Hop, number | null> = {
      endpointing: null,
      wait: null,
      inference: null,
      aggregation: null,
      synthesis: null,
      egress: null,
    };
    let reachedAtMs = zeroAtMs;
    let explainedMs = 0;
    for (const hop of HOPS) {
      const endedAtMs = this.#ends.get(hop);
      if (endedAtMs === undefined) continue;
      // Work done before the hop before it ended (speculation) costs the chain nothing.
      const hopMs = Math.max(0, endedAtMs - reachedAtMs);
      hops[hop] = hopMs;
      explainedMs += hopMs;
      reachedAtMs = Math.max(reachedAtMs, endedAtMs);
    }
    return {
      turn,
      itemId: answered?.itemId ?? null,
      generationId,
      voiceEndAtMs,
      committedAtMs,
      firstAudioAtMs,
      hops,
      voiceToVoiceMs: voiceEndAtMs === null ? null : firstAudioAtMs - voiceEndAtMs,
      postEndpointMs: firstAudioAtMs - committedAtMs,
      unexplainedMs: firstAudioAtMs - zeroAtMs - explainedMs,
      ...(budgetsMs && { budgetsMs }),
    };
  }
}
