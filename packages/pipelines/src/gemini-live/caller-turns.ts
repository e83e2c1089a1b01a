import type { AudioFrame, EngineEvent } from '@antiphon/session';
import { PipelineError } from '../pipeline-error.ts';
import { CallerTurn } from './caller-turn.ts';
import { geminiFault } from './gemini-fault.ts';
import type { GeminiUse } from './gemini-settings.ts';
import type { LiveLink } from './live-link.ts';
import type { ServerMessage } from './server-message.ts';

/** Beyond this a client commits faster than anyone talks; further turns are settled empty. */
const MAX_OWED = 8;

type Transcript = Omit<Extract<EngineEvent, { type: 'transcript' }>, 'type'>;

/** What {@link CallerTurns} needs. */
export interface CallerTurnsOptions extends GeminiUse {
  readonly link: LiveLink;
  /** Whether the upstream may hear this turn now; it has been told all that goes before it. */
  readonly mayBegin: (turn: CallerTurn) => boolean;
  /** The upstream has heard all of a turn, and answers it. */
  readonly onHeard: (itemId: string) => void;
  readonly onTranscript: (transcript: Transcript) => void;
  /** A transcript that was owed is told. */
  readonly onSettled: () => void;
}

/**
 * The caller's turns and the transcripts they are owed, oldest first. The upstream hears one at a
 * time, and hears it while it is spoken wherever it may; a turn that has to wait, or whose connection
 * is lost, is told from what is kept of it.
 */
export class CallerTurns {
  readonly #options: CallerTurnsOptions;
  /** The committed ones, and at most one that is open, as the last. */
  #turns: CallerTurn[] = [];
  /** The turn that the upstream hears, or has heard and not written down. */
  #sent: CallerTurn | null = null;
  /** The model has begun to answer that turn. */
  #isAnswered = false;

  constructor(options: CallerTurnsOptions) {
    this.#options = options;
  }

  /** Whether a final transcript is owed. */
  get isOwed(): boolean {
    return this.#turns.some(({ isCommitted }) => isCommitted);
  }

  /** Whether a turn is being heard. */
  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** Whether the upstream is in the middle of a turn. */
  get isOnLine(): boolean {
    return this.#sent !== null;
  }

  /** Turns that are not written down; an upstream is told them as sound alone. */
  get unsettled(): ReadonlySet<string> {
    return new Set(this.#turns.map(({ itemId }) => itemId));
  }

  begin(itemId: string): void {
    if (this.#turns.some((turn) => turn.itemId === itemId && turn.isCommitted)) return;
    const open = this.#open;
    if (open) this.drop(open.itemId);
    this.#turns.push(new CallerTurn(itemId));
  }

  hear(frame: AudioFrame): void {
    const open = this.#open;
    if (!open || frame.pcm.length === 0) return;
    const audio = open.hear(frame);
    if (this.#sent !== open) this.advance();
    else if (audio !== '') this.#options.link.audio(audio);
  }

  commit(itemId: string): void {
    const open = this.#open;
    if (open?.itemId !== itemId) return;
    open.isCommitted = true;
    if (!open.hasAudio) {
      queueMicrotask(() => this.#tell(open, { text: '' }));
      return;
    }
    const rest = open.finish();
    if (this.#turns.length > MAX_OWED) {
      const message = `${MAX_OWED} transcripts are owed already; commit turns more slowly`;
      queueMicrotask(() => this.#fail(open, new PipelineError('queue_full', message)));
      return;
    }
    const { clock, timeouts, link } = this.#options;
    open.timer = clock.setTimeout(() => this.#late(open), timeouts.transcriptMs);
    if (this.#sent === open) {
      if (rest !== '') link.audio(rest);
      this.#end(open);
    } else this.advance();
  }

  /** Whether the upstream has heard some of it, which it cannot be told to forget. */
  drop(itemId: string): boolean {
    const turn = this.#turns.find((candidate) => candidate.itemId === itemId);
    if (!turn) return false;
    const wasHeard = this.#sent === turn;
    this.#forget(turn);
    if (turn.isCommitted) this.#options.onSettled();
    return wasHeard;
  }

  /** Tells the upstream the oldest turn, as far as it was spoken, if it may hear it now. */
  advance(): void {
    const [turn] = this.#turns;
    if (!turn?.hasAudio || this.#sent || !this.#options.mayBegin(turn)) return;
    if (!turn.isWhole) {
      if (turn.isCommitted) this.#fail(turn, geminiFault('provider_lost', 'with a long turn'));
      return;
    }
    const { link } = this.#options;
    this.#sent = turn;
    link.send({ realtimeInput: { activityStart: {} } });
    for (const audio of turn.audio()) link.audio(audio);
    if (turn.isCommitted) this.#end(turn);
  }

  /** Takes what a message tells of what the caller said. */
  take({ heard, isHeardFinished }: ServerMessage): void {
    const turn = this.#sent;
    if (!turn) return;
    if (heard !== '') {
      turn.text += heard;
      const text = turn.text.trim();
      if (!isHeardFinished)
        this.#options.onTranscript({ itemId: turn.itemId, text, isFinal: false });
      if (this.#sent === turn && turn.isCommitted && this.#isAnswered) this.answered();
    }
    if (isHeardFinished && turn.isCommitted && this.#sent === turn) this.#tell(turn, finalOf(turn));
  }

  /** The model has begun to answer the turn, so it has heard it. */
  answered(): void {
    const turn = this.#sent;
    if (!turn?.isCommitted) return;
    this.#isAnswered = true;
    const { timeouts } = this.#options;
    const restMs = turn.text === '' ? timeouts.transcriptLateMs : timeouts.transcriptRestMs;
    this.#wait(turn, restMs);
  }

  /** The model is done with the turn: nothing is written down any more that was not yet. */
  done(): void {
    const turn = this.#sent;
    if (!turn?.isCommitted) return;
    if (turn.text !== '') this.#tell(turn, finalOf(turn));
    else this.answered();
  }

  /** The upstream hears nothing any more, and knows of no turn. */
  lost(): void {
    if (this.#sent) this.#sent.text = '';
    this.#sent = null;
    this.#isAnswered = false;
  }

  /** There is no upstream, and there will be none soon: nothing that is owed will be written down. */
  fail(fault: PipelineError): void {
    for (const turn of this.#turns) if (turn.isCommitted) this.#fail(turn, fault);
  }

  close(): void {
    for (const turn of this.#turns) this.#clear(turn);
    this.#turns = [];
    this.#sent = null;
  }

  get #open(): CallerTurn | null {
    const last = this.#turns.at(-1);
    return last && !last.isCommitted ? last : null;
  }

  #end(turn: CallerTurn): void {
    this.#isAnswered = false;
    this.#options.link.send({ realtimeInput: { activityEnd: {} } });
    this.#options.onHeard(turn.itemId);
  }

  /** Gives a turn so long to be written down, at most. */
  #wait(turn: CallerTurn, restMs: number): void {
    const { clock } = this.#options;
    if (turn.timer !== null) clock.clearTimeout(turn.timer);
    turn.timer = clock.setTimeout(() => this.#late(turn), restMs);
  }

  #late(turn: CallerTurn): void {
    turn.timer = null;
    const { link, timeouts } = this.#options;
    // The model answers what it has not written down, so nothing failed.
    if (turn.text !== '' || (this.#sent === turn && this.#isAnswered)) {
      this.#tell(turn, finalOf(turn));
      return;
    }
    const note = `no transcript within ${timeouts.transcriptMs} ms`;
    this.#fail(turn, link.fault ?? geminiFault('provider_timeout', note));
  }

  #fail(turn: CallerTurn, { code, message }: PipelineError): void {
    this.#tell(turn, { text: '', error: { code, message } });
  }

  #tell(turn: CallerTurn, final: Pick<Transcript, 'text' | 'error'>): void {
    if (!this.#turns.includes(turn)) return;
    this.#forget(turn);
    this.#options.onTranscript({ itemId: turn.itemId, isFinal: true, ...final });
    this.#options.onSettled();
  }

  #forget(turn: CallerTurn): void {
    this.#clear(turn);
    this.#turns = this.#turns.filter((other) => other !== turn);
    if (this.#sent === turn) this.#sent = null;
  }

  #clear(turn: CallerTurn): void {
    if (turn.timer !== null) this.#options.clock.clearTimeout(turn.timer);
    turn.timer = null;
  }
}

function finalOf({ text }: CallerTurn): { text: string } {
  return { text: text.trim() };
}
