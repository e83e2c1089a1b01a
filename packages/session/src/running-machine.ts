import { createActor } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import { MachineRecorder } from './machine-recorder.ts';
import type { Clock } from './ports/clock.ts';
import type { Recording } from './ports/recorder.ts';
import type { SessionInput } from './session.context.ts';
import type { SessionDecision, SessionFact } from './session.facts.ts';
import { sessionMachine } from './session.machine.ts';
import type { MachineStep } from './session-options.ts';
import type { SessionNews } from './session-parts.ts';
import { StateWatch } from './state-watch.ts';
import type { toolCallMachine } from './tool-call.machine.ts';

/** What a {@link RunningMachine} needs. */
export interface RunningMachineOptions {
  readonly input: SessionInput;
  /** Keeps what the machine is told. */
  readonly recording: Recording | null;
  readonly clock: Clock;
  /** Told of states that change. */
  readonly notify: (news: SessionNews) => void;
  readonly onStep?: (step: MachineStep) => void;
}

/** The machine of one session as it runs: facts go in, decisions and changed states come out. */
export class RunningMachine {
  readonly #options: RunningMachineOptions;
  readonly #recorder: MachineRecorder;
  readonly #actor;
  readonly #watch: StateWatch;
  #isStopped = false;

  constructor(options: RunningMachineOptions) {
    const { input, recording, clock, notify } = options;
    this.#options = options;
    this.#watch = new StateWatch(notify);
    this.#recorder = new MachineRecorder(recording, clock);
    this.#actor = createActor(sessionMachine, {
      input,
      clock: this.#recorder.clock,
      // Microsteps, because a state may be passed through without rest.
      inspect: (event) => {
        if (event.type !== '@xstate.microstep') return;
        options.onStep?.(event);
        this.#see(event);
      },
    });
  }

  /** Decisions are told once listeners have seen the state in which they were taken. */
  start(listener: {
    readonly onDecision: (decision: SessionDecision) => void;
    readonly onError: (error: unknown) => void;
  }): void {
    const decisions: SessionDecision[] = [];
    this.#actor.on('*', (decision) => decisions.push(decision));
    this.#actor.subscribe({
      next: () => decisions.splice(0).forEach(listener.onDecision),
      error: listener.onError,
    });
    this.#watch.see(this.#actor.getSnapshot().value, 'timer');
    this.#actor.start();
  }

  /** Writes down what the machine began with. */
  record(): void {
    this.#recorder.started(this.#options.input);
  }

  hear(fact: SessionFact): void {
    this.#recorder.heard(fact);
    this.#actor.send(fact);
  }

  /** Whether the fact would change anything. */
  takes(fact: SessionFact): boolean {
    return this.#actor.getSnapshot().can(fact);
  }

  stop(): void {
    this.#isStopped = true;
    this.#actor.stop();
  }

  #see({ actorRef, snapshot, event }: MachineStep): void {
    if (actorRef === this.#actor) {
      this.#watch.see((snapshot as SnapshotFrom<typeof sessionMachine>).value, event.type);
      return;
    }
    // The machines of calls that are still waited for stop with that of the session.
    if (this.#isStopped) return;
    const { value, context, status } = snapshot as SnapshotFrom<typeof toolCallMachine>;
    this.#watch.seeCall(context.callId, value, status !== 'active');
  }
}
