import { fileURLToPath } from 'node:url';
import type { TurnDetection, TurnDetector, TurnDetectors, TurnFact } from '@antiphon/session';
import { PipelineError } from '../pipeline-error.ts';
import { startWorker, type RunningWorker } from '../start-worker.ts';
import { NeuralTurnDetector } from './neural-turn-detector.ts';
import type { SileroWorkerData } from './silero.worker.ts';
import {
  createWindowSlots,
  LIFE,
  RESULT_FIELDS,
  SIGNAL,
  STOPPING,
  USED_SLOTS,
  type WindowSlots,
} from './window-slots.ts';

/** Sessions listened to at once: more than one worker judges in time, and 32 MiB when all are used. */
const DEFAULT_MAX_SESSIONS = 4096;

/**
 * How long the worker may take to leave the model: a full batch on a busy machine. A thread that is
 * ended inside the model takes the whole process down with it.
 */
const STOP_TIMEOUT_MS = 1000;

const MODEL_URL = new URL('../../models/silero-vad/silero_vad.onnx', import.meta.url);

/** How a {@link NeuralTurnDetectors} starts. */
export interface NeuralTurnDetectorsOptions {
  /** Detectors open at once, 4096 unless given; one more throws `detector_full`. */
  readonly maxSessions?: number;
  /** Called once when the worker thread ends on its own; all detectors are silent from then on. */
  readonly onFailure: (error: PipelineError) => void;
}

/**
 * Finds turns with the Silero voice activity model, which tells speech from noise, music and key
 * tones. All sessions share one worker thread; audio reaches it through shared memory in windows of
 * 32 ms, and facts come back a few milliseconds after the window that decided them. Detectors fall
 * silent when the worker fails.
 */
export class NeuralTurnDetectors implements TurnDetectors {
  readonly #slots: WindowSlots;
  readonly #detectors: (NeuralTurnDetector | undefined)[];
  readonly #freeSlots: number[] = [];
  #worker: RunningWorker | undefined;
  #failure: PipelineError | undefined;
  #usedSlots = 0;

  /** Waits, at most for a batch, until the worker has left the model. */
  readonly #stopWorker = (): void => {
    const { control } = this.#slots;
    if (this.#failure) return;
    Atomics.store(control, LIFE, STOPPING);
    Atomics.add(control, SIGNAL, 1);
    Atomics.notify(control, SIGNAL);
    Atomics.wait(control, LIFE, STOPPING, STOP_TIMEOUT_MS);
  };

  private constructor(slots: WindowSlots) {
    this.#slots = slots;
    this.#detectors = Array.from(slots.generations, () => undefined);
  }

  /** Loads the model into a worker thread. Rejects with `worker_failed` when it cannot be loaded. */
  static async start(options: NeuralTurnDetectorsOptions): Promise<NeuralTurnDetectors> {
    const maxSessions = options.maxSessions ?? DEFAULT_MAX_SESSIONS;
    if (!Number.isInteger(maxSessions) || maxSessions < 1) {
      throw new PipelineError(
        'invalid_argument',
        `maxSessions is ${maxSessions}; it must be an integer of at least 1`,
      );
    }
    const slots = createWindowSlots(maxSessions);
    const detectors = new NeuralTurnDetectors(slots);
    const data: SileroWorkerData = { modelPath: fileURLToPath(MODEL_URL), slots };
    detectors.#worker = await startWorker<Float64Array>({
      name: 'silero-vad',
      module: new URL('./silero.worker', import.meta.url),
      data,
      onMessage: (results) => detectors.#deliver(results),
      onFailure: (error) => {
        detectors.#fail(error);
        options.onFailure(error);
      },
    });
    process.once('exit', detectors.#stopWorker);
    return detectors;
  }

  /** Detectors that are open. */
  get openSessions(): number {
    return this.#usedSlots - this.#freeSlots.length;
  }

  /**
   * Throws `detector_full` when as many detectors are open as may be, `closed` after `close` and
   * `worker_failed` after a failure.
   */
  open(detection: TurnDetection, onFact: (fact: TurnFact) => void): TurnDetector {
    if (this.#failure) throw this.#failure;
    if (!this.#worker) {
      throw new PipelineError('closed', 'the neural turn detectors are closed; start new ones');
    }
    const slot = this.#freeSlots.pop() ?? this.#unusedSlot();
    const detector = new NeuralTurnDetector({
      slots: this.#slots,
      slot,
      detection,
      onFact,
      onClose: () => {
        this.#detectors[slot] = undefined;
        this.#freeSlots.push(slot);
      },
    });
    this.#detectors[slot] = detector;
    return detector;
  }

  /** Closes every detector and ends the worker thread. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    for (const detector of this.#detectors) detector?.close();
    if (!worker) return;
    process.removeListener('exit', this.#stopWorker);
    this.#stopWorker();
    await worker.close();
  }

  #fail(error: PipelineError): void {
    this.#failure = error;
    process.removeListener('exit', this.#stopWorker);
    for (const detector of this.#detectors) detector?.close();
  }

  #unusedSlot(): number {
    if (this.#usedSlots === this.#detectors.length) {
      throw new PipelineError(
        'detector_full',
        `${this.#usedSlots} sessions are listened to already; close one or raise maxSessions`,
      );
    }
    this.#usedSlots += 1;
    Atomics.store(this.#slots.control, USED_SLOTS, this.#usedSlots);
    return this.#usedSlots - 1;
  }

  #deliver(results: Float64Array): void {
    for (let at = 0; at < results.length; at += RESULT_FIELDS) {
      const detector = this.#detectors[results[at]!];
      if (!detector || detector.generation !== results[at + 1]) continue;
      detector.judge({
        window: results[at + 2]!,
        probability: results[at + 3]!,
        levelDbfs: results[at + 4]!,
      });
    }
  }
}
