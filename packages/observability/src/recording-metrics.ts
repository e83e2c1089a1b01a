import type { Counter, Histogram, Meter } from '@opentelemetry/api';

/** Why a recording is at fault: there are few. */
export type RecordingFault = 'disk_full' | 'write_failed' | 'overrun';

/** What is appended to a recording. */
export type AppendKind = 'events' | 'sound';

/** In seconds: from a cached write to a disk that hangs. */
const APPENDS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics of recordings: how long they take to write, and what recordings could not keep. */
export class RecordingMetrics {
  readonly #faults: Counter;
  readonly #lost: Counter;
  readonly #incomplete: Counter;
  readonly #appends: Histogram;

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
    this.#appends = meter.createHistogram('antiphon.store.append.duration', {
      description: 'How long it took to append to a recording.',
      unit: 's',
      advice: { explicitBucketBoundaries: APPENDS_S },
    });
  }

  /** However it went. */
  appended(kind: AppendKind, tookMs: number): void {
    this.#appends.record(tookMs / 1000, { 'antiphon.store.kind': kind });
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
