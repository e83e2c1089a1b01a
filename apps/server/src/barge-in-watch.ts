import type { SessionEvent } from '@antiphon/session';

/** How the session took speech over the agent, as far as it has by now. */
export interface BargeInReaction {
  /** `silenced`: the agent is not heard any more. `cut`: it was decided that it stays so. */
  readonly stage: 'silenced' | 'cut';
  /** From when the speech was told. */
  readonly reactionMs: number;
  /** Audio that was sent to the caller since. */
  readonly sentMs: number;
}

interface Onset {
  readonly atMs: number;
  readonly sentMs: number;
  readonly isSilenced: boolean;
}

/** Measures how one session reacts to speech over the agent, from what it tells. */
export class BargeInWatch {
  readonly #sentMs: () => number;
  #isPlaying = false;
  #onset: Onset | null = null;

  /** `sentMs` tells how much audio was sent to the caller so far. */
  constructor(sentMs: () => number) {
    this.#sentMs = sentMs;
  }

  /** Takes the next event; null where it is no reaction. Each stage comes once for each speech. */
  see(event: SessionEvent): BargeInReaction | null {
    switch (event.type) {
      case 'caller.speechStarted':
        this.#onset = this.#isPlaying
          ? { atMs: event.atMs, sentMs: this.#sentMs(), isSilenced: false }
          : null;
        return null;
      case 'state.changed':
        return this.#stateChanged(event);
      case 'bargeIn.decided': {
        const onset = this.#onset;
        this.#onset = null;
        return onset?.isSilenced && event.verdict === 'cut'
          ? this.#reaction('cut', onset, event.atMs)
          : null;
      }
      default:
        return null;
    }
  }

  #stateChanged({
    region,
    to,
    cause,
    atMs,
  }: Extract<SessionEvent, { type: 'state.changed' }>): BargeInReaction | null {
    const onset = this.#onset;
    if (region === 'agentAudio') this.#isPlaying = to === 'playing';
    if (!onset || onset.isSilenced) return null;
    // It was let go on, and what comes of it later is no reaction to this speech.
    if (region === 'caller' && to === 'silent') this.#onset = null;
    if (region !== 'agentAudio' || to === 'playing') return null;
    const isReaction = cause === 'playout.held' || cause === 'playout.cut';
    this.#onset = isReaction ? { ...onset, isSilenced: true } : null;
    return isReaction ? this.#reaction('silenced', onset, atMs) : null;
  }

  #reaction(stage: BargeInReaction['stage'], onset: Onset, atMs: number): BargeInReaction {
    return {
      stage,
      reactionMs: Math.max(0, atMs - onset.atMs),
      sentMs: this.#sentMs() - onset.sentMs,
    };
  }
}
