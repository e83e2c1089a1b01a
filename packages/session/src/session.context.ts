import { enqueueActions } from 'xstate';
import type { EndReason } from './ports/session-event.ts';
import type { Ask, Question, SessionDecision, SessionFact } from './session.facts.ts';

/** What a session machine starts from. */
export interface SessionInput {
  readonly sessionId: string;
  /** The leg's capability. */
  readonly bargeIn: 'hold' | 'cancel';
  readonly interruptsResponse: boolean;
  readonly covers: boolean;
  /** There is somebody who sends e-mails. */
  readonly sendsEmail: boolean;
  /** There is an address to send them to. */
  readonly hasAddress: boolean;
  /** Another address can be told. */
  readonly hearsSpelling: boolean;
  /** The session ends after so many failed answers in a row; null where it always goes on. */
  readonly endAfterFailures: number | null;
  readonly timings: SessionTimings;
}

/** The machine's own waits, in milliseconds. */
export interface SessionTimings {
  /** The longest farewell before the caller is handed off all the same. */
  readonly handOffLimitMs: number;
  /** Silence of a wait before the next line is spoken. */
  readonly progressAfterMs: number;
  /** How long the caller may think about whether a tool may run. */
  readonly consentReplyMs: number;
  /** How long the caller may think about an e-mail. */
  readonly offerReplyMs: number;
  /** How long the words of a reply may take. */
  readonly weighLimitMs: number;
}

/**
 * Nobody says goodbye for longer. Silence of two seconds is felt, and a line takes a moment to be
 * heard. A recogniser that takes 4 s for a reply has lost it.
 */
export const DEFAULT_TIMINGS: SessionTimings = {
  handOffLimitMs: 20_000,
  progressAfterMs: 1_600,
  consentReplyMs: 20_000,
  offerReplyMs: 10_000,
  weighLimitMs: 4_000,
};

/** A call that no answer has used yet. */
export interface PendingCall {
  readonly runs: 'server' | 'client' | 'session';
  readonly settled: boolean;
  /** `owed` until the caller is asked; it runs with `given` alone. */
  readonly consent: 'owed' | 'asked' | 'given';
  readonly coverDue: boolean;
  /** Of an e-mail: it cannot be made, is not due, is due, or was made. */
  readonly offer: 'never' | 'later' | 'due' | 'made';
  readonly waits: {
    readonly coverAfterMs: number;
    readonly deadlineMs: number;
    readonly timeoutMs: number;
  };
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
  /** Answers that failed since the last that did not. */
  readonly failedInARow: number;
  /** Agent audio is on its way to the caller's ear, or held. */
  readonly isPlaying: boolean;
  readonly isCallerSpeaking: boolean;
  /** Of a wait for tools: it is time for the next line, as soon as one may be spoken. */
  readonly isSilenceLong: boolean;
  /** By call id. */
  readonly calls: Readonly<Record<string, PendingCall>>;
  readonly waitingAsk: Ask | null;
  readonly wantsHandOff: boolean;
  /** What the caller is being asked by the session itself. */
  readonly question: Question | null;
  /** The answer to what the caller said to it, should it be none to the question. */
  readonly reply: Ask | null;
  /** What speech over the agent has cut, until it is clear whether that was right. */
  readonly interrupted: 'nothing' | 'speech' | 'unmadeAnswer';
  /** Where the agent was when its audio was held. */
  readonly heldIn: 'responding' | 'toolPending' | 'asking';
  readonly endReason: EndReason | null;
}

/** Whether the engine makes nothing. */
export const hasEnded = (context: SessionContext): boolean => context.generation?.ended ?? true;

/** Whether nothing is made and nothing is heard. */
export const isQuiet = (context: SessionContext): boolean =>
  !context.isPlaying && hasEnded(context);

/** Whether so many answers have failed that no other is tried. */
export const hasGivenUp = ({ endAfterFailures, failedInARow }: SessionContext): boolean =>
  endAfterFailures !== null && failedInARow >= endAfterFailures;

export const pendingCalls = (context: SessionContext): PendingCall[] =>
  Object.values(context.calls);

/** The calls but these. */
export const withoutCalls = (
  calls: SessionContext['calls'],
  callIds: readonly string[],
): SessionContext['calls'] =>
  Object.fromEntries(Object.entries(calls).filter(([callId]) => !callIds.includes(callId)));

type Run = Parameters<
  typeof enqueueActions<
    SessionContext,
    SessionFact,
    undefined,
    SessionFact,
    never,
    never,
    never,
    never,
    SessionDecision
  >
>[0];

/** An action of the session machine that assigns, emits and stops children. */
export const act = (run: Run) =>
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
  >(run);

type ActionArgs = Parameters<Run>[0];

/**
 * Begins a generation: changes the context, marks settled calls as used by it, and tells the
 * runtime.
 */
export function beginWith(
  { enqueue, context: before }: Pick<ActionArgs, 'enqueue' | 'context'>,
  ask: Ask,
  changes: Partial<SessionContext> = {},
): void {
  const context = { ...before, ...changes };
  const generationId = `gen_${context.generationCount + 1}`;
  const usesResults = ask.kind === 'answer';
  for (const [callId, call] of Object.entries(context.calls)) {
    if (usesResults && call.settled) enqueue.stopChild(callId);
  }
  enqueue.assign({
    ...changes,
    generation: {
      id: generationId,
      kind: ask.kind,
      ended: false,
      audible: false,
      madeCalls: ask.kind === 'call',
    },
    generationCount: context.generationCount + 1,
    waitingAsk: null,
    interrupted: 'nothing',
    calls: usesResults
      ? Object.fromEntries(Object.entries(context.calls).filter(([, call]) => !call.settled))
      : context.calls,
  });
  enqueue.emit({ type: 'generate', generationId, ask });
}

/** An action that begins a generation. */
export const begin = (askOf: (args: { context: SessionContext; event: SessionFact }) => Ask) =>
  act(({ context, event, enqueue }) => beginWith({ enqueue, context }, askOf({ context, event })));
