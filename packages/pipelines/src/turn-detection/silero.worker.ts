import { parentPort, workerData } from 'node:worker_threads';
import { WORKER_READY } from '../start-worker.ts';
import { MAX_BATCH, SileroBatch } from './silero-batch.ts';
import { WindowReader } from './window-reader.ts';
import {
  IS_ASLEEP,
  LIFE,
  NEVER,
  RESULT_FIELDS,
  RUNNING,
  SIGNAL,
  STOPPED,
  WINDOW_SAMPLES,
  type WindowSlots,
} from './window-slots.ts';

/** What the thread is started with. */
export interface SileroWorkerData {
  readonly modelPath: string;
  readonly slots: WindowSlots;
}

/**
 * Least time from one run to the next. A lone session never waits for it; many sessions' windows
 * come together into fewer and cheaper runs.
 */
const RUN_SPACING_MS = 4;
/** A missed call for attention costs no more than this. */
const LONGEST_SLEEP_MS = 250;
/** Results in one message: judged windows and any that were passed over. */
const MAX_RESULTS = 8 * MAX_BATCH;

if (parentPort) await judgeUntilStopped(parentPort.postMessage.bind(parentPort));

async function judgeUntilStopped(post: (message: unknown) => void): Promise<void> {
  const { modelPath, slots } = workerData as SileroWorkerData;
  const { control } = slots;
  const batch = await SileroBatch.load(modelPath, slots.generations.length);
  const reader = new WindowReader(slots, batch, MAX_RESULTS);
  // The first run allocates; a caller must not wait for that.
  batch.add(0, new Int16Array(WINDOW_SAMPLES));
  await batch.run();
  batch.resetStream(0);
  post(WORKER_READY);

  while (Atomics.load(control, LIFE) === RUNNING) {
    const signal = Atomics.load(control, SIGNAL);
    const startedAtMs = performance.now();
    const results = await reader.judge();
    if (results > 0) {
      post(reader.results.slice(0, results * RESULT_FIELDS));
      const spareMs = RUN_SPACING_MS - (performance.now() - startedAtMs);
      if (spareMs > 0 && !reader.hasMore) Atomics.wait(control, NEVER, 0, spareMs);
      continue;
    }
    Atomics.store(control, IS_ASLEEP, 1);
    Atomics.wait(control, SIGNAL, signal, LONGEST_SLEEP_MS);
    Atomics.store(control, IS_ASLEEP, 0);
  }
  Atomics.store(control, LIFE, STOPPED);
  Atomics.notify(control, LIFE);
}
