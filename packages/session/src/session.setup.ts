import { assertEvent, assign, emit, enqueueActions, setup } from 'xstate';
import type { EndReason } from './ports/session-event.ts';
import type { Ask, SessionDecision, SessionFact } from './session.facts.ts';
import { toolCallMachine } from './tool-call.machine.ts';

/** What a session machine starts from. */
export interface SessionInput {
  readonly sessionId: string;
  /** The leg's capability. */
  readonly bargeIn: 'hold' | 'cancel';
  readonly interruptsResponse: boolean;
  readonly covers: boolean;
  readonly timings: SessionTimings;
}

/** The machine's own waits, in milliseconds. */
export interface SessionTimings {
  /** The longest farewell before the caller is handed off all the same. */
  readonly handOffLimitMs: number;
}

/** Nobody says goodbye for longer. */
export const DEFAULT_TIMINGS: SessionTimings = {
  handOffLimitMs: 20_000,
};

interface PendingCall {
  readonly runs: 'server' | 'client' | 'session';
  readonly settled: boolean;
}

/** The machine's memory: plain JSON, so that a snapshot can be logged, shown and replayed. */
export interface SessionContext extends SessionInput {
  /** The latest generation; `ended` when the engine produces nothing more for it. */
  readonly generation: {
    readonly id: string;
    readonly kind: Ask['kind'];
    readonly ended: boolean;
    readonly audible: boolean;
    readonly madeCalls: boolean;
  } | null;
  readonly generationCount: number;
  /** Agent audio is on its way to the caller's ear, or held. */
  readonly isPlaying: boolean;
  readonly isCallerSpeaking: boolean;
  /** Calls that no answer has used yet, by call id. */
  readonly calls: Readonly<Record<string, PendingCall>>;
  readonly waitingAsk: Ask | null;
  readonly wantsHandOff: boolean;
  /** What speech over the agent has cut, until it is clear whether that was right. */
  readonly interrupted: 'nothing' | 'speech' | 'unmadeAnswer';
  /** Where the agent was when its audio was held. */
  readonly heldIn: 'responding' | 'toolPending';
  readonly endReason: EndReason | null;
}

const hasEnded = (context: SessionContext): boolean => context.generation?.ended ?? true;
const pendingCalls = (context: SessionContext): PendingCall[] => Object.values(context.calls);
const isInterruptible = (context: SessionContext): boolean =>
  context.interruptsResponse && context.generation?.kind !== 'farewell';

/** As soon as the answer that called a tool is made; after any other answer, once it was heard. */
const awaitsTools = (context: SessionContext): boolean =>
  hasEnded(context) &&
  pendingCalls(context).length > 0 &&
  (context.generation?.madeCalls === true || !context.isPlaying);

/** What is lost when the agent is cut now. */
function interruptedOf({ generation }: SessionContext): SessionContext['interrupted'] {
  if (!generation || generation.kind === 'cover' || generation.kind === 'backchannel') {
    return 'nothing';
  }
  const isUnmade = generation.kind === 'answer' && !generation.ended && !generation.audible;
  return isUnmade ? 'unmadeAnswer' : 'speech';
}

const askAgain = ({ interrupted }: SessionContext): Ask => ({
  kind: interrupted === 'unmadeAnswer' ? 'answer' : 'resumption',
  itemId: null,
  options: {},
});

/** Begins a generation: remembers it, marks settled calls as used by it, and tells the runtime. */
const begin = (askOf: (args: { context: SessionContext; event: SessionFact }) => Ask) =>
  enqueueActions<
    SessionContext,
    SessionFact,
    undefined,
    SessionFact,
    never,
    never,
    never,
    never,
    SessionDecision
  >(({ context, event, enqueue }) => {
    const ask = askOf({ context, event });
    const generationId = `gen_${context.generationCount + 1}`;
    const usesResults = ask.kind === 'answer';
    for (const [callId, call] of Object.entries(context.calls)) {
      if (usesResults && call.settled) enqueue.stopChild(callId);
    }
    enqueue.assign({
      generation: {
        id: generationId,
        kind: ask.kind,
        ended: false,
        audible: false,
        madeCalls: false,
      },
      generationCount: context.generationCount + 1,
      waitingAsk: null,
      interrupted: 'nothing',
      calls: usesResults
        ? Object.fromEntries(Object.entries(context.calls).filter(([, call]) => !call.settled))
        : context.calls,
    });
    enqueue.emit({ type: 'generate', generationId, ask });
  });

/** The vocabulary of the session machine: pure guards, and actions that only assign, emit or spawn. */
export const sessionSetup = setup({
  types: {
    context: {} as SessionContext,
    events: {} as SessionFact,
    input: {} as SessionInput,
    emitted: {} as SessionDecision,
  },
  actors: { toolCall: toolCallMachine },
  delays: {
    handOffLimit: ({ context }) => context.timings.handOffLimitMs,
  },
  guards: {
    wantsAnswer: ({ event }) => event.type === 'caller.turnCommitted' && event.wantsAnswer,
    mayGreet: ({ context }) => !context.isCallerSpeaking && hasEnded(context),
    hasWaitingAsk: ({ context }) => context.waitingAsk !== null && hasEnded(context),
    wantsAnswerNow: ({ context, event }) =>
      event.type === 'caller.turnCommitted' && event.wantsAnswer && hasEnded(context),
    isQuiet: ({ context }) => !context.isPlaying && hasEnded(context),
    generationEnded: ({ context }) => hasEnded(context),
    cancelsAtOnset: ({ context }) =>
      isInterruptible(context) &&
      context.bargeIn === 'cancel' &&
      (context.isPlaying || !hasEnded(context)),
    holdsAtOnset: ({ context }) =>
      isInterruptible(context) &&
      context.bargeIn === 'hold' &&
      (context.isPlaying || !hasEnded(context)),
    handOffDue: ({ context }) => context.wantsHandOff && hasEnded(context),
    handOffDueInSilence: ({ context }) =>
      context.wantsHandOff && hasEnded(context) && context.generation?.audible !== true,
    farewellHeard: ({ context }) => hasEnded(context) && !context.isPlaying,
    awaitsTools: ({ context }) => awaitsTools(context),
    awaitsToolsWhileHeard: ({ context }) => awaitsTools(context) && context.isPlaying,
    answerIsOver: ({ context }) => hasEnded(context) && !context.isPlaying,
    canCover: ({ context }) =>
      context.covers && !context.isPlaying && hasEnded(context) && !context.isCallerSpeaking,
    owesToolAnswer: ({ context }) => {
      const calls = pendingCalls(context);
      return (
        hasEnded(context) &&
        !context.isCallerSpeaking &&
        calls.some((call) => call.runs === 'server') &&
        calls.every((call) => call.settled)
      );
    },
    clientHasAnswered: ({ context }) =>
      pendingCalls(context).every((call) => call.settled && call.runs === 'client'),
    /** What was cut for nothing is to be said, or made, again. */
    wasCutForNothing: ({ context }) => context.interrupted !== 'nothing' && hasEnded(context),
    wasResponding: ({ context }) => context.heldIn === 'responding',
  },
  actions: {
    greet: begin(() => ({ kind: 'greeting', itemId: null, options: {} })),
    answerTurn: begin(({ event }) => {
      assertEvent(event, 'caller.turnCommitted');
      return { kind: 'answer', itemId: event.itemId, options: {} };
    }),
    answerClient: begin(({ event }) => {
      assertEvent(event, 'client.answerRequested');
      return { kind: 'answer', itemId: null, options: event.options };
    }),
    answerWaiting: begin(
      ({ context }) => context.waitingAsk ?? { kind: 'answer', itemId: null, options: {} },
    ),
    answerTools: begin(() => ({ kind: 'answer', itemId: null, options: {} })),
    cover: begin(() => ({ kind: 'cover', itemId: null, options: {} })),
    makeListeningNoise: begin(() => ({ kind: 'backchannel', itemId: null, options: {} })),
    sayFarewell: begin(() => ({ kind: 'farewell', itemId: null, options: {} })),
    sayAgain: begin(({ context }) => askAgain(context)),
    /** What somebody has asked for meanwhile goes before. */
    queueSayAgain: assign(({ context }) => ({
      waitingAsk:
        context.interrupted === 'nothing'
          ? context.waitingAsk
          : (context.waitingAsk ?? askAgain(context)),
    })),
    /** A cover that was cut is not worth saying again, and neither is what was heard to its end. */
    noteCut: assign(({ context, event }) => {
      assertEvent(event, 'history.cut');
      const isNothingLeft = context.interrupted === 'speech' && !event.hasUnheard;
      return isNothingLeft
        ? {
            interrupted: 'nothing' as const,
            waitingAsk: context.waitingAsk?.kind === 'resumption' ? null : context.waitingAsk,
          }
        : {};
    }),
    noteInterrupted: assign(({ context }) => ({ interrupted: interruptedOf(context) })),
    queueTurnAnswer: assign(({ event }) => {
      assertEvent(event, 'caller.turnCommitted');
      return { waitingAsk: { kind: 'answer', itemId: event.itemId, options: {} } satisfies Ask };
    }),
    queueClientAnswer: assign(({ event }) => {
      assertEvent(event, 'client.answerRequested');
      return { waitingAsk: { kind: 'answer', itemId: null, options: event.options } satisfies Ask };
    }),
    noteSpeaking: assign({ isCallerSpeaking: true }),
    noteTurn: assign({ interrupted: 'nothing' }),
    noteSilent: assign({ isCallerSpeaking: false }),
    notePlaying: assign({ isPlaying: true }),
    noteQuiet: assign({ isPlaying: false }),
    noteAudible: assign(({ context, event }) => {
      assertEvent(event, 'agent.firstAudio');
      return context.generation?.id === event.generationId
        ? { generation: { ...context.generation, audible: true } }
        : {};
    }),
    noteGenerationEnded: assign(({ context, event }) => {
      assertEvent(event, 'agent.generationEnded');
      if (context.generation?.id !== event.generationId) return {};
      const apologises = event.failed && context.generation.kind !== 'apology';
      return {
        generation: { ...context.generation, ended: true },
        ...(apologises && {
          waitingAsk: { kind: 'apology', itemId: null, options: {} } satisfies Ask,
        }),
      };
    }),
    noteConfigured: assign(({ event }) => {
      assertEvent(event, 'session.configured');
      return { interruptsResponse: event.interruptsResponse, covers: event.covers };
    }),
    noteEnd: assign(({ event }) => {
      assertEvent(event, ['leg.closed', 'session.endRequested']);
      return { endReason: event.reason };
    }),
    noteHandedOff: assign({ endReason: 'handedOff' }),
    noteHeldInResponding: assign({ heldIn: 'responding' }),
    noteHeldInTool: assign({ heldIn: 'toolPending' }),
    /** The generation is being cancelled: what it still wanted is void, running tools are not. */
    voidGeneration: assign(({ context }) => ({
      generation: context.generation && { ...context.generation, ended: true },
      waitingAsk: null,
      wantsHandOff: false,
    })),
    pendCall: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'agent.toolCalled');
      const { callId, tool } = event;
      const generation = context.generation && { ...context.generation, madeCalls: true };
      if (tool.runs === 'session') {
        enqueue.assign({ generation, wantsHandOff: true });
        return;
      }
      enqueue.assign({
        generation,
        calls: { ...context.calls, [callId]: { runs: tool.runs, settled: false } },
      });
      enqueue.spawnChild('toolCall', {
        id: callId,
        input: { callId, coverAfterMs: tool.coverAfterMs, timeoutMs: tool.timeoutMs },
      });
      if (tool.runs === 'server') enqueue.emit({ type: 'runTool', callId });
    }),
    settleCall: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'tool.settled');
      const call = context.calls[event.callId];
      if (!call) return;
      enqueue.assign({ calls: { ...context.calls, [event.callId]: { ...call, settled: true } } });
      enqueue.sendTo(event.callId, { type: 'tool.settled' });
    }),
    abortCall: emit(({ event }) => {
      assertEvent(event, 'tool.timedOut');
      return { type: 'abortTool' as const, callId: event.callId };
    }),
    holdPlayout: emit({ type: 'holdPlayout' as const }),
    resumePlayout: emit({ type: 'resumePlayout' as const }),
    cutForBargeIn: emit({ type: 'cutHistory' as const, reason: 'bargeIn' as const }),
    cutForClient: emit({ type: 'cutHistory' as const, reason: 'client' as const }),
    commitTurn: emit({ type: 'commitTurn' as const }),
    dropTurn: emit({ type: 'dropTurn' as const }),
    handOff: emit({ type: 'handOff' as const }),
    endSession: emit(({ context }) => ({
      type: 'endSession' as const,
      reason: context.endReason ?? ('failed' as const),
    })),
  },
});
