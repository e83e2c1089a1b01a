import type { RecordedEvent, SessionEvent } from '@antiphon/session';
import type { CallTold } from './command-line-caller.ts';

/** An event of a kind. */
type EventOf<Type extends SessionEvent['type']> = Extract<SessionEvent, { readonly type: Type }>;

/** A call that is over: what the caller tells of it, and what the server recorded. */
export class EngineCall {
  readonly told: CallTold;
  readonly events: readonly RecordedEvent[];

  constructor(told: CallTold, events: readonly RecordedEvent[]) {
    this.told = told;
    this.events = events;
  }

  /** The events of a kind, in order. */
  all<Type extends SessionEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** The conversation in its order, a line for each item, as a model reads it at the end. */
  get history(): string[] {
    const order: string[] = [];
    for (const { item, previousItemId } of this.all('item.added')) {
      const after = previousItemId === null ? -1 : order.indexOf(previousItemId);
      order.splice(after + 1, 0, item.id);
    }
    return order.map((id) => this.#line(id));
  }

  #line(id: string): string {
    const { item } = this.all('item.added').find((event) => event.item.id === id)!;
    if (item.kind === 'toolCall') return `call: ${item.name} ${item.arguments}`;
    if (item.kind === 'toolOutput') return `result: ${item.output}`;
    const cut = this.all('item.truncated').find(({ itemId }) => itemId === id);
    const heard = this.all('caller.transcript').findLast(
      ({ itemId, isFinal }) => itemId === id && isFinal,
    );
    const done = this.all('item.done').find((event) => event.item.id === id)?.item;
    const said = done?.kind === 'message' ? done.text : null;
    return `${item.speaker}: ${cut ? `${cut.heard} |` : (heard?.text ?? said)}`;
  }
}
