import type { ControlChannel, SessionControl } from '../ports/control-channel.ts';
import type { SessionEvent } from '../ports/session-event.ts';

/** A channel that remembers what it was told. */
export class ListeningChannel implements ControlChannel {
  readonly events: SessionEvent[] = [];
  #control: SessionControl | null = null;

  attach(session: SessionControl): void {
    this.#control = session;
  }

  notify(event: SessionEvent): void {
    this.events.push(event);
  }

  get control(): SessionControl {
    if (!this.#control) throw new Error('The session did not attach.');
    return this.#control;
  }

  /** The events of one type, in order. */
  of<Type extends SessionEvent['type']>(type: Type): Extract<SessionEvent, { type: Type }>[] {
    return this.events.filter(
      (event): event is Extract<SessionEvent, { type: Type }> => event.type === type,
    );
  }

  /** States the turn region went through. */
  turnStates(): string[] {
    return this.of('state.changed')
      .filter((event) => event.region === 'turn')
      .map((event) => event.to);
  }
}
