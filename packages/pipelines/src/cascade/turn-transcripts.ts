import type { AudioEncoding } from '@antiphon/audio';
import type {
  AudioFrame,
  Clock,
  EngineEvent,
  ProviderTookOver,
  ProviderUsage,
  TimerHandle,
} from '@antiphon/session';
import { PipelineError } from '../pipeline-error.ts';
import { providerError } from './provider-error.ts';
import type {
  PartialTranscript,
  Recognition,
  RecognitionEvents,
  SpeechToText,
  Transcript,
} from './ports/speech-to-text.ts';
import type { TurnExpectation } from './turn-expectation.ts';

/**
 * Final transcripts that may be owed at once. A caller speaks one turn at a time and a recogniser
 * needs milliseconds, so more means that a client commits faster than anyone talks; further turns
 * are then settled empty.
 */
const MAX_OWED = 8;

/** What was heard of a turn, as a `transcript` event of the engine tells it. */
export type TurnTranscript = Omit<Extract<EngineEvent, { type: 'transcript' }>, 'type'>;

/** What {@link TurnTranscripts} needs. */
export interface TurnTranscriptsOptions {
  readonly sessionId: string;
  readonly speechToText: SpeechToText;
  readonly clock: Clock;
  /** How long a final transcript may take after its turn. */
  readonly transcriptMs: number;
  /** A turn with a larger share of unexplained speech counts as not understood. */
  readonly maxUnclear: number;
  /** Called when a turn begins, for what says how likely it is over. */
  readonly expect: () => TurnExpectation;
  /** How the caller's audio comes, where that is known. */
  readonly callerEncoding?: () => AudioEncoding | undefined;
  readonly onTranscript: (transcript: TurnTranscript) => void;
  /** A recognition failed; its turn is settled with an empty text. */
  readonly onFault: (fault: PipelineError) => void;
  readonly onTookOver?: (tookOver: ProviderTookOver) => void;
  readonly onUsed?: (used: ProviderUsage) => void;
}

interface Turn {
  readonly itemId: string;
  recognition: Recognition | null;
  /** `open` while it is heard; `committing` while the recogniser is told that it is over. */
  phase: 'open' | 'committing' | 'owed';
  readonly expectation: TurnExpectation;
  partial: string;
  endOfTurn: number | undefined;
  /** Why there is none, where recognition failed. */
  error: TurnTranscript['error'] | null;
  /** The final text, once it is known. */
  text: string | null;
  timer: TimerHandle | null;
}

/**
 * The caller turns of one session and the transcripts they are owed: exactly one final one for
 * each committed turn, empty when it was not understood, failed or took too long.
 */
export class TurnTranscripts {
  readonly #options: TurnTranscriptsOptions;
  readonly #turns = new Map<string, Turn>();
  #hearing: Turn | null = null;
  #owed = 0;
  #waiters: (() => void)[] = [];

  constructor(options: TurnTranscriptsOptions) {
    this.#options = options;
  }

  /** Opens a turn. One that is still open is dropped; an id in use is ignored. */
  begin(itemId: string): void {
    if (this.#turns.has(itemId)) return;
    if (this.#hearing) this.drop(this.#hearing.itemId);
    const turn: Turn = {
      itemId,
      recognition: null,
      phase: 'open',
      expectation: this.#options.expect(),
      partial: '',
      endOfTurn: undefined,
      error: null,
      text: null,
      timer: null,
    };
    this.#turns.set(itemId, turn);
    this.#hearing = turn;
    this.#recognise(turn);
  }

  /** Audio of the open turn; without one it is nobody's. */
  hear(frame: AudioFrame): void {
    this.#hearing?.recognition?.accept(frame);
  }

  /** The caller is silent in the open turn, and may be done. */
  paused(): void {
    this.#hearing?.recognition?.paused?.();
  }

  /** They speak on. */
  resumed(): void {
    this.#hearing?.recognition?.resumed?.();
  }

  /** The open turn is over. Its final transcript never comes before this returns. */
  commit(itemId: string): void {
    const turn = this.#turns.get(itemId);
    if (turn?.phase !== 'open') return;
    if (this.#hearing === turn) this.#hearing = null;
    turn.phase = 'committing';
    this.#owed += 1;
    if (this.#owed > MAX_OWED) this.#failFull(turn);
    if (turn.text === null) turn.recognition?.finish();
    if (this.#turns.get(itemId) !== turn) return;
    turn.phase = 'owed';
    if (turn.text !== null) queueMicrotask(() => this.#deliver(turn));
    else this.#limit(turn);
  }

  /** What was heard of a turn so far; empty for one that is not there. */
  partialOf(itemId: string): string {
    const turn = this.#turns.get(itemId);
    return turn?.text ?? turn?.partial ?? '';
  }

  /** Forgets a turn, owed or not. */
  drop(itemId: string): void {
    const turn = this.#turns.get(itemId);
    if (!turn) return;
    this.#forget(turn);
    turn.recognition?.cancel();
  }

  /** Resolves when no transcript is owed; after {@link close} too. */
  async settled(): Promise<void> {
    while (this.#owed > 0) {
      await new Promise<void>((resolve) => {
        this.#waiters.push(resolve);
      });
    }
  }

  /** Drops every turn. */
  close(): void {
    for (const itemId of this.#turns.keys()) this.drop(itemId);
  }

  #recognise(turn: Turn): void {
    const { sessionId, speechToText, callerEncoding } = this.#options;
    const events: RecognitionEvents = {
      onPartial: (partial) => this.#hearPartial(turn, partial),
      onFinal: (transcript) => this.#settle(turn, this.#understood(transcript)),
      onError: (error) => this.#fail(turn, providerError(speechToText.name, error)),
      onTookOver: (tookOver) => this.#options.onTookOver?.(tookOver),
      onUsed: (used) => this.#options.onUsed?.(used),
    };
    try {
      turn.recognition = speechToText.recognise(sessionId, events, callerEncoding?.());
    } catch (error) {
      this.#fail(turn, providerError(speechToText.name, error));
    }
  }

  #limit(turn: Turn): void {
    const { clock, transcriptMs } = this.#options;
    turn.timer = clock.setTimeout(() => this.#failLate(turn), transcriptMs);
  }

  #understood(transcript: Transcript): string {
    return transcript.unclear > this.#options.maxUnclear ? '' : transcript.text.trim();
  }

  #hearPartial(turn: Turn, partial: PartialTranscript): void {
    const { itemId } = turn;
    if (this.#turns.get(itemId) !== turn || turn.text !== null) return;
    const { text } = partial;
    const endOfTurn = turn.expectation.endOfTurn(partial);
    if (text === turn.partial && endOfTurn === turn.endOfTurn) return;
    turn.partial = text;
    turn.endOfTurn = endOfTurn;
    this.#options.onTranscript({
      itemId,
      text,
      isFinal: false,
      ...(endOfTurn !== undefined && { endOfTurn }),
    });
  }

  #failFull(turn: Turn): void {
    turn.recognition?.cancel();
    const message = `${MAX_OWED} transcripts are owed already; commit turns more slowly`;
    this.#fail(turn, new PipelineError('queue_full', message));
  }

  #failLate(turn: Turn): void {
    turn.timer = null;
    turn.recognition?.cancel();
    const { speechToText, transcriptMs } = this.#options;
    const message = `${speechToText.name} gave no transcript within ${transcriptMs} ms of the turn's end`;
    this.#fail(turn, new PipelineError('provider_timeout', message));
  }

  #fail(turn: Turn, fault: PipelineError): void {
    if (this.#turns.get(turn.itemId) !== turn || turn.text !== null) return;
    this.#options.onFault(fault);
    turn.error = { code: fault.code, message: fault.message };
    this.#settle(turn, '');
  }

  #settle(turn: Turn, text: string): void {
    if (turn.text !== null) return;
    turn.text = text;
    if (turn.phase === 'owed') this.#deliver(turn);
  }

  #deliver(turn: Turn): void {
    if (this.#turns.get(turn.itemId) !== turn || turn.text === null) return;
    this.#forget(turn);
    const { itemId, text, error } = turn;
    this.#options.onTranscript({ itemId, text, isFinal: true, ...(error && { error }) });
  }

  #forget(turn: Turn): void {
    this.#turns.delete(turn.itemId);
    if (this.#hearing === turn) this.#hearing = null;
    if (turn.timer !== null) this.#options.clock.clearTimeout(turn.timer);
    turn.timer = null;
    if (turn.phase === 'open') return;
    this.#owed -= 1;
    if (this.#owed > 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}
