import type { StateValue } from 'xstate';
import type { SessionNews } from './session-parts.ts';

const REGIONS = ['caller', 'turn', 'agentAudio'] as const;

/** Tells which regions of the machine, and which machines of its calls, are in another state. */
export class StateWatch {
  readonly #notify: (news: SessionNews) => void;
  readonly #last = new Map<string, string>();
  readonly #calls = new Map<string, string>();

  constructor(notify: (news: SessionNews) => void) {
    this.#notify = notify;
  }

  /** Compares with the value seen before; the first value is only remembered. */
  see(value: StateValue, cause: string): void {
    if (typeof value === 'string') return;
    for (const region of REGIONS) {
      const to = pathOf(value[region]);
      const from = this.#last.get(region);
      if (from === to) continue;
      this.#last.set(region, to);
      if (from !== undefined) {
        this.#notify({ type: 'state.changed', region, from, to, cause: causeOf(cause) });
      }
    }
  }

  /** The same for the machine of a pending call; a final state is its end. */
  seeCall(callId: string, value: StateValue, isOver: boolean): void {
    const states = isOver ? [] : leavesOf(value);
    const key = states.join();
    if (key === (this.#calls.get(callId) ?? '')) return;
    if (isOver) this.#calls.delete(callId);
    else this.#calls.set(callId, key);
    this.#notify({ type: 'call.changed', callId, states });
  }
}

/** `{ responding: 'speaking' }` → `responding.speaking`. */
function pathOf(value: StateValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  const [name, inner] = Object.entries(value)[0] ?? ['', undefined];
  const rest = pathOf(inner);
  return rest === '' ? name : `${name}.${rest}`;
}

/** The active leaves as dotted paths: one, or one of each region that is parallel. */
export function leavesOf(value: StateValue): string[] {
  if (typeof value === 'string') return [value];
  return Object.entries(value).flatMap(([name, inner]) => {
    const below = inner === undefined ? [] : leavesOf(inner);
    return below.length === 0 ? [name] : below.map((path) => `${name}.${path}`);
  });
}

/** An event of the machine's own is one of its delays. */
export function causeOf(eventType: string): string {
  return eventType.startsWith('xstate.') ? 'timer' : eventType;
}
