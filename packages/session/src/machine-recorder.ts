import type { Clock } from './ports/clock.ts';
import type { Recording } from './ports/recorder.ts';
import type { SessionInput } from './session.context.ts';
import type { SessionFact } from './session.facts.ts';
import { sessionMachine } from './session.machine.ts';

/**
 * Writes down what the machine is told, in the order in which it hears it, so that `replaySession`
 * can step it through the same once more. Without a recording it does nothing.
 */
export class MachineRecorder {
  readonly #recording: Recording | null;
  readonly #clock: Clock;
  #timerCount = 0;

  constructor(recording: Recording | null, clock: Clock) {
    this.#recording = recording;
    this.#clock = clock;
  }

  /** The machine's time: its delays are counted as they are set and noted as they end. */
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'> = {
    setTimeout: (run, delayMs) => {
      const timer = this.#timerCount++;
      return this.#clock.setTimeout(() => {
        this.#recording?.event({ type: 'machine.timer', timer, atMs: this.#clock.now() });
        run();
      }, delayMs);
    },
    clearTimeout: (timer) => this.#clock.clearTimeout(timer),
  };

  started(input: SessionInput): void {
    const version = sessionMachine.version ?? '';
    this.#recording?.event({ type: 'machine.started', version, input, atMs: this.#clock.now() });
  }

  /** Before the machine hears it. */
  heard(fact: SessionFact): void {
    this.#recording?.event({ type: 'machine.heard', fact, atMs: this.#clock.now() });
  }
}
