import type { Counter, Meter } from '@opentelemetry/api';

/** Why a recording is at fault: there are few. */
export type RecordingFault = 'disk_full' | 'write_failed' | 'overrun';

/** Metrics of what recordings could not keep. */
export class RecordingMetrics {
  readonly #faults: Counter;
  readonly #lost: Counter;
  readonly #incomplete: Counter;

  constructor(meter: Meter) {
    this.#faults = meter.createCounter('antiphon.recording.faults', {
      description: 'Times that a recording could not be written or held, by what it met.',
      unit: '{fault}',
    });
    this.#lost = meter.createCounter('antiphon.recording.lost', {
      description: 'Bytes of sound and events that recordings lost.',
      unit: 'By',
    });
    this.#incomplete = meter.createCounter('antiphon.recordings.incomplete', {
      description: 'Sessions whose recordings lost something.',
      unit: '{session}',
    });
  }

  faulted(fault: RecordingFault): void {
    this.#faults.add(1, { 'error.type': fault });
  }

  /** `isFirst` once in a session. */
  lost({ bytes, isFirst }: { readonly bytes: number; readonly isFirst: boolean }): void {
    this.#lost.add(bytes);
    if (isFirst) this.#incomplete.add(1);
  }
}
