import type { TimedWord } from '@antiphon/session';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from '../../cascade/ports/text-to-speech.ts';
import { PipelineError } from '../../pipeline-error.ts';
import { JobLine } from '../job-line.ts';
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
  /** Those that wait or run, by key. */
  readonly #jobs: Map<string, Job>;
  readonly #line: JobLine<Job, FliteReply>;

  private constructor(cache: SpeechCache, jobs: Map<string, Job>, line: JobLine<Job, FliteReply>) {
    this.#cache = cache;
    this.#jobs = jobs;
    this.#line = line;
  }

  /** Loads Flite into its threads. Rejects with `worker_failed` when it cannot be loaded. */
  static async start(options: FliteOptions = {}): Promise<FliteTextToSpeech> {
    const cache = new SpeechCache(options.cacheBytes ?? DEFAULT_CACHE_BYTES);
    const jobs = new Map<string, Job>();
    const line = await JobLine.start<Job, FliteReply>({
      name: 'flite',
      module: new URL('./flite.worker', import.meta.url),
      workers: options.workers ?? 1,
      messageOf: ({ request }) => request,
      onReply: (job, reply) => {
        jobs.delete(job.key);
        if (reply.ok) cache.put(job.key, reply.speech);
        for (const events of job.listeners) {
          if (reply.ok) deliver(reply.speech, events, () => !job.listeners.has(events));
          else events.onError(new PipelineError('synthesis_failed', reply.message));
        }
      },
      onLost: (job, error) => {
        jobs.delete(job.key);
        for (const events of job.listeners) events.onError(error);
      },
    });
    return new FliteTextToSpeech(cache, jobs, line);
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
    await this.#line.close();
  }

  #refusal({ voice, speed }: SynthesisRequest, key: string): PipelineError | undefined {
    if (this.#line.failure) return this.#line.failure;
    if (this.#line.isClosed)
      return new PipelineError('closed', 'Flite is closed; start another one');
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
    if (this.#line.waiting < MAX_WAITING_TEXTS || this.#jobs.has(key)) return undefined;
    return new PipelineError(
      'queue_full',
      `${MAX_WAITING_TEXTS} texts wait to be spoken already; start Flite with more workers`,
    );
  }

  #enqueue(key: string, request: SynthesisRequest): Job {
    const job: Job = { key, request, listeners: new Set() };
    this.#jobs.set(key, job);
    this.#line.add(job);
    return job;
  }

  #forget(job: Job, events: SynthesisEvents): void {
    job.listeners.delete(events);
    if (job.listeners.size > 0 || !this.#line.withdraw(job)) return;
    this.#jobs.delete(job.key);
  }
}

/** Hands speech over, as a copy that the receiver may change; stops when cancelled in between. */
function deliver(speech: TimedSpeech, events: SynthesisEvents, isCancelled: () => boolean): void {
  events.onWords(speech.words satisfies readonly TimedWord[]);
  if (isCancelled()) return;
  if (speech.pcm.length > 0) events.onAudio(speech.pcm.slice(), speech.sampleRate);
  if (!isCancelled()) events.onEnd();
}
