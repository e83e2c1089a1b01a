import { systemClock } from '@antiphon/session';
import type { RelayedTurn } from './bench-providers.ts';

/** Turns that nobody asks for; the oldest go. */
const MAX_TURNS = 100_000;

type OpenTurn = {
  -readonly [Field in keyof Omit<RelayedTurn, 'answeredAtMs'>]: RelayedTurn[Field];
};

/** Notes when callers' turns go by at a model. A session says in its instructions whose it is. */
export class RelayedTurns {
  readonly #open = new Map<number, OpenTurn>();
  #over: RelayedTurn[] = [];

  /** The model has all of a turn. */
  heard(instructions: string | undefined): void {
    const caller = callerOf(instructions);
    if (caller === null) return;
    this.#open.set(caller, {
      caller,
      heardAtMs: systemClock.now(),
      toldAtMs: null,
      askedAtMs: null,
    });
  }

  /** Its transcript is sent. */
  told(instructions: string | undefined): void {
    const turn = this.#turnOf(instructions);
    if (turn) turn.toldAtMs ??= systemClock.now();
  }

  /** The answer to it is asked for. */
  asked(instructions: string | undefined): void {
    const turn = this.#turnOf(instructions);
    if (turn) turn.askedAtMs ??= systemClock.now();
  }

  /** Sound of the answer is sent; only the first counts. */
  answered(instructions: string | undefined): void {
    const turn = this.#turnOf(instructions);
    if (!turn) return;
    this.#open.delete(turn.caller);
    this.#over.push({ ...turn, answeredAtMs: systemClock.now() });
    if (this.#over.length > MAX_TURNS) this.#over.shift();
  }

  /** Those that were answered since the last call. */
  take(): readonly RelayedTurn[] {
    return this.#over.splice(0);
  }

  #turnOf(instructions: string | undefined): OpenTurn | null {
    const caller = callerOf(instructions);
    return caller === null ? null : (this.#open.get(caller) ?? null);
  }
}

/** `Caller 7.` */
function callerOf(instructions = ''): number | null {
  const number = /^Caller (\d+)\./u.exec(instructions)?.[1];
  return number === undefined ? null : Number(number);
}
