import type { Link, SpanContext } from '@opentelemetry/api';
import type { TurnReport } from '../turn-report.ts';
import { instant } from './instant.ts';
import type { SpanMaker } from './span-maker.ts';
import { ATTRIBUTE, SPAN, SPAN_EVENT } from './span-names.ts';
import { TurnTrace } from './turn-trace.ts';
import { UNKNOWN_MODELS } from './turn-facts.ts';
import type {
  FailedOver,
  GenerationEnd,
  ItemPlayed,
  SessionSetup,
  SpokenPiece,
  StateChange,
  ToolBegin,
  ToolEnd,
  TurnBegin,
  TurnEnd,
  TurnEvidence,
} from './turn-facts.ts';

/** A turn whose trace was written. */
export interface TracedTurn {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The turns it holds, as reports count them. */
  readonly turns: readonly number[];
  readonly atMs: number;
}

/** Whose turns are traced, and with what. */
export interface TurnTracerOptions {
  readonly tracer: SpanMaker;
  readonly sessionId: string;
  readonly agent: string;
  readonly pipeline: string;
  readonly setup?: SessionSetup;
  /** The span of the client that its session runs for, as far as the client has named one. */
  readonly caller?: () => SpanContext | null;
  /** Called when the spans of a turn have all ended. */
  readonly onTurn?: (turn: TracedTurn) => void;
}

/** Of what is told while the caller speaks: the next turn gets it. */
const MOST_EARLY = 8;

const UNKNOWN_SETUP: SessionSetup = { models: UNKNOWN_MODELS, playoutSource: null };

/** Turns that wait for a tool while the caller has gone on; the oldest is ended beyond that. */
const MOST_OPEN = 16;

/**
 * Traces the turns of one session, one trace each, from what it is told; instants are epoch
 * milliseconds, in order. A turn goes on until the agent has said everything and every tool it
 * called has settled; the caller may have begun the next one by then.
 */
export class TurnTracer {
  readonly #options: TurnTracerOptions;
  /** Oldest first. */
  readonly #open = new Set<TurnTrace>();
  /** To which new generations belong. */
  #current: TurnTrace | null = null;
  #sessionStart: SpanContext | null = null;
  #sessionEnd: SpanContext | null = null;
  #previous: SpanContext | null = null;
  /** When speech was noticed, by the caller's item; the latest only. */
  #speech: { readonly itemId: string; readonly atMs: number; stoppedAtMs: number | null } | null =
    null;
  #endpointing: string | null = null;
  /** Providers that were replaced in a turn that has not begun. */
  #early: FailedOver[] = [];
  #isListening = true;
  #isSilent = true;

  constructor(options: TurnTracerOptions) {
    this.#options = options;
  }

  sessionStarted(atMs: number): void {
    this.#sessionStart = this.#moment(SPAN.sessionStart, atMs, {});
  }

  /** Ends every turn that is still open. */
  sessionEnded(reason: string, atMs: number): void {
    for (const turn of this.#open) this.#end(turn, 'sessionEnded', atMs);
    this.#sessionEnd = this.#moment(SPAN.sessionEnd, atMs, {
      [ATTRIBUTE.sessionEndReason]: reason,
    });
  }

  speechStarted(itemId: string, atMs: number): void {
    this.#speech = { itemId, atMs, stoppedAtMs: null };
  }

  speechStopped(itemId: string, atMs: number): void {
    if (this.#speech?.itemId === itemId) this.#speech.stoppedAtMs = atMs;
  }

  /** Who ends the turns from now on: `server_vad`, `semantic_vad` or `manual`. */
  endpointedBy(mode: string): void {
    this.#endpointing = mode;
  }

  /** The caller's turn is over: the next one begins with the speech. */
  committed(itemId: string, atMs: number, evidence: TurnEvidence = {}): void {
    const speech = this.#speech?.itemId === itemId ? this.#speech : null;
    this.#begin(
      {
        itemId,
        startAtMs: speech?.atMs ?? atMs,
        stoppedAtMs: speech?.stoppedAtMs ?? null,
        committedAtMs: atMs,
        evidence,
      },
      atMs,
    );
  }

  transcribed(itemId: string, text: string, atMs: number): void {
    for (const turn of this.#open) if (turn.itemId === itemId) turn.heard(text, atMs);
  }

  /** Begins a turn of its own where none is open: a greeting, or an answer that was asked for. */
  generationStarted(generationId: string, kind: string, atMs: number): void {
    // It belongs to what the caller is saying, which is no turn yet.
    if (kind === 'backchannel') return;
    if (!this.#current) {
      const blank = { itemId: null, stoppedAtMs: null, evidence: {} };
      this.#begin({ ...blank, startAtMs: atMs, committedAtMs: atMs }, atMs);
    }
    this.#current?.generationStarted(generationId, kind, atMs);
  }

  pieceSounded(spoken: SpokenPiece): void {
    for (const turn of this.#open) turn.pieceSounded(spoken);
  }

  textCame(generationId: string, atMs: number): void {
    for (const turn of this.#open) turn.textCame(generationId, atMs);
  }

  itemAdded(itemId: string, generationId: string): void {
    for (const turn of this.#open) turn.itemAdded(itemId, generationId);
  }

  generationEnded(end: GenerationEnd): void {
    for (const turn of this.#open) turn.generationEnded(end);
    this.#settle(end.atMs);
  }

  measured(report: TurnReport): void {
    for (const turn of this.#open) turn.measured(report);
  }

  played(played: ItemPlayed): void {
    for (const turn of this.#open) turn.played(played);
  }

  toolStarted(tool: ToolBegin): void {
    this.#current?.toolStarted(tool);
  }

  /** An answer is long in coming, and was covered. */
  answerCovered(atMs: number): void {
    this.#current?.covered(atMs);
  }

  toolCovered(callId: string, atMs: number): void {
    for (const turn of this.#open) turn.toolEvent(callId, SPAN_EVENT.cover, atMs);
  }

  toolOverdue(callId: string, atMs: number): void {
    for (const turn of this.#open) turn.toolEvent(callId, SPAN_EVENT.overdue, atMs);
  }

  toolSettled(end: ToolEnd): void {
    for (const turn of this.#open) turn.toolSettled(end);
    this.#settle(end.atMs);
  }

  /** The context of a call that runs, for what runs for it. */
  toolContext(callId: string): SpanContext | null {
    for (const turn of this.#open) {
      const found = turn.toolContext(callId);
      if (found) return found;
    }
    return null;
  }

  /** The turn that the session is in, and whether it is kept whatever else comes. */
  get current(): (SpanContext & { readonly isNotable: boolean }) | null {
    const turn = this.#current;
    return turn && { ...turn.spanContext, isNotable: turn.isNotable };
  }

  /** The start of the session, or its end once it is over; null before. */
  get session(): SpanContext | null {
    return this.#sessionEnd ?? this.#sessionStart;
  }

  /** Something went wrong that is logged. */
  faulted(): void {
    this.#current?.faulted();
  }

  /** What became of speech over the agent, and how much had been played of what it cut into. */
  bargeIn(stage: string, playedMs: number, atMs: number): void {
    this.#current?.bargeIn(stage, playedMs, atMs);
  }

  /** Another provider took over: in this turn, or in the one that is being spoken. */
  failedOver(failedOver: FailedOver): void {
    if (this.#current) this.#current.failedOver(failedOver);
    else if (this.#early.length < MOST_EARLY) this.#early.push(failedOver);
  }

  escalated(): void {
    this.#current?.escalated();
  }

  stateChanged(change: StateChange): void {
    this.#current?.stateChanged(change);
    if (change.region === 'turn') this.#isListening = change.to === 'listening';
    if (change.region === 'agentAudio') this.#isSilent = change.to === 'idle';
    this.#settle(change.atMs);
  }

  #begin(
    turn: Pick<TurnBegin, 'itemId' | 'startAtMs' | 'stoppedAtMs' | 'committedAtMs' | 'evidence'>,
    atMs: number,
  ): void {
    const { tracer, agent, pipeline, sessionId, setup = UNKNOWN_SETUP } = this.#options;
    const endpointing = turn.itemId === null ? null : this.#endpointing;
    const links = this.#links(this.#previous);
    this.#current = new TurnTrace({
      tracer,
      agent,
      pipeline,
      sessionId,
      links,
      endpointing,
      setup,
      ...turn,
    });
    this.#previous = this.#current.spanContext;
    for (const failedOver of this.#early.splice(0)) this.#current.failedOver(failedOver);
    this.#open.add(this.#current);
    this.#settle(atMs);
    const [oldest] = this.#open;
    if (this.#open.size > MOST_OPEN && oldest) this.#end(oldest, 'superseded', atMs);
  }

  /** Ends the turns that are over. */
  #settle(atMs: number): void {
    for (const turn of this.#open) {
      if (turn.isBusy || !this.#isSilent) continue;
      if (turn !== this.#current) this.#end(turn, 'superseded', atMs);
      else if (turn.isAnswered && this.#isListening) this.#end(turn, 'completed', atMs);
    }
  }

  #end(turn: TurnTrace, reason: TurnEnd, atMs: number): void {
    const { traceId } = turn.spanContext;
    turn.end(reason);
    this.#open.delete(turn);
    if (turn === this.#current) this.#current = null;
    this.#options.onTurn?.({ traceId, turns: turn.reportedTurns, atMs });
  }

  /** What each trace of the session leads to: its start, a turn, and what its client runs for. */
  #links(turn: SpanContext | null): Link[] {
    const caller = this.#options.caller?.() ?? null;
    const links: Link[] = [];
    if (this.#sessionStart) links.push({ context: this.#sessionStart });
    if (turn) links.push({ context: turn });
    if (caller) links.push({ context: caller });
    return links;
  }

  /** A short span of its own, with what everything of the session carries. */
  #moment(name: string, atMs: number, attributes: Record<string, string>): SpanContext {
    const { tracer, agent, pipeline, sessionId } = this.#options;
    const links = this.#links(null);
    const span = tracer.startChild(
      name,
      {
        startTime: instant(atMs),
        links,
        attributes: {
          [ATTRIBUTE.agent]: agent,
          [ATTRIBUTE.conversation]: sessionId,
          [ATTRIBUTE.pipeline]: pipeline,
          ...attributes,
        },
      },
      null,
    );
    span.end(instant(atMs));
    return span.spanContext();
  }
}
