import type { SampleRate } from '@antiphon/audio';
import type { ConversationItem } from '@antiphon/session';
import type { FunctionCall, TurnCompleteReason } from '@google/genai';
import type { WireServerMessage, WireSetup } from '../wire-types.ts';
import type { LocalConnection } from './local-connection.ts';

/** What a scripted model says and calls. */
export interface ScriptedReply {
  readonly text?: string;
  /** Its samples; 10 ms of a sound that counts up for each character unless given. */
  readonly pcm?: (rate: SampleRate) => Int16Array;
  /** The rate of its samples, in place of 24 kHz. */
  readonly outputRate?: SampleRate;
  readonly calls?: readonly Omit<FunctionCall, 'id'>[];
  /** Why the turn is complete, where that is not the usual thing. */
  readonly reason?: `${TurnCompleteReason}`;
}

/** What is asked of a scripted model. */
export interface ScriptedQuestion {
  /** The conversation so far, a line each. */
  readonly said: readonly string[];
  /** The same, as a session has it. */
  readonly items: readonly ConversationItem[];
  readonly setup: WireSetup;
  readonly toolNames: readonly string[];
  readonly connection: LocalConnection;
}

/** What an upstream does; whatever is left out goes well. */
export interface LiveScript {
  readonly answer?: (question: ScriptedQuestion) => ScriptedReply | Promise<ScriptedReply>;
  /** What a turn is written down as, by its sound at 16 kHz; null for one that never is. */
  readonly transcribe?: (pcm: Int16Array) => string | null | Promise<string | null>;
  /** Whether the end of a transcript is told; the public service often does not. */
  readonly finishesTranscripts?: boolean;
  /** Awaited between any two steps of an answer, such as a chunk of audio. */
  readonly step?: (connection: LocalConnection) => Promise<void>;
  /** Sees each message before it is sent; false keeps it back. */
  readonly sends?: (message: WireServerMessage, connection: LocalConnection) => boolean;
  /** Refuses an upgrade with an HTTP status and a sentence in the body. */
  readonly refuses?: (
    count: number,
  ) => { readonly status: number; readonly message: string } | null;
  /** Closes a connection after its setup. */
  readonly closes?: (count: number) => { readonly code: number; readonly reason: string } | null;
  /** The rate of what it says, in place of 24 kHz. */
  readonly outputRate?: number;
  readonly countsTokens?: boolean;
  /** The turn is complete only when the answer would have been played, as the service has it. */
  readonly waitsForPlaying?: (connection: LocalConnection) => Promise<void>;
}

/** Calls a tool where there is one and no result yet, else answers. */
export function plainReply({ said, toolNames }: ScriptedQuestion): ScriptedReply {
  const [name] = toolNames;
  const hasResult = said.at(-1)?.startsWith('result') || said.at(-1)?.includes('[Result');
  if (name && !hasResult) {
    return { text: 'Let me look.', calls: [{ name, args: { order_id: '4471' } }] };
  }
  return { text: 'It has shipped. Order 4471 comes on Friday.' };
}
