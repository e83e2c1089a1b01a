import { samplesToMs } from '@antiphon/audio';
import type { TimedWord } from '@antiphon/session';
import type { AlignmentRequest, WordAligner } from '../../cascade/ports/word-aligner.ts';
import { PipelineError } from '../../pipeline-error.ts';
import { spokenForm } from '../../spoken/spoken-form.ts';
import { spokenWords, timeWords } from '../flite/timed-words.ts';
import { JobLine } from '../job-line.ts';
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
  readonly #line: JobLine<Job, AlignmentAnswer>;

  private constructor(line: JobLine<Job, AlignmentAnswer>) {
    this.#line = line;
  }

  /** Loads the recogniser into its threads. Rejects with `worker_failed` when it cannot be loaded. */
  static async start(options: { readonly workers?: number } = {}): Promise<ForcedAligner> {
    const line = await JobLine.start<Job, AlignmentAnswer>({
      name: 'aligner',
      module: new URL('./aligner.worker', import.meta.url),
      workers: options.workers ?? 1,
      messageOf: ({ question }) => question,
      onReply: ({ resolve }, answer) => resolve(answer),
      onLost: ({ reject }, error) => reject(error),
    });
    return new ForcedAligner(line);
  }

  async align({ text, pcm, sampleRate }: AlignmentRequest): Promise<readonly TimedWord[]> {
    const lengthMs = samplesToMs(pcm.length, sampleRate);
    const refusal = this.#refusal(lengthMs);
    if (refusal) throw refusal;
    const written = spokenForm(text);
    const words = spokenWords(written);
    if (words.length === 0) return timeWords(written, [], lengthMs);
    const answer = await new Promise<AlignmentAnswer>((resolve, reject) => {
      this.#line.add({ question: { words, pcm, sampleRate }, resolve, reject });
    });
    if (!answer.ok) throw new PipelineError('alignment_failed', answer.message);
    return timeWords(written, answer.spans, lengthMs);
  }

  /** Ends the threads; what is being aligned is rejected with `closed`. */
  async close(): Promise<void> {
    const closed = new PipelineError('closed', 'the aligner was closed');
    await this.#line.close(({ reject }) => reject(closed));
  }

  #refusal(lengthMs: number): PipelineError | undefined {
    if (this.#line.failure) return this.#line.failure;
    if (this.#line.isClosed) {
      return new PipelineError('closed', 'the aligner is closed; start another one');
    }
    if (lengthMs > MAX_PIECE_MS) {
      return new PipelineError('alignment_failed', `${lengthMs} ms of speech are too much at once`);
    }
    if (this.#line.waiting < MAX_WAITING_PIECES) return undefined;
    return new PipelineError(
      'queue_full',
      `${MAX_WAITING_PIECES} pieces wait to be aligned already; start with more workers`,
    );
  }
}
