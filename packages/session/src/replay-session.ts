import type { Replay, ReplayStep } from '@antiphon/observability';
import { createActor } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import type { MachineRecord, RecordedEvent, SessionEvent } from './ports/session-event.ts';
import type { SessionFact } from './session.facts.ts';
import type { SessionInput } from './session.context.ts';
import { sessionMachine } from './session.machine.ts';
import type { SessionNews } from './session-parts.ts';
import { causeOf, leavesOf, StateWatch } from './state-watch.ts';

/** More steps than an hour of the liveliest talk makes; what comes after is not replayed. */
const MAX_STEPS = 50_000;

type Moved = Omit<Extract<SessionEvent, { type: 'state.changed' }>, 'atMs'>;

/**
 * Steps the machine of this version through the events of a recording, and compares the states it
 * goes through with those recorded. It rests after each step for those who have other work to do,
 * and never throws: what cannot be replayed is a `problem`.
 */
export function* replaySession(events: Iterable<RecordedEvent>): Generator<void, Replay, void> {
  const shippedVersion = sessionMachine.version ?? '';
  const records = [...events];
  const started = records.find((event) => event.type === 'machine.started');
  if (started?.type !== 'machine.started') {
    return {
      recordedVersion: null,
      shippedVersion,
      steps: [],
      disagreement: null,
      problem: 'The recording does not say what the machine was told: it cannot be replayed.',
    };
  }
  const steps: ReplayStep[] = [];
  let problem: string | null = null;
  const replayed = new Replayed(started.input as SessionInput);
  try {
    steps.push(replayed.step(started.atMs, 'started'));
    for (const event of records) {
      if (event.type !== 'machine.heard' && event.type !== 'machine.timer') continue;
      if (steps.length === MAX_STEPS) {
        problem = `Only the first ${MAX_STEPS} steps were replayed.`;
        break;
      }
      steps.push(replayed.take(event));
      yield;
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problem = `The machine could not go on after step ${steps.length}: ${why}`;
  } finally {
    replayed.stop();
  }
  return {
    recordedVersion: started.version,
    shippedVersion,
    steps,
    disagreement: problem === null ? disagreementOf(records, replayed.moves) : null,
    problem,
  };
}

/** A machine that hears what another one has heard. */
class Replayed {
  readonly #actor;
  readonly #timers: (() => void)[] = [];
  readonly #watch = new StateWatch((news) => this.#note(news));
  readonly moves: Moved[] = [];
  #failure: { readonly error: unknown } | null = null;

  constructor(input: SessionInput) {
    this.#actor = createActor(sessionMachine, {
      input,
      // Delays end when they ended in the recording, not before.
      clock: {
        setTimeout: (run: () => void) => this.#timers.push(run) - 1,
        clearTimeout: () => {},
      },
      inspect: (event) => {
        if (event.type !== '@xstate.microstep' || event.actorRef !== this.#actor) return;
        const { value } = event.snapshot as SnapshotFrom<typeof sessionMachine>;
        this.#watch.see(value, event.event.type);
      },
    });
    this.#actor.subscribe({ error: (error) => (this.#failure = { error }) });
    this.#watch.see(this.#actor.getSnapshot().value, 'timer');
    this.#actor.start();
  }

  take(record: Extract<MachineRecord, { type: 'machine.heard' | 'machine.timer' }>): ReplayStep {
    if (this.#actor.getSnapshot().status === 'active') {
      if (record.type === 'machine.heard') this.#actor.send(record.fact as SessionFact);
      else this.#timers[record.timer]?.();
    }
    if (this.#failure) throw this.#failure.error;
    return this.step(record.atMs, record.type === 'machine.heard' ? record.fact.type : 'timer');
  }

  step(atMs: number, cause: string): ReplayStep {
    const { value, children, context } = this.#actor.getSnapshot();
    const calls: Record<string, readonly string[]> = {};
    for (const [callId, child] of Object.entries(children)) {
      const snapshot = child?.getSnapshot();
      if (snapshot?.status === 'active') calls[callId] = leavesOf(snapshot.value);
    }
    return { atMs, cause, states: leavesOf(value), calls, context: { ...context } };
  }

  stop(): void {
    this.#actor.stop();
  }

  #note(news: SessionNews): void {
    if (news.type === 'state.changed') this.moves.push(news);
  }
}

/** The first state that was recorded and not gone through, or the other way round. */
function disagreementOf(
  records: readonly RecordedEvent[],
  replayed: readonly Moved[],
): Replay['disagreement'] {
  const recorded = records.filter((event) => event.type === 'state.changed');
  const lastAtMs = records.at(-1)?.atMs ?? 0;
  for (let index = 0; index < Math.max(recorded.length, replayed.length); index++) {
    const [was, is] = [recorded[index], replayed[index]].map(written);
    if (was === is) continue;
    const atMs = recorded[index]?.atMs ?? lastAtMs;
    return { atMs, recorded: was ?? 'nothing more', replayed: is ?? 'nothing more' };
  }
  return null;
}

function written(move: Moved | undefined): string | undefined {
  return move && `${move.region}: ${move.from} → ${move.to} (${causeOf(move.cause)})`;
}
