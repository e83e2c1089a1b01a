import type { Clock, ControlChannel } from '@antiphon/session';
import type { Access } from '../access.ts';
import { FleetWatch } from './fleet-watch.ts';

/** What the turns and tools of all sessions tell, and of those of each tenant. */
export class Fleets {
  readonly #clock: Clock;
  readonly #all: FleetWatch;
  /** As many as keys name. */
  readonly #tenants = new Map<string, FleetWatch>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#all = new FleetWatch(clock);
  }

  of({ tenant }: Access): FleetWatch {
    if (tenant === null) return this.#all;
    let fleet = this.#tenants.get(tenant);
    if (!fleet) this.#tenants.set(tenant, (fleet = new FleetWatch(this.#clock)));
    return fleet;
  }

  /** What listens to a session of this agent. */
  open(session: {
    readonly sessionId: string;
    readonly agent: string;
    readonly tenant: string | null;
  }): readonly ControlChannel[] {
    const { sessionId, agent, tenant } = session;
    const fleets = tenant === null ? [this.#all] : [this.#all, this.of({ tenant })];
    return fleets.map((fleet) => fleet.open(sessionId, agent));
  }

  /** A turn that was told is traced under this id. */
  traced(sessionId: string, turn: number, traceId: string): void {
    for (const fleet of [this.#all, ...this.#tenants.values()]) {
      fleet.traced(sessionId, turn, traceId);
    }
  }
}
