import { samplesToMs } from '@antiphon/audio';
import type { TimedWord } from '@antiphon/session';
import type { AlignmentRequest, WordAligner } from '../../cascade/ports/word-aligner.ts';
import { PipelineError } from '../../pipeline-error.ts';
import type { RunningWorker } from '../../start-worker.ts';
import { spokenForm } from '../flite/spoken-form.ts';
import { spokenWords, timeWords } from '../flite/timed-words.ts';
import { WorkerCrew } from '../worker-crew.ts';
import type { AlignmentAnswer, AlignmentQuestion } from './aligner.worker.ts';

/**
 * Pieces that may wait for a thread. At 20 ms for each second of speech the last one waits a few
 * seconds; one more ends with `queue_full`.
 */
const MAX_WAITING_PIECES = 64;

/** A longer piece is no sentence: it would hold its thread for more than half a second. */
const MAX_PIECE_MS = 30_000;

interface Job {
  readonly question: AlignmentQuestion;
  readonly resolve: (answer: AlignmentAnswer) => void;
  readonly reject: (error: PipelineError) => void;
}

/**
 * Finds the words of American English in any voice's audio with the embedded recogniser, which is
 * given the text and looks for nothing else: 20 ms of computing for a second of speech. It has
 * threads of its own, so that no caller's turn waits while a sentence is aligned.
 */
export class ForcedAligner implements WordAligner {
  readonly name = 'soundswallower';
  readonly #waiting: Job[] = [];
  readonly #idle: RunningWorker[] = [];
  readonly #running = new Map<RunningWorker, Job>();
  #crew: WorkerCrew<AlignmentAnswer> | undefined;
  #failure: PipelineError | undefined;

  private constructor() {}

  /** Loads the recogniser into its threads. Rejects with `worker_failed` when it cannot be loaded. */
  static async start(options: { readonly workers?: number } = {}): Promise<ForcedAligner> {
    const size = options.workers ?? 1;
    if (!Number.isInteger(size) || size < 1) {
      throw new PipelineError('invalid_argument', `workers is ${size}; it must be 1 or more`);
    }
    const aligner = new ForcedAligner();
    const crew = await WorkerCrew.start<AlignmentAnswer>({
      name: 'aligner',
      module: new URL('./aligner.worker', import.meta.url),
      data: undefined,
      size,
      onMessage: (worker, answer) => aligner.#finish(worker, answer),
      onLoss: (worker, error) => aligner.#lose(worker, error),
      onReplaced: (worker) => aligner.#makeIdle(worker),
      onFailure: (error) => aligner.#fail(error),
    });
    aligner.#crew = crew;
    aligner.#idle.push(...crew.workers);
    return aligner;
  }

  async align({ text, pcm, sampleRate }: AlignmentRequest): Promise<readonly TimedWord[]> {
    const lengthMs = samplesToMs(pcm.length, sampleRate);
    const refusal = this.#refusal(lengthMs);
    if (refusal) throw refusal;
    const written = spokenForm(text);
    const words = spokenWords(written);
    if (words.length === 0) return timeWords(written, [], lengthMs);
    const answer = await new Promise<AlignmentAnswer>((resolve, reject) => {
      this.#waiting.push({ question: { words, pcm, sampleRate }, resolve, reject });
      this.#dispatch();
    });
    if (!answer.ok) throw new PipelineError('alignment_failed', answer.message);
    return timeWords(written, answer.spans, lengthMs);
  }

  /** Ends the threads; what is being aligned is rejected with `closed`. */
  async close(): Promise<void> {
    const crew = this.#crew;
    this.#crew = undefined;
    this.#idle.length = 0;
    this.#rejectAll(new PipelineError('closed', 'the aligner was closed'));
    await crew?.close();
  }

  #refusal(lengthMs: number): PipelineError | undefined {
    if (this.#failure) return this.#failure;
    if (!this.#crew) return new PipelineError('closed', 'the aligner is closed; start another one');
    if (lengthMs > MAX_PIECE_MS) {
      return new PipelineError('alignment_failed', `${lengthMs} ms of speech are too much at once`);
    }
    if (this.#waiting.length < MAX_WAITING_PIECES) return undefined;
    return new PipelineError(
      'queue_full',
      `${MAX_WAITING_PIECES} pieces wait to be aligned already; start with more workers`,
    );
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && this.#idle.length > 0) {
      const worker = this.#idle.pop()!;
      const job = this.#waiting.shift()!;
      this.#running.set(worker, job);
      worker.hold();
      worker.post(job.question);
    }
  }

  #makeIdle(worker: RunningWorker): void {
    if (!this.#crew) return;
    this.#idle.push(worker);
    this.#dispatch();
  }

  #finish(worker: RunningWorker, answer: AlignmentAnswer): void {
    const job = this.#running.get(worker);
    if (!job) return;
    this.#running.delete(worker);
    worker.release();
    this.#makeIdle(worker);
    job.resolve(answer);
  }

  #lose(worker: RunningWorker, error: PipelineError): void {
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#running.get(worker)?.reject(error);
    this.#running.delete(worker);
  }

  #fail(error: PipelineError): void {
    this.#failure = error;
    this.#rejectAll(error);
  }

  #rejectAll(error: PipelineError): void {
    for (const job of [...this.#running.values(), ...this.#waiting.splice(0)]) job.reject(error);
    this.#running.clear();
  }
}
