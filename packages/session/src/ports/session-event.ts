import type { TurnReport } from '@antiphon/observability';
import type { ConversationItem } from './conversation-item.ts';
import type { ProviderUsage, SessionUsage } from './provider-usage.ts';
import type { AnswerOptions, SessionConfig } from './session-config.ts';
import type { ProviderTookOver, SpeechEdit, TimedWord, Usage } from './voice-engine.ts';

/** Why a session ended. */
export type EndReason =
  'callerLeft' | 'clientEnded' | 'handedOff' | 'expired' | 'serverStopping' | 'failed';

/** Why an answer was stopped. */
export type CancelReason = 'bargeIn' | 'client' | 'sessionEnded';

/** What is being generated: an answer of the engine, or a text of the session's own. */
export type GenerationKind =
  | 'answer'
  | 'greeting'
  | 'cover'
  | 'apology'
  | 'farewell'
  /** "Mm-hmm", while the caller speaks. */
  | 'backchannel'
  /** What was left unheard when the caller only seemed to cut in. */
  | 'resumption'
  /** A wait that goes on. */
  | 'progress'
  /** A call is read back, and the caller is asked whether it may run. */
  | 'readBack'
  /** The caller is asked whether to e-mail an answer that takes long. */
  | 'offer'
  | 'addressCheck'
  | 'addressAsk'
  /** The offer was declined. */
  | 'staying'
  /** The offer was accepted, and the e-mail cannot be promised. */
  | 'emailFailed'
  /** A call the caller agreed to is given to the client. */
  | 'call';

/** How a tool call ended: as the runner says, or `declined` by the caller, or `deferred` to an e-mail. */
export type CallOutcome =
  'result' | 'error' | 'timeout' | 'cancelled' | 'unknown' | 'declined' | 'deferred';

/** Why a caller is handed to a person: a tool went wrong lately, or none did. */
export type HandOffReason =
  'asked' | 'tool_error' | 'tool_timeout' | 'tool_unknown' | 'tool_overdue';

/** Why a caller is handed to a person, and the tool that went wrong, if one did. */
export interface HandOffCause {
  readonly reason: HandOffReason;
  readonly tool: string | null;
}

/** What became of the caller's consent. */
export type ConsentVerdict = 'confirmed' | 'refused' | 'unclear' | 'unheard' | 'expired';

/** How the last sound of a caller's turn came in. */
export interface TurnArrival {
  /** When the frame that holds it had been handed to the detector. */
  readonly handedAtMs: number;
  /** How unevenly frames came lately, as RFC 3550 has it; milliseconds. */
  readonly jitterMs: number;
}

/** The last word on whether the caller's turn is over, where turns end by that. */
export interface TurnPrediction {
  /** 0 to 1. */
  readonly probability: number;
  /** From which likelihood on the silence below is enough. */
  readonly threshold: number;
  /** The silence after which the turn was over. */
  readonly windowMs: number;
  /** When the probability was told. */
  readonly atMs: number;
}

/** What a session tells those who listen: the door, the feed and the recorder. Plain JSON. */
export type SessionEvent = { readonly atMs: number } & (
  | {
      readonly type: 'session.started';
      readonly sessionId: string;
      readonly agent: string;
      /** Whose session it is, where it is a tenant's. */
      readonly tenant?: string;
    }
  | { readonly type: 'session.configured'; readonly config: SessionConfig }
  | {
      readonly type: 'session.ended';
      readonly reason: EndReason;
      /** Left out where no provider told of any. */
      readonly usage?: SessionUsage;
    }
  | {
      readonly type: 'state.changed';
      readonly region: 'caller' | 'turn' | 'agentAudio';
      /** Dotted path inside the region, such as `responding.speaking`. */
      readonly from: string;
      readonly to: string;
      /** Type of the fact that moved it, `timer` for one of the machine's delays. */
      readonly cause: string;
    }
  /** The machine of a pending call stands in these states, dotted paths; in none when it is gone. */
  | { readonly type: 'call.changed'; readonly callId: string; readonly states: readonly string[] }
  /** `audioStartMs` includes the prefix padding. */
  | {
      readonly type: 'caller.speechStarted';
      readonly itemId: string;
      readonly audioStartMs: number;
    }
  /** `audioEndMs` includes the silence that ended the turn. */
  | { readonly type: 'caller.speechStopped'; readonly itemId: string; readonly audioEndMs: number }
  | {
      readonly type: 'caller.committed';
      readonly itemId: string;
      readonly previousItemId: string | null;
      /** When the last voiced sound reached us; this and the next left out where no detector said so. */
      readonly voiceEndAtMs?: number;
      readonly arrival?: TurnArrival;
      readonly prediction?: TurnPrediction;
    }
  | {
      readonly type: 'caller.transcript';
      readonly itemId: string;
      readonly text: string;
      readonly isFinal: boolean;
      /** Why there are no words, where recognition failed. */
      readonly error?: { readonly code: string; readonly message: string };
    }
  | {
      readonly type: 'item.added';
      readonly item: ConversationItem;
      readonly previousItemId: string | null;
      /** The generation that is making it; its wire events differ from those of a finished item. */
      readonly generationId: string | null;
    }
  | {
      readonly type: 'item.done';
      readonly item: ConversationItem;
      readonly generationId: string | null;
    }
  | { readonly type: 'item.deleted'; readonly itemId: string }
  | {
      readonly type: 'item.truncated';
      readonly itemId: string;
      readonly audioEndMs: number;
      /** The words that were played. */
      readonly heard: string;
      /** The words that were not. */
      readonly unheard: string;
    }
  | {
      readonly type: 'generation.started';
      readonly generationId: string;
      readonly kind: GenerationKind;
      readonly options: AnswerOptions;
    }
  | {
      readonly type: 'generation.text';
      readonly generationId: string;
      readonly itemId: string;
      readonly delta: string;
    }
  | {
      readonly type: 'generation.words';
      readonly generationId: string;
      readonly itemId: string;
      readonly words: readonly TimedWord[];
    }
  /** A piece of the answer, counted from 0, has begun to sound. */
  | {
      readonly type: 'generation.piece';
      readonly generationId: string;
      readonly piece: number;
      /** When it was given to the synthesizer. */
      readonly startedAtMs: number;
      readonly firstByteAtMs: number;
    }
  /** The text told next is not what the model wrote, or is read otherwise than it is written. */
  | {
      readonly type: 'generation.edited';
      readonly generationId: string;
      readonly edits: readonly SpeechEdit[];
    }
  /** The answer is long in coming: a few words are said before it. */
  | { readonly type: 'generation.covered'; readonly generationId: string }
  | {
      readonly type: 'generation.ended';
      readonly generationId: string;
      readonly outcome: 'completed' | 'cancelled' | 'incomplete' | 'failed';
      readonly cancelReason: CancelReason | null;
      /** Audio generated for its message; some of it may be sent after this event. */
      readonly audioMs: number;
      readonly usage: Usage;
      readonly error: { readonly code: string; readonly message: string } | null;
    }
  | {
      readonly type: 'bargeIn.decided';
      readonly itemId: string | null;
      readonly verdict: 'cut' | 'falseAlarm';
      readonly playedMs: number;
    }
  | { readonly type: 'playout.drained'; readonly itemId: string }
  | {
      readonly type: 'tool.started';
      readonly callId: string;
      readonly name: string;
      readonly arguments: string;
      readonly confirm: 'none' | 'verbal' | 'dtmf';
    }
  /** A cover or a progress line is spoken for it. */
  | { readonly type: 'tool.covered'; readonly callId: string; readonly name: string }
  /** It has reached its deadline. */
  | { readonly type: 'tool.overdue'; readonly callId: string; readonly name: string }
  | { readonly type: 'consent.asked'; readonly callId: string; readonly name: string }
  | {
      readonly type: 'consent.decided';
      readonly callId: string;
      readonly name: string;
      readonly verdict: ConsentVerdict;
    }
  | {
      readonly type: 'followUp.offered' | 'followUp.promised' | 'followUp.declined';
      readonly callId: string;
      readonly name: string;
    }
  | {
      readonly type: 'tool.settled';
      readonly callId: string;
      readonly name: string;
      readonly outcome: CallOutcome;
      readonly output: string | null;
      readonly durationMs: number;
    }
  | {
      readonly type: 'handoff.requested';
      /** The arguments of the transfer call, JSON text. */
      readonly details: string;
      /** Earlier versions recorded none. */
      readonly cause?: HandOffCause;
    }
  | { readonly type: 'turn.measured'; readonly report: TurnReport }
  /** Caller audio was declared to be in one format and looks like another. */
  | { readonly type: 'audio.formatDoubted'; readonly declared: string; readonly looksLike: string }
  | { readonly type: 'invariant.violated'; readonly name: string; readonly detail: string }
  | { readonly type: 'engine.failed'; readonly code: string; readonly message: string }
  | ({ readonly type: 'provider.tookOver' } & ProviderTookOver)
  | ({ readonly type: 'provider.used' } & ProviderUsage)
);

/**
 * What the machine was told, for the recording alone: with it the machine can be stepped through a
 * session again.
 */
export type MachineRecord = { readonly atMs: number } & (
  | {
      readonly type: 'machine.started';
      readonly version: string;
      /** As the machine was given it. */
      readonly input: object;
    }
  | { readonly type: 'machine.heard'; readonly fact: { readonly type: string } }
  /** The delay that was set as the n-th of the session, counted from 0, is over. */
  | { readonly type: 'machine.timer'; readonly timer: number }
);

/** A line of a session's recorded events. */
export type RecordedEvent = SessionEvent | MachineRecord;
