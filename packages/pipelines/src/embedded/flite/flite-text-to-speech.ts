import type { TimedWord } from '@antiphon/session';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from '../../cascade/ports/text-to-speech.ts';
import { PipelineError } from '../../pipeline-error.ts';
import type { RunningWorker } from '../../start-worker.ts';
import { WorkerCrew } from '../worker-crew.ts';
import { FLITE_VOICES } from './flite-program.ts';
import type { FliteReply } from './flite.worker.ts';
import { SpeechCache } from './speech-cache.ts';
import type { TimedSpeech } from './timed-speech.ts';

/** Half an hour of speech at 16 kHz is 58 MB; openers and covers of many agents are minutes. */
const DEFAULT_CACHE_BYTES = 32 * 1024 * 1024;

/**
 * Texts that may wait for a thread. At 50 ms each the last one waits ten seconds, longer than any
 * caller does; one more ends with `queue_full`.
 */
const MAX_WAITING_TEXTS = 200;

/** Faster or slower is no speech. */
const SLOWEST = 0.25;
const FASTEST = 4;

/** How a {@link FliteTextToSpeech} starts. */
export interface FliteOptions {
  /** Threads, each speaking one text at a time; 1 unless given. */
  readonly workers?: number;
  /** Bound on the audio kept for texts that come again, 32 MiB unless given; 0 keeps none. */
  readonly cacheBytes?: number;
}

interface Job {
  readonly key: string;
  readonly request: SynthesisRequest;
  readonly listeners: Set<SynthesisEvents>;
}

/**
 * Speaks American English with Flite, inside the process. The audio of a text comes in one piece,
 * without idle ends. Text that was spoken before comes from a cache on the next microtask, and one
 * that is being spoken for somebody else is not spoken twice.
 */
export class FliteTextToSpeech implements TextToSpeech {
  readonly name = 'flite';
  readonly voices: readonly string[] = FLITE_VOICES;
  readonly #cache: SpeechCache;
  readonly #jobs = new Map<string, Job>();
  readonly #waiting: Job[] = [];
  readonly #idle: RunningWorker[] = [];
  readonly #running = new Map<RunningWorker, Job>();
  #crew: WorkerCrew<FliteReply> | undefined;
  #failure: PipelineError | undefined;

  private constructor(cacheBytes: number) {
    this.#cache = new SpeechCache(cacheBytes);
  }

  /** Loads Flite into its threads. Rejects with `worker_failed` when it cannot be loaded. */
  static async start(options: FliteOptions = {}): Promise<FliteTextToSpeech> {
    const size = options.workers ?? 1;
    if (!Number.isInteger(size) || size < 1) {
      throw new PipelineError('invalid_argument', `workers is ${size}; it must be 1 or more`);
    }
    const speech = new FliteTextToSpeech(options.cacheBytes ?? DEFAULT_CACHE_BYTES);
    const crew = await WorkerCrew.start<FliteReply>({
      name: 'flite',
      module: new URL('./flite.worker', import.meta.url),
      data: undefined,
      size,
      onMessage: (worker, reply) => speech.#finish(worker, reply),
      onLoss: (worker, error) => speech.#lose(worker, error),
      onReplaced: (worker) => speech.#makeIdle(worker),
      onFailure: (error) => speech.#fail(error),
    });
    speech.#crew = crew;
    speech.#idle.push(...crew.workers);
    return speech;
  }

  synthesize(request: SynthesisRequest, events: SynthesisEvents): Synthesis {
    const key = `${request.voice}\n${request.speed}\n${request.text}`;
    const refusal = this.#refusal(request, key);
    const known = refusal ? undefined : this.#cache.get(key);
    if (refusal ?? known) {
      let isCancelled = false;
      queueMicrotask(() => {
        if (isCancelled) return;
        if (refusal) events.onError(refusal);
        else if (known) deliver(known, events, () => isCancelled);
      });
      return {
        cancel: () => {
          isCancelled = true;
        },
      };
    }
    const job = this.#jobs.get(key) ?? this.#enqueue(key, request);
    job.listeners.add(events);
    return { cancel: () => this.#forget(job, events) };
  }

  /**
   * Puts texts into the cache before they are needed, at a voice's own speed. Resolves when all are
   * there; rejects with the first error.
   */
  async prewarm(texts: readonly string[], voice: string): Promise<void> {
    for (const text of texts) {
      await new Promise<void>((resolve, reject) => {
        this.synthesize(
          { text, voice, speed: 1 },
          { onWords: () => {}, onAudio: () => {}, onEnd: resolve, onError: reject },
        );
      });
    }
  }

  /** Ends the threads; texts not spoken yet are dropped without a callback. */
  async close(): Promise<void> {
    this.#jobs.clear();
    this.#waiting.length = 0;
    this.#idle.length = 0;
    this.#running.clear();
    const crew = this.#crew;
    this.#crew = undefined;
    await crew?.close();
  }

  #refusal({ voice, speed }: SynthesisRequest, key: string): PipelineError | undefined {
    if (this.#failure) return this.#failure;
    if (!this.#crew) return new PipelineError('closed', 'Flite is closed; start another one');
    if (!this.voices.includes(voice)) {
      return new PipelineError(
        'unknown_voice',
        `Flite has no voice ${JSON.stringify(voice)}; use one of ${this.voices.join(', ')}`,
      );
    }
    if (!(speed >= SLOWEST && speed <= FASTEST)) {
      return new PipelineError(
        'invalid_argument',
        `a speed of ${speed} cannot be spoken; use ${SLOWEST} to ${FASTEST}`,
      );
    }
    if (this.#waiting.length < MAX_WAITING_TEXTS || this.#jobs.has(key)) return undefined;
    return new PipelineError(
      'queue_full',
      `${MAX_WAITING_TEXTS} texts wait to be spoken already; start Flite with more workers`,
    );
  }

  #enqueue(key: string, request: SynthesisRequest): Job {
    const job: Job = { key, request, listeners: new Set() };
    this.#jobs.set(key, job);
    this.#waiting.push(job);
    // After the listener was added.
    queueMicrotask(() => this.#dispatch());
    return job;
  }

  #forget(job: Job, events: SynthesisEvents): void {
    job.listeners.delete(events);
    const at = this.#waiting.indexOf(job);
    if (job.listeners.size > 0 || at < 0) return;
    this.#waiting.splice(at, 1);
    this.#jobs.delete(job.key);
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && this.#idle.length > 0) {
      const worker = this.#idle.pop()!;
      const job = this.#waiting.shift()!;
      this.#running.set(worker, job);
      worker.hold();
      worker.post(job.request);
    }
  }

  #makeIdle(worker: RunningWorker): void {
    if (!this.#crew) return;
    this.#idle.push(worker);
    this.#dispatch();
  }

  #finish(worker: RunningWorker, reply: FliteReply): void {
    const job = this.#running.get(worker);
    if (!job) return;
    this.#running.delete(worker);
    this.#jobs.delete(job.key);
    worker.release();
    this.#makeIdle(worker);
    if (reply.ok) this.#cache.put(job.key, reply.speech);
    for (const events of job.listeners) {
      if (reply.ok) deliver(reply.speech, events, () => !job.listeners.has(events));
      else events.onError(new PipelineError('synthesis_failed', reply.message));
    }
  }

  #lose(worker: RunningWorker, error: PipelineError): void {
    const job = this.#running.get(worker);
    this.#running.delete(worker);
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    if (!job) return;
    this.#jobs.delete(job.key);
    for (const events of job.listeners) events.onError(error);
  }

  #fail(error: PipelineError): void {
    this.#failure = error;
    const jobs = this.#waiting.splice(0);
    for (const job of jobs) {
      this.#jobs.delete(job.key);
      for (const events of job.listeners) events.onError(error);
    }
  }
}

/** Hands speech over, as a copy that the receiver may change; stops when cancelled in between. */
function deliver(speech: TimedSpeech, events: SynthesisEvents, isCancelled: () => boolean): void {
  events.onWords(speech.words satisfies readonly TimedWord[]);
  if (isCancelled()) return;
  if (speech.pcm.length > 0) events.onAudio(speech.pcm.slice(), speech.sampleRate);
  if (!isCancelled()) events.onEnd();
}
