import { StreamingResampler } from '@antiphon/audio';
import type { AudioFrame } from '@antiphon/session';
import type {
  PartialTranscript,
  Recognition,
  RecognitionEvents,
  Transcript,
} from '../../cascade/ports/speech-to-text.ts';
import type { RunningWorker } from '../../start-worker.ts';
import type { ChannelMean } from './channel-mean.ts';
import { RECOGNITION_RATE } from './sound-swallower.ts';
import type { RecogniserCommand } from './soundswallower.worker.ts';

/** Audio goes to the worker in pieces of 20 ms: what waits for a piece to be full is heard late. */
const PIECE_SAMPLES = 0.02 * RECOGNITION_RATE;

/** What comes after a minute of one turn is not recognised: nobody waits for an answer to it. */
const MAX_TURN_SAMPLES = 60 * RECOGNITION_RATE;

/** What a {@link RecognisedTurn} works with. */
export interface RecognisedTurnSetup {
  /** Names the turn in messages. */
  readonly id: number;
  readonly sessionId: string;
  readonly events: RecognitionEvents;
  /** Called once, when the turn needs no decoder any more. */
  readonly onOver: (turn: RecognisedTurn) => void;
}

/** A turn's side in the calling thread. What comes before it has a worker waits here. */
export class RecognisedTurn implements Recognition {
  readonly id: number;
  readonly sessionId: string;
  readonly #events: RecognitionEvents;
  readonly #onOver: (turn: RecognisedTurn) => void;
  #worker: RunningWorker | undefined;
  #waiting: RecogniserCommand[] = [];
  #resampler: StreamingResampler | undefined;
  #piece = new Int16Array(PIECE_SAMPLES);
  #pieceSamples = 0;
  #takenSamples = 0;
  #isFinished = false;
  #isOver = false;

  constructor(setup: RecognisedTurnSetup) {
    this.id = setup.id;
    this.sessionId = setup.sessionId;
    this.#events = setup.events;
    this.#onOver = setup.onOver;
  }

  /** Whose decoder it has; undefined while it waits for one. */
  get worker(): RunningWorker | undefined {
    return this.#worker;
  }

  /** Begins the turn on a worker and sends what waited. */
  lease(worker: RunningWorker, channel: ChannelMean | undefined): void {
    this.#worker = worker;
    worker.hold();
    const { id: turn, sessionId } = this;
    worker.post({ type: 'begin', turn, sessionId, channel } satisfies RecogniserCommand);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const command of waiting) this.#post(command);
  }

  accept(frame: AudioFrame): void {
    if (this.#isFinished || this.#isOver) return;
    if (this.#resampler?.fromRate !== frame.sampleRate) {
      if (this.#resampler) this.#take(this.#resampler.flush());
      this.#resampler = new StreamingResampler(frame.sampleRate, RECOGNITION_RATE);
    }
    this.#take(this.#resampler.process(frame.pcm));
  }

  finish(): void {
    if (this.#isFinished || this.#isOver) return;
    if (this.#resampler) this.#take(this.#resampler.flush());
    this.#isFinished = true;
    this.#sendPiece();
    this.#post({ type: 'finish', turn: this.id });
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#worker?.post({ type: 'cancel', turn: this.id } satisfies RecogniserCommand);
    this.#end();
  }

  /** Takes the words so far; called by the owner, as the following are. */
  hearPartial(partial: PartialTranscript): void {
    if (!this.#isOver) this.#events.onPartial(partial);
  }

  hearFinal(transcript: Transcript): void {
    if (this.#isOver) return;
    this.#end();
    this.#events.onFinal(transcript);
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    this.#end();
    this.#events.onError(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#worker?.release();
    this.#onOver(this);
  }

  #take(pcm: Int16Array): void {
    const kept = pcm.subarray(0, MAX_TURN_SAMPLES - this.#takenSamples);
    this.#takenSamples += kept.length;
    for (let read = 0; read < kept.length;) {
      const taken = kept.subarray(read, read + PIECE_SAMPLES - this.#pieceSamples);
      this.#piece.set(taken, this.#pieceSamples);
      this.#pieceSamples += taken.length;
      read += taken.length;
      if (this.#pieceSamples === PIECE_SAMPLES) this.#sendPiece();
    }
  }

  #sendPiece(): void {
    if (this.#pieceSamples === 0) return;
    const pcm =
      this.#pieceSamples === PIECE_SAMPLES ? this.#piece : this.#piece.slice(0, this.#pieceSamples);
    this.#piece = new Int16Array(PIECE_SAMPLES);
    this.#pieceSamples = 0;
    this.#post({ type: 'audio', turn: this.id, pcm });
  }

  #post(command: RecogniserCommand): void {
    if (!this.#worker) this.#waiting.push(command);
    else if (command.type === 'audio') this.#worker.post(command, [command.pcm.buffer]);
    else this.#worker.post(command);
  }
}
