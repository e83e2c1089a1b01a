import type { SessionEvent } from '../ports/session-event.ts';

/** Counts the configurations (`caller | turn | agentAudio`) that sessions rested in, and left. */
export class ConfigurationTally {
  readonly #seen = new Map<string, number>();
  readonly #left = new Set<string>();

  /** Takes all events of a session, whose regions begin as the machine does. */
  see(events: readonly SessionEvent[]): void {
    const regions = { caller: 'silent', turn: 'listening', agentAudio: 'idle' };
    let before = '';
    for (const [index, event] of events.entries()) {
      if (event.type === 'state.changed') regions[event.region] = event.to;
      // What moves in one instant is on its way, and rests in none of the states between.
      if (events[index + 1]?.atMs === event.atMs) continue;
      const now = `${regions.caller} | ${regions.turn} | ${regions.agentAudio}`;
      if (now === before) continue;
      if (before !== '') this.#left.add(before);
      this.#seen.set(now, (this.#seen.get(now) ?? 0) + 1);
      before = now;
    }
  }

  /** Each configuration that was seen, in order. */
  get seen(): string[] {
    return [...this.#seen.keys()].toSorted();
  }

  /** How often the rarest was seen. */
  get rarest(): [configuration: string, count: number] {
    return [...this.#seen].reduce((rarest, entry) => (entry[1] < rarest[1] ? entry : rarest));
  }

  /** Those that no session left again. */
  get neverLeft(): string[] {
    return this.seen.filter((configuration) => !this.#left.has(configuration));
  }
}
