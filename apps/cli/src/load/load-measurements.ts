/** Milliseconds that callers measure, by what they are the time of. */
export const MEASURES = [
  'turnOverhead',
  'postEndpoint',
  'voiceToVoice',
  'madeReady',
  'notMadeReady',
  'overProviders',
  'relayUp',
  'relayBetween',
  'relayDown',
  'bargeInDetected',
  'bargeInSilenced',
  'bargeInStopped',
  'bargeInCancelled',
] as const;

/**
 * What is measured, always at the caller:
 *
 * - `turnOverhead`: from sending the frame that completes the silence window to receiving the first
 *   audio of the answer. With an engine that answers at once it is what the service itself costs.
 * - `postEndpoint`: from receiving speech_stopped to receiving the first audio.
 * - `voiceToVoice`: from sending the last voiced frame to receiving the first audio.
 * - `madeReady`, `notMadeReady`: `postEndpoint`, of turns whose words a cascade had in the pause before
 *   their end, so that the answer could be made ready, and of those that ended with another word.
 * - `overProviders`: `turnOverhead` less the delays of the providers that the answer waited for.
 * - `relayUp`, `relayDown`: from sending the frame that completes the silence window to its model's
 *   having all of the turn, and from its sending the first audio to receiving that: all of the way,
 *   with what of it an engine in the process has as well.
 * - `relayBetween`: at the model, from sending the transcript to being asked for the answer.
 * - `bargeInDetected`: from sending the first voiced frame to receiving speech_started.
 * - `bargeInSilenced`: from sending the first voiced frame to speech_started, when the caller stops
 *   playing, or to the last audio of the interrupted answer, whichever is later.
 * - `bargeInStopped`: from receiving speech_started, the detector's decision, to the last audio of the
 *   interrupted answer; 0 where none came after it.
 * - `bargeInCancelled`: from speech_started to the response.done of the answer that it cancelled.
 */
export type Measure = (typeof MEASURES)[number];

/** A turn at its caller, in milliseconds of the caller's clock. */
export interface AnsweredTurn {
  readonly caller: number;
  /** The frame that completed the silence window was sent. */
  readonly endAtMs: number;
  /** The first audio of the answer came. */
  readonly answeredAtMs: number;
}

/** What all callers of a run add up. */
export class LoadMeasurements {
  readonly values: Record<Measure, number[]> = emptyValues();
  turns = 0;
  bargeIns = 0;
  /** Every turn that was answered after a silence window that was known. */
  answered: AnsweredTurn[] = [];
  /** Answers whose audio ran dry while it was being heard, and for how long in all. */
  gaps = 0;
  gapMs = 0;
  /** How often each error happened. */
  errors = new Map<string, number>();

  add(measure: Measure, ms: number): void {
    this.values[measure].push(ms);
  }

  fail(error: string): void {
    this.errors.set(error, (this.errors.get(error) ?? 0) + 1);
  }

  /** Forgets the measurements of the start; errors stay. */
  restart(): void {
    Object.assign(this.values, emptyValues());
    this.turns = 0;
    this.bargeIns = 0;
    this.answered = [];
    this.gaps = 0;
    this.gapMs = 0;
  }
}

function emptyValues(): Record<Measure, number[]> {
  return Object.fromEntries(MEASURES.map((measure) => [measure, []])) as unknown as Record<
    Measure,
    number[]
  >;
}
