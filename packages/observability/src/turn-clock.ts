import type { Hop, TurnReport } from './turn-report.ts';
import { HOPS } from './turn-report.ts';

/** What a turn starts from. */
export interface TurnStart {
  readonly turn: number;
  readonly itemId: string | null;
  readonly generationId: string;
  readonly voiceEndAtMs: number | null;
  readonly committedAtMs: number;
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

  /** Ends the turn with the instant at which the first agent audio was written. */
  finish(firstAudioAtMs: number): TurnReport {
    const { voiceEndAtMs, committedAtMs } = this.#start;
    const zeroAtMs = voiceEndAtMs ?? committedAtMs;
    this.#ends.set('egress', firstAudioAtMs);
    const hops: Record<Hop, number | null> = {
      endpointing: null,
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
      turn: this.#start.turn,
      itemId: this.#start.itemId,
      generationId: this.#start.generationId,
      voiceEndAtMs,
      committedAtMs,
      firstAudioAtMs,
      hops,
      voiceToVoiceMs: voiceEndAtMs === null ? null : firstAudioAtMs - voiceEndAtMs,
      postEndpointMs: firstAudioAtMs - committedAtMs,
      unexplainedMs: firstAudioAtMs - zeroAtMs - explainedMs,
    };
  }
}
