import type { SessionConfig, SessionEvent } from '@antiphon/session';

/** A wait in which nobody is heard for longer is dead air. */
const DEAD_AIR_MS = 2_000;

/** Finds the waits for the agent in which nobody is heard, from what one session tells. */
export class DeadAirWatch {
  #isCallerSilent = true;
  #isAgentSilent = true;
  #isOwed = false;
  #modality: SessionConfig['modality'];
  /** Of the answer that is being made. */
  #isRead = false;
  #quietSinceMs: number | null = null;

  constructor(modality: SessionConfig['modality']) {
    this.#modality = modality;
  }

  /** Takes the next event; whether it ends a wait that was dead air. */
  see(event: SessionEvent): boolean {
    switch (event.type) {
      case 'session.configured':
        this.#modality = event.config.modality;
        return false;
      case 'generation.started':
        this.#isRead = (event.options.modality ?? this.#modality) === 'text';
        return this.#look(event.atMs);
      case 'state.changed':
        if (event.region === 'caller') this.#isCallerSilent = event.to === 'silent';
        if (event.region === 'agentAudio') this.#isAgentSilent = event.to !== 'playing';
        if (event.region === 'turn') this.#isOwed = /^(?:responding|toolPending)\b/u.test(event.to);
        return this.#look(event.atMs);
      case 'session.ended':
        this.#isOwed = false;
        return this.#look(event.atMs);
      default:
        return false;
    }
  }

  #look(atMs: number): boolean {
    const isQuiet = this.#isOwed && this.#isCallerSilent && this.#isAgentSilent && !this.#isRead;
    const sinceMs = this.#quietSinceMs;
    if (isQuiet) {
      this.#quietSinceMs ??= atMs;
      return false;
    }
    this.#quietSinceMs = null;
    return sinceMs !== null && atMs - sinceMs > DEAD_AIR_MS;
  }
}
