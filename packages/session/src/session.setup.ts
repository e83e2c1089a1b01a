import { assertEvent, assign, emit, enqueueActions, setup } from 'xstate';
import {
  act,
  begin,
  hasEnded,
  hasGivenUp,
  isQuiet,
  pendingCalls,
  withoutCalls,
} from './session.context.ts';
import type { PendingCall, SessionContext, SessionInput } from './session.context.ts';
import type { Ask, SessionDecision, SessionFact } from './session.facts.ts';
import { questionActions, questionGuards } from './session.questions.ts';
import { toolCallMachine } from './tool-call.machine.ts';

/** The apology for the last answer that is tried. */
const isLastApology = (context: SessionContext): boolean =>
  hasGivenUp(context) && context.generation?.kind === 'apology';

const isInterruptible = (context: SessionContext): boolean =>
  context.interruptsResponse && context.generation?.kind !== 'farewell' && !isLastApology(context);

/** As soon as the answer that called a tool is made; after any other answer, once it was heard. */
const awaitsTools = (context: SessionContext): boolean =>
  hasEnded(context) &&
  pendingCalls(context).length > 0 &&
  (context.generation?.madeCalls === true || !context.isPlaying);

/** What is lost when the agent is cut now. */
function interruptedOf({ generation }: SessionContext): SessionContext['interrupted'] {
  if (!generation || FILLERS.has(generation.kind)) return 'nothing';
  const isUnmade = generation.kind === 'answer' && !generation.ended && !generation.audible;
  return isUnmade ? 'unmadeAnswer' : 'speech';
}

const askAgain = ({ interrupted }: SessionContext): Ask => ({
  kind: interrupted === 'unmadeAnswer' ? 'answer' : 'resumption',
  itemId: null,
  options: {},
});

/** Nothing is lost when these are cut. */
const FILLERS: ReadonlySet<Ask['kind']> = new Set(['cover', 'progress', 'backchannel', 'staying']);

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
    progressAfter: ({ context }) => context.timings.progressAfterMs,
    replyLimit: ({ context: { question, timings } }) =>
      question?.kind === 'consent' ? timings.consentReplyMs : timings.offerReplyMs,
    weighLimit: ({ context }) => context.timings.weighLimitMs,
  },
  guards: {
    ...questionGuards,
    wantsAnswer: ({ event }) => event.type === 'caller.turnCommitted' && event.wantsAnswer,
    mayGreet: ({ context }) => !context.isCallerSpeaking && hasEnded(context),
    hasWaitingAsk: ({ context }) => context.waitingAsk !== null && hasEnded(context),
    wantsAnswerNow: ({ context, event }) =>
      event.type === 'caller.turnCommitted' && event.wantsAnswer && hasEnded(context),
    isSounding: ({ context }) => context.isPlaying || !hasEnded(context),
    isQuiet: ({ context }) => isQuiet(context),
    /** Of what ends a turn: speech that was not over is over with it. */
    fallsSilent: ({ context }) => context.isCallerSpeaking,
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
    farewellHeard: ({ context }) => isQuiet(context),
    lastApologyHeard: ({ context }) => isLastApology(context) && isQuiet(context),
    awaitsTools: ({ context }) => awaitsTools(context),
    awaitsToolsWhileHeard: ({ context }) => awaitsTools(context) && context.isPlaying,
    answerIsOver: ({ context }) => isQuiet(context),
    canCover: ({ context }) => context.covers && isQuiet(context) && !context.isCallerSpeaking,
    /** The model has not said anything before the call. */
    wantsCover: ({ context }) => {
      const { covers, isCallerSpeaking, generation } = context;
      const hasSpoken = generation?.madeCalls === true && generation.audible;
      return covers && isQuiet(context) && !isCallerSpeaking && !hasSpoken;
    },
    /** A wait that was covered goes on, and has been silent for long. */
    canReassure: ({ context }) =>
      context.isSilenceLong &&
      context.covers &&
      !context.isCallerSpeaking &&
      pendingCalls(context).some((call) => call.coverDue && !call.settled),
    waitsForTools: ({ context }) =>
      isQuiet(context) && pendingCalls(context).some((call) => !call.settled),
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
    wasAsking: ({ context }) => context.heldIn === 'asking',
  },
  actions: {
    ...questionActions,
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
    beginSilence: assign({ isSilenceLong: false }),
    noteLongSilence: assign({ isSilenceLong: true }),
    noteAudible: assign(({ context, event }) => {
      assertEvent(event, 'agent.firstAudio');
      return context.generation?.id === event.generationId
        ? { generation: { ...context.generation, audible: true } }
        : {};
    }),
    noteGenerationEnded: assign(({ context, event }) => {
      assertEvent(event, 'agent.generationEnded');
      if (context.generation?.id !== event.generationId) return {};
      const { kind } = context.generation;
      const apologises = event.failed && kind !== 'apology';
      const failedInARow = event.failed ? context.failedInARow + 1 : 0;
      return {
        generation: { ...context.generation, ended: true },
        ...(kind === 'answer' && { failedInARow }),
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
    noteHeldInAsking: assign({ heldIn: 'asking' }),
    noteContact: assign({ hasAddress: true }),
    /** The generation is being cancelled: what it still wanted is void, running tools are not. */
    voidGeneration: act(({ context, enqueue }) => {
      const { generation, calls } = context;
      // What was to be read back is void when the words before it are cut.
      const owed = Object.keys(calls).filter((callId) => calls[callId]?.consent === 'owed');
      for (const callId of owed) enqueue.emit({ type: 'declineTool', callId });
      enqueue.assign({
        generation: generation && { ...generation, ended: true },
        calls: withoutCalls(calls, owed),
        waitingAsk: null,
        wantsHandOff: false,
      });
    }),
    pendCall: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'agent.toolCalled');
      const { callId, tool } = event;
      const generation = context.generation && { ...context.generation, madeCalls: true };
      if (tool.runs === 'session') {
        enqueue.assign({ generation, wantsHandOff: true });
        return;
      }
      const { coverAfterMs, deadlineMs, timeoutMs } = tool;
      const call: PendingCall = {
        runs: tool.runs,
        settled: false,
        consent: tool.confirm === 'none' ? 'given' : 'owed',
        coverDue: false,
        offer: tool.followUp && tool.runs === 'server' ? 'later' : 'never',
        waits: { coverAfterMs, deadlineMs, timeoutMs },
      };
      enqueue.assign({ generation, calls: { ...context.calls, [callId]: call } });
      if (call.consent === 'owed') return;
      enqueue.spawnChild('toolCall', { id: callId, input: { callId, ...call.waits } });
      if (tool.runs === 'server') enqueue.emit({ type: 'runTool', callId });
    }),
    /** The caller has agreed to it. */
    runConsented: enqueueActions(({ context, enqueue }) => {
      const callId = context.question?.callIds[0];
      const call = callId === undefined ? undefined : context.calls[callId];
      if (callId === undefined || !call) return;
      enqueue.assign({ calls: { ...context.calls, [callId]: { ...call, consent: 'given' } } });
      enqueue.spawnChild('toolCall', { id: callId, input: { callId, ...call.waits } });
      if (call.runs === 'server') enqueue.emit({ type: 'runTool', callId });
    }),
    noteCoverDue: assign(({ context, event }) => {
      assertEvent(event, 'tool.coverDue');
      const call = context.calls[event.callId];
      return call
        ? { calls: { ...context.calls, [event.callId]: { ...call, coverDue: true } } }
        : {};
    }),
    noteDeadline: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'tool.deadlineReached');
      const call = context.calls[event.callId];
      if (!call || call.settled) return;
      enqueue.emit({ type: 'noteOverdue', callId: event.callId });
      if (call.offer !== 'later') return;
      // An offer that is being made is for this call as well.
      const { question } = context;
      const isOpen = question?.kind === 'offer';
      const offer = isOpen ? 'made' : 'due';
      enqueue.assign({
        calls: { ...context.calls, [event.callId]: { ...call, offer } },
        question: isOpen ? { ...question, callIds: [...question.callIds, event.callId] } : question,
      });
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
