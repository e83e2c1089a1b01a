import type * as Beta from 'openai/resources/beta/realtime/realtime';
import type { Session as BetaSession } from 'openai/resources/beta/realtime/sessions';
import type { TranscriptionSession as BetaTranscriptionSession } from 'openai/resources/beta/realtime/transcription-sessions';
import type * as Ga from 'openai/resources/realtime/realtime';
import { describe, expectTypeOf, it } from 'vitest';
import type { betaEvent } from './beta-event.ts';
import type {
  betaItem,
  betaRealtimeSession,
  betaResponseObject,
  betaTranscriptionSession,
} from './beta-objects.ts';
import type { ServerEvent } from './server-event.ts';
import type { WireItem } from './wire-item.ts';
import type { ResponseObject, ResponseStatusDetails, WireUsage } from './wire-response.ts';
import type { SessionObject } from './wire-session.ts';

// What is written here holds when types are checked, whatever a run of it says.

/** The API writes null for what its types say is absent. */
type NullsAbsent<T> = T extends readonly (infer Entry)[]
  ? NullsAbsent<Entry>[]
  : T extends object
    ? { [K in keyof T as null extends T[K] ? never : K]: NullsAbsent<T[K]> } & {
        [K in keyof T as null extends T[K] ? K : never]?: NullsAbsent<Exclude<T[K], null>>;
      }
    : T;

type Event = { type: string };

type EventOf<Events extends Event, Type extends string> = Events & { type: Type };

/** The types of our events that are not theirs, or have a member that theirs do not have so. */
type Misfits<Ours extends Event, Theirs extends Event> = {
  [Type in Ours['type']]: NullsAbsent<EventOf<Ours, Type>> extends NullsAbsent<
    Extract<Theirs, { type: Type }>
  >
    ? never
    : Type;
}[Ours['type']];

type KeysOf<T> = T extends unknown ? keyof T : never;

/** The members that theirs have, optional ones too, and ours never. */
type LeftOut<Ours, Theirs> = Exclude<KeysOf<Theirs>, KeysOf<Ours>>;

/** The members that their events have, and ours of the same type never. */
type LeftOutOfEvents<Ours extends Event, Theirs extends Event> = {
  [Type in Ours['type']]: LeftOut<EventOf<Ours, Type>, Extract<Theirs, { type: Type }>>;
}[Ours['type']];

type GaItem = WireItem;
type GaSession = Extract<SessionObject, { type: 'realtime' }>;
type GaTranscription = Extract<SessionObject, { type: 'transcription' }>;
type BetaEvent = NonNullable<ReturnType<typeof betaEvent>>;
type BetaItem = ReturnType<typeof betaItem>;
type BetaConversation = ReturnType<typeof betaRealtimeSession>;
type BetaTranscription = ReturnType<typeof betaTranscriptionSession>;
type BetaResponse = ReturnType<typeof betaResponseObject>;

type ContentOf<Item> = Item extends { content?: (infer Part)[] } ? Part : never;

/** Members of items that are requests to or results of MCP servers, which no agent here calls. */
type McpMember = 'approval_request_id' | 'approve' | 'error' | 'reason' | 'server_label' | 'tools';

describe('the events of the GA dialect', () => {
  it('are those of the openai package, but for our own and what is shown as the client wrote it', () => {
    type Misfit = Misfits<ServerEvent, Ga.RealtimeServerEvent>;
    expectTypeOf<Misfit>().toEqualTypeOf<
      'session.created' | 'session.updated' | 'antiphon.handoff'
    >();
    type AsWritten = 'reasoning' | 'prompt';
    expectTypeOf<NullsAbsent<Omit<GaSession, AsWritten>>>().toExtend<
      NullsAbsent<Omit<Ga.RealtimeSessionCreateRequest, AsWritten>>
    >();
    expectTypeOf<NullsAbsent<GaTranscription>>().toExtend<
      NullsAbsent<Ga.RealtimeTranscriptionSessionCreateRequest>
    >();
  });

  it('have every member that theirs have, but for transcripts in figures and MCP', () => {
    type Member = LeftOutOfEvents<ServerEvent, Ga.RealtimeServerEvent>;
    expectTypeOf<Member>().toEqualTypeOf<'logprobs' | 'languages'>();
    expectTypeOf<LeftOut<GaItem, Ga.ConversationItem>>().toEqualTypeOf<McpMember>();
    expectTypeOf<LeftOut<ContentOf<GaItem>, ContentOf<Ga.ConversationItem>>>().toBeNever();
  });

  it('have every member of the objects in theirs', () => {
    type Input = GaSession['audio']['input'];
    type Output = GaSession['audio']['output'];
    expectTypeOf<LeftOut<GaSession, Ga.RealtimeSessionCreateRequest>>().toBeNever();
    expectTypeOf<LeftOut<Input, Ga.RealtimeAudioConfigInput>>().toBeNever();
    expectTypeOf<LeftOut<Output, Ga.RealtimeAudioConfigOutput>>().toBeNever();
    expectTypeOf<
      LeftOut<NonNullable<Input['turn_detection']>, Ga.RealtimeAudioInputTurnDetection>
    >().toBeNever();
    expectTypeOf<LeftOut<ResponseObject, Ga.RealtimeResponse>>().toBeNever();
    expectTypeOf<LeftOut<ResponseStatusDetails, Ga.RealtimeResponseStatus>>().toBeNever();
  });

  it('count every token that theirs count', () => {
    type Read = WireUsage['input_token_details'];
    type Written = WireUsage['output_token_details'];
    expectTypeOf<LeftOut<WireUsage, Ga.RealtimeResponseUsage>>().toBeNever();
    expectTypeOf<LeftOut<Read, Ga.RealtimeResponseUsageInputTokenDetails>>().toBeNever();
    expectTypeOf<LeftOut<Written, Ga.RealtimeResponseUsageOutputTokenDetails>>().toBeNever();
  });
});

describe('the events of the beta dialect', () => {
  it('are those of the openai package, but for our own and its names of models and sessions that only listen', () => {
    type Misfit = Misfits<BetaEvent, Beta.RealtimeServerEvent>;
    expectTypeOf<Misfit>().toEqualTypeOf<
      | 'session.created'
      | 'session.updated'
      | 'transcription_session.created'
      | 'transcription_session.updated'
      | 'antiphon.handoff'
    >();
    // Its types have any model but its own unknown, and a tool by name forgotten.
    type Own = 'model' | 'tool_choice';
    expectTypeOf<NullsAbsent<Omit<BetaConversation, Own>>>().toExtend<
      NullsAbsent<Omit<BetaSession, Own>>
    >();
    // A key is part of what POST /v1/realtime/transcription_sessions answers, and of no event.
    expectTypeOf<NullsAbsent<Omit<BetaTranscription, 'input_audio_transcription'>>>().toExtend<
      NullsAbsent<Omit<BetaTranscriptionSession, 'client_secret' | 'input_audio_transcription'>>
    >();
  });

  it('have every member that theirs have, but for transcripts in figures', () => {
    type Member = LeftOutOfEvents<BetaEvent, Beta.RealtimeServerEvent>;
    expectTypeOf<Member>().toEqualTypeOf<'logprobs'>();
    expectTypeOf<LeftOut<BetaItem, Beta.ConversationItem>>().toBeNever();
    // A part of an item has no id, and a reference is a part of what clients send.
    type Part = LeftOut<ContentOf<BetaItem>, Beta.ConversationItemContent>;
    expectTypeOf<Part>().toEqualTypeOf<'id'>();
  });

  it('have every member of the objects in theirs', () => {
    expectTypeOf<LeftOut<BetaResponse, Beta.RealtimeResponse>>().toBeNever();
    expectTypeOf<LeftOut<BetaConversation, BetaSession>>().toBeNever();
    type Member = LeftOut<BetaTranscription, BetaTranscriptionSession>;
    expectTypeOf<Member>().toEqualTypeOf<'client_secret' | 'modalities'>();
  });
});
