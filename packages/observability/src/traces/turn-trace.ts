import { SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, Span, SpanContext } from '@opentelemetry/api';
import type { ExceededBudget } from '../latency-budgets.ts';
import type { TurnReport } from '../turn-report.ts';
import { instant } from './instant.ts';
import { ATTRIBUTE, SPAN, SPAN_EVENT } from './span-names.ts';
import type {
  FailedOver,
  Generation,
  GenerationEnd,
  ItemPlayed,
  SpokenPiece,
  StateChange,
  ToolBegin,
  ToolEnd,
  TurnBegin,
  TurnEnd,
} from './turn-facts.ts';
import { TurnSpans } from './turn-spans.ts';

/** A wait that nobody puts an end to, such as one whose outcome is e-mailed, is no failure. */
const FAILED_OUTCOMES: readonly string[] = ['error', 'timeout', 'unknown'];

/** More happens in no turn; it bounds what a turn holds until it ends. */
const MOST_GENERATIONS = 64;

/** No answer has more sentences; each is a span. */
const MOST_PIECES = 64;

/** They are told to the root together: at the end, and where there are so many. */
const MOST_MOMENTS = 64;

/** Something that happened at an instant. */
interface Moment {
  readonly name: string;
  readonly atMs: number;
  readonly attributes: Attributes;
}

/** What becomes true of a turn at some time, and stays so. */
type Note = (typeof ATTRIBUTE)[
  'turnFailedOver' | 'turnQueuedTool' | 'turnFollowed' | 'turnEscalated' | 'turnFaulted'];

/**
 * One turn on its way to a trace. Its root begins at once and its tools when they start, so that
 * what runs for them can join; everything else is written down when the turn ends.
 */
export class TurnTrace {
  readonly itemId: string | null;
  readonly #begin: TurnBegin;
  readonly #root: Span;
  readonly #codec: string | null;
  /** What is true of it. */
  #notes: Set<Note> | null = null;
  #tools: Map<string, Span> | null = null;
  /** In the order in which they began. */
  readonly #generations: Generation[] = [];
  /** What is no event of the root yet. */
  readonly #moments: (Moment | StateChange)[] = [];
  #transcript: string | null = null;
  #transcribedAtMs: number | null = null;
  #reachedAtMs: number;
  #isInterrupted = false;
  /** The first thing that went wrong. */
  #failure: string | null = null;
  #isUnanswered = false;
  #isNotable = false;
  #isEnded = false;

  constructor(begin: TurnBegin) {
    const { tracer, agent, startAtMs, committedAtMs, links, setup } = begin;
    this.#begin = begin;
    this.#codec = setup.codec?.() ?? null;
    this.itemId = begin.itemId;
    this.#reachedAtMs = committedAtMs;
    // What it says of itself is put at its end, all at once.
    this.#root = tracer.startChild(
      SPAN.turn(agent),
      { startTime: instant(startAtMs), links },
      null,
    );
  }

  get spanContext(): SpanContext {
    return this.#root.spanContext();
  }

  /** Whether something that belongs to it goes on: a generation, or a tool. */
  get isBusy(): boolean {
    if (this.#tools !== null && this.#tools.size > 0) return true;
    for (const { end } of this.#generations) if (end === null) return true;
    return false;
  }

  /** Whether something happened that it is kept for whatever else comes. */
  get isNotable(): boolean {
    return this.#isNotable || this.#isInterrupted || this.#failure !== null;
  }

  /** Whether the agent has begun to answer it. */
  get isAnswered(): boolean {
    return this.#generations.length > 0;
  }

  /** The turns as reports count them, oldest first. */
  get reportedTurns(): readonly number[] {
    const turns: number[] = [];
    for (const { report } of this.#generations) if (report) turns.push(report.turn);
    return turns;
  }

  heard(text: string, atMs: number): void {
    this.#transcript = text;
    this.#transcribedAtMs = atMs;
  }

  generationStarted(id: string, kind: string, startedAtMs: number): void {
    this.#reach(startedAtMs);
    if (this.#generations.length >= MOST_GENERATIONS) return;
    this.#generations.push({
      id,
      kind,
      startedAtMs,
      itemId: null,
      end: null,
      report: null,
      played: null,
      pieces: [],
      firstTextAtMs: null,
    });
  }

  /** The first piece is the hop `synthesis`. */
  pieceSounded(spoken: SpokenPiece): void {
    const pieces = this.#generation(spoken.generationId)?.pieces;
    if (!pieces || spoken.piece === 0 || pieces.length >= MOST_PIECES) return;
    this.#reach(spoken.firstByteAtMs);
    pieces.push(spoken);
  }

  /** Some of its words came; when the first did is kept. */
  textCame(generationId: string, atMs: number): void {
    const generation = this.#generation(generationId);
    if (generation) generation.firstTextAtMs ??= atMs;
  }

  itemAdded(itemId: string, generationId: string): void {
    const generation = this.#generation(generationId);
    if (generation) generation.itemId ??= itemId;
  }

  generationEnded(end: GenerationEnd): void {
    const generation = this.#generation(end.generationId);
    if (!generation) return;
    this.#reach(end.atMs);
    generation.end = end;
    if (end.outcome === 'failed') {
      this.#failure ??= end.errorCode ?? '_OTHER';
      this.#isUnanswered = true;
    }
  }

  measured(report: TurnReport): void {
    const generation = this.#generation(report.generationId);
    if (!generation) return;
    this.#reach(report.firstAudioAtMs);
    generation.report = report;
    this.#event(SPAN_EVENT.firstAudio, report.firstAudioAtMs, {
      [ATTRIBUTE.generationKind]: generation.kind,
    });
  }

  played(played: ItemPlayed): void {
    for (const generation of this.#generations) {
      if (generation.itemId !== played.itemId) continue;
      this.#reach(played.atMs);
      generation.played = played;
      if (played.isInterrupted) this.#isInterrupted = true;
      return;
    }
  }

  toolStarted({ callId, name, arguments: text, confirm, atMs, ...where }: ToolBegin): void {
    this.#reach(atMs);
    const span = this.#begin.tracer.startChild(
      SPAN.tool(name),
      {
        startTime: instant(atMs),
        attributes: {
          [ATTRIBUTE.operation]: 'execute_tool',
          [ATTRIBUTE.toolName]: name,
          [ATTRIBUTE.toolCallId]: callId,
          [ATTRIBUTE.toolQueued]: where.isQueued,
          [ATTRIBUTE.toolConfirm]: confirm,
          [ATTRIBUTE.toolArguments]: text,
        },
      },
      this.#root,
    );
    (this.#tools ??= new Map()).set(callId, span);
    if (where.isQueued) this.#note(ATTRIBUTE.turnQueuedTool);
    if (where.isFollowed) this.#note(ATTRIBUTE.turnFollowed);
  }

  /** Something happened to a running call. */
  toolEvent(callId: string, name: string, atMs: number): void {
    this.#tools?.get(callId)?.addEvent(name, instant(atMs));
    this.#reach(atMs);
  }

  toolSettled({ callId, outcome, output, atMs }: ToolEnd): void {
    const span = this.#tools?.get(callId);
    if (!span) return;
    this.#reach(atMs);
    this.#tools?.delete(callId);
    span.setAttribute(ATTRIBUTE.toolOutcome, outcome);
    if (output !== null) span.setAttribute(ATTRIBUTE.toolOutput, output);
    if (FAILED_OUTCOMES.includes(outcome)) {
      span.setAttribute(ATTRIBUTE.errorType, outcome);
      span.setStatus({ code: SpanStatusCode.ERROR });
      this.#failure ??= `tool_${outcome}`;
    }
    span.end(instant(atMs));
  }

  /** The context of a running call, for what runs for it; null where there is none. */
  toolContext(callId: string): SpanContext | null {
    return this.#tools?.get(callId)?.spanContext() ?? null;
  }

  bargeIn(stage: string, playedMs: number, atMs: number): void {
    this.#reach(atMs);
    this.#event(SPAN_EVENT.bargeIn, atMs, {
      [ATTRIBUTE.stage]: stage,
      [ATTRIBUTE.playedMs]: playedMs,
    });
    if (stage === 'cut') this.#isInterrupted = true;
  }

  stateChanged(change: StateChange): void {
    this.#moment(change);
  }

  covered(atMs: number): void {
    this.#event(SPAN_EVENT.cover, atMs, {});
  }

  failedOver({ service, from, to, why, code, atMs }: FailedOver): void {
    this.#note(ATTRIBUTE.turnFailedOver);
    this.#event(SPAN_EVENT.failover, atMs, {
      [ATTRIBUTE.providerService]: service,
      [ATTRIBUTE.providerName]: from,
      [ATTRIBUTE.providerNext]: to,
      [ATTRIBUTE.failoverReason]: why,
      ...(code !== null && { [ATTRIBUTE.errorType]: code }),
    });
  }

  escalated(): void {
    this.#note(ATTRIBUTE.turnEscalated);
  }

  faulted(): void {
    this.#note(ATTRIBUTE.turnFaulted);
  }

  /** Writes everything down at the last instant that anything happened; again does nothing. */
  end(reason: TurnEnd): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const endAtMs = this.#reachedAtMs;
    for (const span of this.#tools?.values() ?? []) span.end(instant(endAtMs));
    this.#tools = null;
    const generations = this.#generations;
    const first = generations.find(({ report }) => report !== null)?.report ?? null;
    const { tracer, startAtMs, stoppedAtMs, committedAtMs, endpointing, setup, evidence } =
      this.#begin;
    const spans = new TurnSpans(tracer, this.#root, setup);
    spans.caller(
      {
        voiceEndAtMs: first?.voiceEndAtMs ?? evidence.voiceEndAtMs ?? null,
        committedAtMs: first?.committedAtMs ?? committedAtMs,
        noticedAtMs: startAtMs,
        stoppedAtMs,
        transcribedAtMs: this.#transcribedAtMs,
        mode: endpointing,
        evidence,
      },
      first,
    );
    for (const [index, generation] of generations.entries()) {
      const { startedAtMs } = generation;
      // The answer is on its way from the end of the caller's turn on.
      spans.generation(
        generation,
        index === 0 ? Math.min(committedAtMs, startedAtMs) : startedAtMs,
      );
    }
    this.#describe(reason, first, first ? spans.exceeded(first) : []);
    this.#tellMoments();
    this.#root.end(instant(endAtMs));
  }

  #describe(reason: TurnEnd, report: TurnReport | null, exceeded: readonly ExceededBudget[]): void {
    const { agent, pipeline, sessionId, committedAtMs, setup } = this.#begin;
    // All of them always: objects that look the same are fast to read.
    this.#root.setAttributes({
      [ATTRIBUTE.operation]: 'invoke_agent',
      [ATTRIBUTE.agent]: agent,
      [ATTRIBUTE.conversation]: sessionId,
      [ATTRIBUTE.pipeline]: pipeline,
      [ATTRIBUTE.leg]: setup.leg,
      [ATTRIBUTE.codec]: this.#codec ?? undefined,
      [ATTRIBUTE.turnFailedOver]: this.#noted(ATTRIBUTE.turnFailedOver),
      [ATTRIBUTE.turnQueuedTool]: this.#noted(ATTRIBUTE.turnQueuedTool),
      [ATTRIBUTE.turnFollowed]: this.#noted(ATTRIBUTE.turnFollowed),
      [ATTRIBUTE.turnEscalated]: this.#noted(ATTRIBUTE.turnEscalated),
      [ATTRIBUTE.turnFaulted]: this.#noted(ATTRIBUTE.turnFaulted),
      [ATTRIBUTE.endReason]: this.#endReason(reason),
      [ATTRIBUTE.turnInterrupted]: this.#isInterrupted,
      [ATTRIBUTE.transcript]: this.#transcript ?? undefined,
      [ATTRIBUTE.turnIndex]: report?.turn,
      [ATTRIBUTE.unexplainedMs]: report?.unexplainedMs,
      [ATTRIBUTE.turnPostEndpointMs]: report
        ? Math.max(0, report.firstAudioAtMs - committedAtMs)
        : undefined,
      [ATTRIBUTE.turnBudgetsExceeded]:
        exceeded.length > 0 ? exceeded.map(({ hop }) => hop) : undefined,
      [ATTRIBUTE.turnLatencyMs]: report?.voiceToVoiceMs ?? undefined,
      [ATTRIBUTE.errorType]: this.#failure ?? undefined,
    });
    if (this.#failure !== null) this.#root.setStatus({ code: SpanStatusCode.ERROR });
  }

  #endReason(reason: TurnEnd): string {
    if (this.#isUnanswered) return 'failed';
    return this.#isInterrupted ? 'interrupted' : reason;
  }

  #event(name: string, atMs: number, attributes: Attributes): void {
    this.#moment({ name, atMs, attributes });
  }

  #moment(moment: Moment | StateChange): void {
    if (this.#moments.push(moment) >= MOST_MOMENTS) this.#tellMoments();
  }

  #tellMoments(): void {
    for (const moment of this.#moments) {
      if ('region' in moment) {
        const { region, from, to, cause, atMs } = moment;
        this.#root.addEvent(
          SPAN_EVENT.state,
          {
            [ATTRIBUTE.stateRegion]: region,
            [ATTRIBUTE.stateFrom]: from,
            [ATTRIBUTE.stateTo]: to,
            [ATTRIBUTE.stateCause]: cause,
          },
          instant(atMs),
        );
      } else {
        this.#root.addEvent(moment.name, moment.attributes, instant(moment.atMs));
      }
    }
    this.#moments.length = 0;
  }

  #generation(id: string): Generation | undefined {
    for (const generation of this.#generations) if (generation.id === id) return generation;
    return undefined;
  }

  #note(attribute: Note): void {
    this.#isNotable = true;
    this.#notes ??= new Set();
    this.#notes.add(attribute);
  }

  #noted(attribute: Note): true | undefined {
    return this.#notes?.has(attribute) ? true : undefined;
  }

  #reach(atMs: number): void {
    this.#reachedAtMs = Math.max(this.#reachedAtMs, atMs);
  }
}
