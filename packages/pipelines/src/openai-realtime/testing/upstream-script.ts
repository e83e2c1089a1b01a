import type { SampleRate } from '@antiphon/audio';
import type {
  ConversationItem,
  RealtimeResponseCreateParams,
  RealtimeServerEvent,
} from 'openai/resources/realtime/realtime';
import type { UpstreamConnection } from './upstream-connection.ts';

/** What a scripted model says in one message: its words, and its sound at a rate. */
export interface ScriptedMessage {
  readonly text: string;
  /** Its samples; 10 ms of a sound that counts up for each character unless given. */
  readonly pcm?: (rate: SampleRate) => Int16Array;
}

/** What a scripted model makes of a request. */
export interface ScriptedAnswer {
  readonly messages?: readonly ScriptedMessage[];
  readonly calls?: readonly { readonly name: string; readonly arguments: string }[];
  readonly status?: 'completed' | 'incomplete';
  /** Ends as failed with this code. */
  readonly failure?: string;
}

/** What is asked of a scripted model. */
export interface ScriptedQuestion {
  readonly items: readonly ConversationItem[];
  readonly request: RealtimeResponseCreateParams;
  readonly toolNames: readonly string[];
  readonly connection: UpstreamConnection;
}

/** What an upstream does; whatever is left out goes well. */
export interface UpstreamScript {
  readonly answer?: (question: ScriptedQuestion) => ScriptedAnswer;
  /** What a turn of this many bytes is written down as; null for one that never is. */
  readonly transcribe?: (bytes: number) => string | null;
  /** Awaited between any two steps of a response, such as a chunk of audio. */
  readonly step?: (connection: UpstreamConnection) => Promise<void>;
  /** Sees each event before it is sent; false keeps it back. */
  readonly sends?: (event: RealtimeServerEvent, connection: UpstreamConnection) => boolean;
  /** Refuses an upgrade with an HTTP status and an error code in the body. */
  readonly refuses?: (count: number) => { readonly status: number; readonly code: string } | null;
  /** Takes no configuration in which it is to detect turns. */
  readonly refusesDetection?: boolean;
  /** Never finds the end of speech. */
  readonly forgetsEnds?: boolean;
  /** Seconds since 1970 at which a session ends, as it is told. */
  readonly expiresAt?: number;
  /** Tokens each response counts. */
  readonly countsTokens?: boolean;
}

/** Calls a tool where there is one and no output yet, reads a request's message, else answers. */
export function plainAnswer({ items, request, toolNames }: ScriptedQuestion): ScriptedAnswer {
  const [given] = request.input ?? [];
  if (given?.type === 'message' && given.role === 'user' && request.conversation === 'none') {
    return { messages: [{ text: given.content.map((part) => part.text ?? '').join('') }] };
  }
  const [name] = toolNames;
  if (name && items.at(-1)?.type !== 'function_call_output') {
    return {
      messages: [{ text: 'Let me look.' }],
      calls: [{ name, arguments: '{"order_id":"4471"}' }],
    };
  }
  return { messages: [{ text: 'It has shipped. Order 4471 comes on Friday.' }] };
}
