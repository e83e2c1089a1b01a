export { DEFAULT_HOP_BUDGETS_MS, hopBudgets, type HopBudgets } from '@antiphon/observability';
export type { AgentDefinition } from './ports/agent-definition.ts';
export type { GeminiUpstream } from './ports/gemini-upstream.ts';
export type {
  BreakerSettings,
  CascadeService,
  CascadeServices,
  Fallback,
  SpeechToTextPrices,
  TextToSpeechPrices,
  TextToSpeechService,
} from './ports/cascade-services.ts';
export type {
  ProviderVad,
  RealtimePrices,
  RealtimeUpstream,
  UpstreamPrices,
} from './ports/realtime-upstream.ts';
export type { AgentAudio, AudioFrame } from './ports/audio-frame.ts';
export type { CallerLeg, LegCapabilities, LegFact } from './ports/caller-leg.ts';
export type { Clock, TimerHandle } from './ports/clock.ts';
export type {
  ControlChannel,
  NewItem,
  OutOfBandEvent,
  Rejection,
  SessionControl,
} from './ports/control-channel.ts';
export type {
  ConversationItem,
  ItemStatus,
  MessageItem,
  Speaker,
  ToolCallItem,
} from './ports/conversation-item.ts';
export type {
  Dialogue,
  DialogueCall,
  DialogueReply,
  DialogueResult,
  DialogueSlot,
  DialogueStage,
} from './ports/dialogue.ts';
export type { PlayedAudio, Recorder, Recording } from './ports/recorder.ts';
export { NO_TOKENS } from './ports/provider-usage.ts';
export type { ProviderOperation, ProviderUsage, RequestTime } from './ports/provider-usage.ts';
export type {
  AnswerOptions,
  FollowUpTemplate,
  SessionConfig,
  ToolChoice,
  ToolDefinition,
  TurnDetection,
} from './ports/session-config.ts';
export { DEFAULT_TOOL_PHRASES, PLAIN_TOOL } from './ports/session-config.ts';
export type { FollowUps, FollowUpState, PromisedFollowUp } from './ports/follow-ups.ts';
export type {
  CallOutcome,
  ConsentVerdict,
  EndReason,
  GenerationKind,
  HandOffReason,
  RecordedEvent,
  SessionEvent,
} from './ports/session-event.ts';
export type { ToolCall, ToolFunction, ToolOutcome, ToolRunner } from './ports/tool-runner.ts';
export { PAUSE_MS } from './ports/turn-detector.ts';
export type { TurnDetector, TurnDetectors, TurnFact } from './ports/turn-detector.ts';
export type {
  EngineContext,
  EngineEvent,
  EngineMark,
  ProviderTookOver,
  SpeechEdit,
  EngineSession,
  GenerationRequest,
  TimedWord,
  Usage,
  VoiceEngine,
} from './ports/voice-engine.ts';
export { NO_USAGE } from './ports/voice-engine.ts';
export { systemClock } from './clock/system-clock.ts';
export type { Session } from './session-options.ts';
export { startSession } from './session-runtime.ts';
export { sayAddress } from './say-address.ts';
export { sessionCharts } from './session-charts.ts';
export { replaySession } from './replay-session.ts';
