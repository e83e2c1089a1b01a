import { ANALYSIS_OUTCOMES } from '@antiphon/analysis/queue';
import type { AudioEncoding } from '@antiphon/audio';
import type {
  AppendKind,
  BargeInOutcome,
  BargeInStage,
  FailoverReason,
  LegName,
  ProviderService,
  Rejected,
  TokenModality,
  TokenType,
  UsedOperation,
} from '@antiphon/observability';
import type {
  CallOutcome,
  ConsentVerdict,
  EndReason,
  FollowUpState,
  HandOffReason,
  SessionEvent,
  SpeechEdit,
} from '@antiphon/session';

type Suffix<Type extends string> = Type extends `followUp.${infer State}` ? State : never;
type FollowUp = FollowUpState | Suffix<SessionEvent['type']>;

/** Every value that the code gives to a label of few; the compiler sees to it that none is missing. */
export const METRIC_VALUES = {
  codecs: keysOf<AudioEncoding>({ pcm16: true, g711_ulaw: true, g711_alaw: true }),
  analyses: ANALYSIS_OUTCOMES,
  appends: keysOf<AppendKind>({ events: true, sound: true }),
  legs: keysOf<LegName>({ realtime: true }),
  bargeInOutcomes: keysOf<BargeInOutcome>({ cut: true, false_alarm: true }),
  bargeInStages: keysOf<BargeInStage>({ silenced: true, cut: true }),
  edits: keysOf<SpeechEdit>({
    markup: true,
    code: true,
    data: true,
    list: true,
    shortened: true,
    spelled: true,
  }),
  endReasons: keysOf<EndReason>({
    callerLeft: true,
    clientEnded: true,
    handedOff: true,
    expired: true,
    serverStopping: true,
    failed: true,
  }),
  escalations: keysOf<HandOffReason>({
    asked: true,
    tool_error: true,
    tool_timeout: true,
    tool_unknown: true,
    tool_overdue: true,
  }),
  services: keysOf<ProviderService>({
    speechToText: true,
    languageModel: true,
    textToSpeech: true,
  }),
  failovers: keysOf<FailoverReason>({ failed: true, slow: true, open: true }),
  rejections: keysOf<Rejected>({
    invalid_key: true,
    connection_rate: true,
    full: true,
    not_ready: true,
    unknown_agent: true,
    unknown_events: true,
    internal_error: true,
  }),
  operations: keysOf<UsedOperation>({
    chat: true,
    realtime_inference: true,
    speech_to_text: true,
    text_to_speech: true,
  }),
  tokenTypes: keysOf<TokenType>({ input: true, output: true }),
  tokenModalities: keysOf<TokenModality>({
    text: true,
    audio: true,
    cached_text: true,
    cached_audio: true,
  }),
  outcomes: keysOf<CallOutcome>({
    result: true,
    error: true,
    timeout: true,
    cancelled: true,
    unknown: true,
    declined: true,
    deferred: true,
  }),
  verdicts: keysOf<ConsentVerdict>({
    confirmed: true,
    refused: true,
    unclear: true,
    unheard: true,
    expired: true,
  }),
  followUps: keysOf<FollowUp>({
    offered: true,
    promised: true,
    declined: true,
    pending: true,
    sending: true,
    sent: true,
    failed: true,
    unknown: true,
  }),
};

function keysOf<Value extends string>(values: Record<Value, true>): readonly Value[] {
  return Object.keys(values) as Value[];
}
