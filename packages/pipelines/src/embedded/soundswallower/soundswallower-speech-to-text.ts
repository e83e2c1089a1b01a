import type { Dialogue } from '@antiphon/session';
import type {
  Recognition,
  RecognitionEvents,
  SpeechToText,
} from '../../cascade/ports/speech-to-text.ts';
import { PipelineError } from '../../pipeline-error.ts';
import type { RunningWorker } from '../../start-worker.ts';
import { WorkerCrew } from '../worker-crew.ts';
import { learnBigrams, SENTENCE_END } from './bigram-model.ts';
import { ChannelMemory } from './channel-memory.ts';
import { learnEndings } from './end-of-utterance.ts';
import { everydaySentences } from './everyday-phrases.ts';
import { RecognisedTurn } from './recognised-turn.ts';
import { DEFAULT_GARBAGE, type GarbageCosts } from './recognition-graph.ts';
import type { RecogniserData, RecogniserReport } from './soundswallower.worker.ts';
import { sentencesOfDialogue, sentencesOfPhrases } from './training-sentences.ts';
import { dictionaryFor } from './vocabulary.ts';

/** Turns decoded by one thread at once: twelve talkers take three quarters of a core, 160 MB. */
const DEFAULT_TURNS_PER_WORKER = 12;

/** Turns that may wait for a decoder; one more ends with `queue_full`. Each holds its audio. */
const MAX_WAITING_TURNS = 64;

/** Callers whose channel is remembered, 200 KB; a forgotten one is learnt anew. */
const MAX_REMEMBERED_SESSIONS = 1000;

/** How a {@link SoundSwallowerSpeechToText} starts: what callers may say, and with how many threads. */
export type SoundSwallowerOptions = (
  { readonly dialogue: Dialogue } | { readonly phrases: readonly string[] }
) & {
  /** Threads; 1 unless given. */
  readonly workers?: number;
  /** Turns that a thread decodes at once; 12 unless given. */
  readonly turnsPerWorker?: number;
  /** How dear it is to hear unknown words. */
  readonly garbage?: GarbageCosts;
};

/**
 * Recognises what a dialogue expects callers to say, inside the process: 8 kHz English, words of
 * the dialogue's examples in any order, lower case, numbers as single digits. What is outside them
 * raises `unclear`. Whatever the dialogue, it knows what callers say to show that they listen,
 * always written `uh-huh` and `mm-hmm`, and to take the floor. It fits quiet lines; noise within
 * 20 dB of the voice makes turns unclear.
 *
 * A caller's turns are expected under the same session id: the sound of the line is learnt from
 * them. When a thread ends on its own, its turns end with an error and another takes its place.
 */
export class SoundSwallowerSpeechToText implements SpeechToText {
  readonly name = 'soundswallower';
  readonly #turnsPerWorker: number;
  readonly #turns = new Map<number, RecognisedTurn>();
  readonly #waiting: RecognisedTurn[] = [];
  readonly #leases = new Map<RunningWorker, number>();
  readonly #channels = new ChannelMemory(MAX_REMEMBERED_SESSIONS);
  #crew: WorkerCrew<RecogniserReport> | undefined;
  #failure: PipelineError | undefined;
  #nextTurn = 1;

  private constructor(turnsPerWorker: number) {
    this.#turnsPerWorker = turnsPerWorker;
  }

  /**
   * Learns the vocabulary and loads the recogniser into its threads. Rejects with
   * `unusable_vocabulary`, `model_unreadable` or `worker_failed`.
   */
  static async start(options: SoundSwallowerOptions): Promise<SoundSwallowerSpeechToText> {
    const size = atLeastOne('workers', options.workers ?? 1);
    const turns = atLeastOne('turnsPerWorker', options.turnsPerWorker ?? DEFAULT_TURNS_PER_WORKER);
    const scripted =
      'dialogue' in options
        ? sentencesOfDialogue(options.dialogue)
        : sentencesOfPhrases(options.phrases);
    const sentences = [...scripted, ...everydaySentences(scripted)];
    const bigrams = learnBigrams(sentences);
    const words = Object.keys(bigrams.unigrams).filter((word) => word !== SENTENCE_END);
    const data: RecogniserData = {
      dictionary: await dictionaryFor(words),
      model: { bigrams, garbage: options.garbage ?? DEFAULT_GARBAGE },
      endings: learnEndings(sentences),
    };
    const recogniser = new SoundSwallowerSpeechToText(turns);
    const crew = await WorkerCrew.start<RecogniserReport>({
      name: 'soundswallower',
      module: new URL('./soundswallower.worker', import.meta.url),
      data,
      size,
      onMessage: (_worker, report) => recogniser.#hear(report),
      onLoss: (worker, error) => recogniser.#lose(worker, error),
      onReplaced: (worker) => recogniser.#welcome(worker),
      onFailure: (error) => recogniser.#fail(error),
    });
    recogniser.#crew = crew;
    for (const worker of crew.workers) recogniser.#leases.set(worker, 0);
    return recogniser;
  }

  recognise(sessionId: string, events: RecognitionEvents): Recognition {
    const id = this.#nextTurn++;
    const turn = new RecognisedTurn({
      id,
      sessionId,
      events,
      onOver: (over) => this.#remove(over),
    });
    const refusal = this.#refusal();
    if (refusal) {
      queueMicrotask(() => turn.fail(refusal));
      return turn;
    }
    this.#turns.set(id, turn);
    this.#waiting.push(turn);
    this.#leaseDecoders();
    return turn;
  }

  /** Ends the threads; turns not recognised yet are dropped without a callback. */
  async close(): Promise<void> {
    const crew = this.#crew;
    this.#crew = undefined;
    for (const turn of this.#turns.values()) turn.cancel();
    await crew?.close();
  }

  #refusal(): PipelineError | undefined {
    if (this.#failure) return this.#failure;
    if (!this.#crew) {
      return new PipelineError('closed', 'the recogniser is closed; start another one');
    }
    if (this.#waiting.length < MAX_WAITING_TURNS) return undefined;
    return new PipelineError(
      'queue_full',
      `${MAX_WAITING_TURNS} turns wait for a decoder already; start with more workers`,
    );
  }

  #leaseDecoders(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#freestWorker();
      if (!worker) return;
      const turn = this.#waiting.shift()!;
      this.#leases.set(worker, this.#leases.get(worker)! + 1);
      turn.lease(worker, this.#channels.get(turn.sessionId));
    }
  }

  /** The worker with the fewest turns, unless all have as many as they may. */
  #freestWorker(): RunningWorker | undefined {
    let freest: RunningWorker | undefined;
    let fewest = this.#turnsPerWorker;
    for (const [worker, turns] of this.#leases) {
      if (turns >= fewest) continue;
      freest = worker;
      fewest = turns;
    }
    return freest;
  }

  #remove(turn: RecognisedTurn): void {
    this.#turns.delete(turn.id);
    const at = this.#waiting.indexOf(turn);
    if (at >= 0) this.#waiting.splice(at, 1);
    const leases = turn.worker && this.#leases.get(turn.worker);
    if (!turn.worker || leases === undefined) return;
    this.#leases.set(turn.worker, leases - 1);
    this.#leaseDecoders();
  }

  #hear(report: RecogniserReport): void {
    if (report.type === 'partial') this.#turns.get(report.turn)?.hearPartial(report.partial);
    else if (report.type === 'final') this.#turns.get(report.turn)?.hearFinal(report.transcript);
    else this.#channels.put(report.sessionId, report.channel);
  }

  #lose(worker: RunningWorker, error: PipelineError): void {
    this.#leases.delete(worker);
    for (const turn of this.#turns.values()) {
      if (turn.worker !== worker) continue;
      const reason = `the recogniser broke off in this turn: ${error.message}`;
      turn.fail(new PipelineError('recognition_failed', reason, { cause: error }));
    }
  }

  #welcome(worker: RunningWorker): void {
    this.#leases.set(worker, 0);
    this.#leaseDecoders();
  }

  #fail(error: PipelineError): void {
    this.#failure = error;
    for (const turn of this.#turns.values()) turn.fail(error);
  }
}

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new PipelineError('invalid_argument', `${name} is ${value}; it must be 1 or more`);
}
