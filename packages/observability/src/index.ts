export { AnalysisMetrics } from './analysis-metrics.ts';
export {
  callAnalysisSchema,
  RESOLUTIONS,
  type CallAnalysis,
  type SessionAnalysis,
} from './call-analysis.ts';
export {
  consoleRequestSchema,
  type Chart,
  type Charts,
  type ChartState,
  type ChartTransition,
  type ConsoleMessage,
  type ConsoleRequest,
  type ConsoleSettings,
  type Fleet,
  type QueueStanding,
  type Replay,
  type ReplayStep,
  type SessionDetail,
  type SessionRow,
  type Spread,
  type Waveform,
} from './console-feed.ts';
export { HandoffNotes, type TranscriptRef } from './handoff-record.ts';
export {
  DEFAULT_HOP_BUDGETS_MS,
  exceededBudgets,
  hopBudgets,
  turnBudgetMs,
  type HopBudgets,
} from './latency-budgets.ts';
export { maskAddresses } from './mask-addresses.ts';
export { feedEventSchema, type FeedBody, type FeedEvent } from './session-feed.ts';
export { observeProviders, type ProviderStanding } from './provider-metrics.ts';
export { RecordingMetrics, type AppendKind } from './recording-metrics.ts';
export {
  SessionMetrics,
  type BargeInOutcome,
  type BargeInStage,
  type FailoverReason,
  type LegName,
  type ProviderService,
  type Rejected,
  type SessionLabels,
} from './session-metrics.ts';
export { ToolMetrics, type ToolLabels } from './tool-metrics.ts';
export { TurnClock, type AnsweredTurn } from './turn-clock.ts';
export { HOPS, type Hop, type TurnReport } from './turn-report.ts';
export {
  UsageMetrics,
  type TokenModality,
  type TokenType,
  type UsedOperation,
} from './usage-metrics.ts';
export { WorkerMetrics, type WorkerGauges } from './worker-metrics.ts';
export { TraceMetrics } from './trace-metrics.ts';
export { ATTRIBUTE, isPrivate, SPAN } from './traces/span-names.ts';
export type { SpanMaker } from './traces/span-maker.ts';
export { UNKNOWN_MODELS, type SessionModels, type SessionSetup } from './traces/turn-facts.ts';
export { TurnTracer, type TracedTurn } from './traces/turn-tracer.ts';
export { otlpMetricsReader } from './otlp-metrics.ts';
export type { OtlpMetricsOptions } from './otlp-metrics.ts';
