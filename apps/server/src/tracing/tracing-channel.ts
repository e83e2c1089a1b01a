import { TurnTracer } from '@antiphon/observability';
import type { SessionSetup, SpanMaker, TracedTurn } from '@antiphon/observability';
import type { ControlChannel, SessionEvent } from '@antiphon/session';
import type { SpanContext } from '@opentelemetry/api';

/** Stands for every tool that is none of the agent's folder. */
const OTHER_TOOL = 'other_tool';

/** Who ends turns, by the names that clients know. */
const MODES = { vad: 'server_vad', semantic: 'semantic_vad', manual: 'manual' } as const;

/** Which session is traced, and with what. */
export interface TracingChannelOptions {
  readonly tracer: SpanMaker;
  readonly sessionId: string;
  readonly agent: string;
  readonly pipeline: string;
  /** What every trace of the session links to. */
  readonly remote?: SpanContext | null;
  /** The tools of the agent's folder, whose names are told apart. */
  readonly agentTools: ReadonlySet<string>;
  /** Whether workers run a tool. */
  readonly isQueued: (tool: string) => boolean;
  /** Whether another process is told to keep what it does for a tool. */
  readonly isFollowed: (tool: string) => boolean;
  readonly setup?: SessionSetup;
  /** The span that the client works for, where it has named one. */
  readonly caller?: () => SpanContext | null;
  readonly onTurn: (turn: TracedTurn) => void;
  readonly onStarted: () => void;
  readonly onEnded: () => void;
}

/** Traces one session from what it tells. No event comes per audio frame, and no call either. */
export class TracingChannel implements ControlChannel {
  readonly #options: TracingChannelOptions;
  readonly #turns: TurnTracer;

  constructor(options: TracingChannelOptions) {
    const { tracer, sessionId, agent, pipeline, setup, caller, onTurn } = options;
    this.#options = options;
    this.#turns = new TurnTracer({
      tracer,
      sessionId,
      agent,
      pipeline,
      onTurn,
      ...(setup && { setup }),
      ...(caller && { caller }),
    });
  }

  attach(): void {
    // A tracer asks nothing of the session.
  }

  /** The context of a call that runs, for what runs for it. */
  toolContext(callId: string): SpanContext | null {
    return this.#turns.toolContext(callId);
  }

  /** The turn that the session is in, and whether it is kept whatever else comes. */
  get current(): TurnTracer['current'] {
    return this.#turns.current;
  }

  /** The start of the session, or its end. */
  get session(): SpanContext | null {
    return this.#turns.session;
  }

  notify(event: SessionEvent): void {
    const turns = this.#turns;
    const { atMs } = event;
    switch (event.type) {
      case 'session.started':
        this.#options.onStarted();
        turns.sessionStarted(atMs);
        return;
      case 'session.configured': {
        const { turnDetection } = event.config;
        const { mode = 'manual' } = turnDetection ?? {};
        turns.endpointedBy(MODES[mode]);
        return;
      }
      case 'session.ended':
        turns.sessionEnded(event.reason, atMs);
        this.#options.onEnded();
        return;
      case 'state.changed':
        turns.stateChanged(event);
        return;
      case 'caller.speechStarted':
        turns.speechStarted(event.itemId, atMs);
        return;
      case 'caller.speechStopped':
        turns.speechStopped(event.itemId, atMs);
        return;
      case 'caller.committed':
        turns.committed(event.itemId, atMs, event);
        return;
      case 'caller.transcript':
        if (event.isFinal) turns.transcribed(event.itemId, event.text, atMs);
        return;
      case 'item.added':
        if (event.generationId !== null && event.item.kind === 'message') {
          turns.itemAdded(event.item.id, event.generationId);
        }
        return;
      case 'item.truncated': {
        const { itemId, audioEndMs } = event;
        turns.played({ itemId, playedMs: audioEndMs, isInterrupted: true, atMs });
        return;
      }
      case 'playout.drained':
        turns.played({ itemId: event.itemId, playedMs: null, isInterrupted: false, atMs });
        return;
      case 'generation.started':
        turns.generationStarted(event.generationId, event.kind, atMs);
        return;
      case 'generation.text':
        turns.textCame(event.generationId, atMs);
        return;
      case 'generation.piece':
        turns.pieceSounded(event);
        return;
      case 'generation.ended': {
        const { generationId, outcome, error, audioMs, usage } = event;
        turns.generationEnded({
          generationId,
          outcome,
          errorCode: error?.code ?? null,
          audioMs,
          inputTokens: usage.inputTextTokens + usage.inputAudioTokens,
          outputTokens: usage.outputTextTokens + usage.outputAudioTokens,
          atMs,
        });
        return;
      }
      case 'turn.measured':
        turns.measured(event.report);
        return;
      case 'bargeIn.decided':
        turns.bargeIn(event.verdict, event.playedMs, atMs);
        return;
      case 'tool.started': {
        const isQueued = this.#options.isQueued(event.name);
        const isFollowed = this.#options.isFollowed(event.name);
        // What a client or a model calls a tool is theirs to choose.
        const name = this.#options.agentTools.has(event.name) ? event.name : OTHER_TOOL;
        turns.toolStarted({ ...event, name, isQueued, isFollowed });
        return;
      }
      case 'generation.covered':
        turns.answerCovered(atMs);
        return;
      case 'tool.covered':
        turns.toolCovered(event.callId, atMs);
        return;
      case 'tool.overdue':
        turns.toolOverdue(event.callId, atMs);
        return;
      case 'tool.settled':
        turns.toolSettled(event);
        return;
      case 'provider.tookOver':
        turns.failedOver(event);
        return;
      case 'handoff.requested':
        turns.escalated();
        return;
      case 'engine.failed':
      case 'invariant.violated':
      case 'audio.formatDoubted':
        turns.faulted();
        return;
      default:
    }
  }
}
