import type { StateValue } from 'xstate';
import type { SessionNews } from './session-parts.ts';

const REGIONS = ['caller', 'turn', 'agentAudio'] as const;

/** Tells which regions of the machine are in another state than before. */
export class StateWatch {
  readonly #notify: (news: SessionNews) => void;
  readonly #last = new Map<string, string>();

  constructor(notify: (news: SessionNews) => void) {
    this.#notify = notify;
  }

  /** Compares with the value seen before; the first value is only remembered. */
  see(value: StateValue): void {
    if (typeof value === 'string') return;
    for (const region of REGIONS) {
      const to = pathOf(value[region]);
      const from = this.#last.get(region);
      if (from === to) continue;
      this.#last.set(region, to);
      if (from !== undefined) this.#notify({ type: 'state.changed', region, from, to });
    }
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
