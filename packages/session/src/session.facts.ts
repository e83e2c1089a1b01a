import type { AnswerOptions, ToolDefinition } from './ports/session-config.ts';
import type { CancelReason, EndReason, GenerationKind } from './ports/session-event.ts';

/** An answer somebody asked for and that has not begun. */
export interface Ask {
  readonly kind: GenerationKind;
  /** The caller's item that is answered, if one is. */
  readonly itemId: string | null;
  readonly options: AnswerOptions;
  /** The tool calls that it is about: what is read back, offered, or handed to the client. */
  readonly callIds?: readonly string[];
}

/**
 * What the session itself has asked the caller: whether a tool may run, whether to e-mail an answer
 * that takes long, whether the address on file is right, or which other one to use.
 */
export interface Question {
  readonly kind: 'consent' | 'offer' | 'address' | 'newAddress';
  readonly callIds: readonly string[];
}

/** What a reply to a question amounts to; `address` is one that was told. */
export type ReplyReading = 'yes' | 'no' | 'other' | 'address';

/** What happened, as the session machine hears it. */
export type SessionFact =
  /** The caller can hear and be heard, and a greeting is wanted. */
  | { readonly type: 'session.greetingDue' }
  | {
      readonly type: 'session.configured';
      readonly interruptsResponse: boolean;
      /** There are covers, and a voice to say them with. */
      readonly covers: boolean;
    }
  | { readonly type: 'session.endRequested'; readonly reason: EndReason }
  | { readonly type: 'leg.closed'; readonly reason: EndReason }
  | { readonly type: 'caller.speechStarted'; readonly itemId: string }
  | { readonly type: 'caller.speechStopped'; readonly itemId: string }
  | {
      readonly type: 'caller.turnCommitted';
      readonly itemId: string;
      readonly wantsAnswer: boolean;
    }
  | { readonly type: 'caller.turnDropped'; readonly itemId: string }
  /** The caller pauses in a long story, and may want to know that somebody listens. */
  | { readonly type: 'caller.listeningWanted' }
  /** The speech over the agent wants the floor. */
  | { readonly type: 'bargeIn.confirmed' }
  /** It was a backchannel, a cough or noise; told before the speech is told to have stopped. */
  | { readonly type: 'bargeIn.dismissed' }
  | {
      readonly type: 'client.answerRequested';
      readonly options: AnswerOptions;
      /** What the caller typed and nobody has answered. */
      readonly itemId: string | null;
    }
  | { readonly type: 'client.answerCancelled' }
  | { readonly type: 'agent.firstAudio'; readonly generationId: string }
  | {
      readonly type: 'agent.toolCalled';
      readonly callId: string;
      readonly tool: Pick<
        ToolDefinition,
        'name' | 'runs' | 'confirm' | 'coverAfterMs' | 'deadlineMs' | 'timeoutMs' | 'followUp'
      >;
    }
  | {
      readonly type: 'agent.generationEnded';
      readonly generationId: string;
      readonly failed: boolean;
    }
  | { readonly type: 'playout.started' }
  | { readonly type: 'playout.drained' }
  | { readonly type: 'playout.held' }
  | { readonly type: 'playout.resumed' }
  | { readonly type: 'playout.cut' }
  /** The conversation now holds only what was heard. */
  | {
      readonly type: 'history.cut';
      /** Something that was written was not heard. */
      readonly hasUnheard: boolean;
    }
  | { readonly type: 'tool.coverDue'; readonly callId: string }
  | { readonly type: 'tool.deadlineReached'; readonly callId: string }
  | { readonly type: 'tool.timedOut'; readonly callId: string }
  | { readonly type: 'tool.settled'; readonly callId: string }
  /** There is an e-mail address on file. */
  | { readonly type: 'contact.known' }
  /** A key of the keypad that answers a question. */
  | { readonly type: 'caller.pressed' }
  | { readonly type: 'question.answered'; readonly reading: ReplyReading }
  /** An e-mail could not be promised; the calls go on. */
  | { readonly type: 'followUp.failed' };

/** What the session machine decides; the runtime carries it out. */
export type SessionDecision =
  | { readonly type: 'generate'; readonly generationId: string; readonly ask: Ask }
  | { readonly type: 'holdPlayout' }
  | { readonly type: 'resumePlayout' }
  /** Stop speaking, cancel the generation, and cut the history to the words that were played. */
  | { readonly type: 'cutHistory'; readonly reason: CancelReason }
  | { readonly type: 'commitTurn' }
  | { readonly type: 'dropTurn' }
  | { readonly type: 'runTool'; readonly callId: string }
  /** It does not run, because the caller did not agree to it. */
  | { readonly type: 'declineTool'; readonly callId: string }
  /** Its deadline is reached; the caller may be offered the answer by e-mail. */
  | { readonly type: 'noteOverdue'; readonly callId: string }
  /** Its answer comes by e-mail, and nobody waits for it. */
  | { readonly type: 'deferTool'; readonly callId: string }
  /** What the caller said last, or pressed, answers this question. */
  | {
      readonly type: 'weighReply';
      readonly question: Question;
      readonly itemId: string | null;
    }
  /** The caller's item has been answered by the session itself. */
  | { readonly type: 'setAside'; readonly itemId: string }
  | { readonly type: 'abortTool'; readonly callId: string }
  | { readonly type: 'handOff' }
  | { readonly type: 'endSession'; readonly reason: EndReason };
