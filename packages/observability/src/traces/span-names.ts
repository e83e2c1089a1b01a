/**
 * The names of spans. Those without `antiphon` follow OpenTelemetry's conventions for generative
 * AI, which are still in development.
 */
export const SPAN = {
  sessionStart: 'antiphon.session.start',
  sessionEnd: 'antiphon.session.end',
  turn: (agent: string) => `invoke_agent ${agent}`,
  userSpeech: 'user_speech',
  endpointing: 'antiphon.endpointing',
  response: 'antiphon.response',
  /** What a language model takes; the session is not told which one it is. */
  chat: 'chat',
  aggregation: 'antiphon.text_aggregation',
  synthesis: 'text_to_speech',
  egress: 'antiphon.egress',
  tool: (tool: string) => `execute_tool ${tool}`,
  job: (queue: string) => `process ${queue}`,
  playout: 'antiphon.playout',
} as const;

/** The names of what happens at an instant of a turn. */
export const SPAN_EVENT = {
  firstAudio: 'antiphon.first_audio',
  bargeIn: 'antiphon.barge_in',
  state: 'antiphon.state',
  cover: 'antiphon.cover',
  overdue: 'antiphon.tool.overdue',
} as const;

/**
 * The names of attributes. What a caller said and what a tool was given or returned stands under
 * names with a segment `pii` only.
 */
export const ATTRIBUTE = {
  operation: 'gen_ai.operation.name',
  agent: 'gen_ai.agent.name',
  conversation: 'gen_ai.conversation.id',
  endReason: 'gen_ai.agent.invocation.end_reason',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  /** Seconds. */
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  toolName: 'gen_ai.tool.name',
  toolCallId: 'gen_ai.tool.call.id',
  errorType: 'error.type',
  messagingSystem: 'messaging.system',
  messagingDestination: 'messaging.destination.name',
  messagingOperation: 'messaging.operation.type',
  messageId: 'messaging.message.id',
  pipeline: 'antiphon.pipeline',
  /** As the reports of turns count them. */
  turnIndex: 'antiphon.turn.index',
  /** From the caller's last voiced sample to the first agent audio. */
  turnLatencyMs: 'antiphon.turn.latency_ms',
  turnPostEndpointMs: 'antiphon.turn.post_endpoint_ms',
  turnInterrupted: 'antiphon.turn.interrupted',
  turnQueuedTool: 'antiphon.turn.queued_tool',
  turnEscalated: 'antiphon.turn.escalated',
  /** Something that went wrong in it was logged. */
  turnFaulted: 'antiphon.turn.faulted',
  unexplainedMs: 'antiphon.turn.unexplained_ms',
  sessionEndReason: 'antiphon.session.end_reason',
  generationKind: 'antiphon.generation.kind',
  generationOutcome: 'antiphon.generation.outcome',
  toolQueued: 'antiphon.tool.queued',
  toolConfirm: 'antiphon.tool.confirm',
  toolOutcome: 'antiphon.tool.outcome',
  playedMs: 'antiphon.playout.played_ms',
  generatedMs: 'antiphon.playout.generated_ms',
  playoutInterrupted: 'antiphon.playout.interrupted',
  stage: 'antiphon.barge_in.stage',
  stateRegion: 'antiphon.state.region',
  stateFrom: 'antiphon.state.from',
  stateTo: 'antiphon.state.to',
  stateCause: 'antiphon.state.cause',
  transcript: 'antiphon.pii.user.transcript',
  toolArguments: 'antiphon.pii.tool.arguments',
  toolOutput: 'antiphon.pii.tool.output',
} as const;

/** Whether an attribute may hold what somebody said, or what a tool was given or returned. */
export function isPrivate(attribute: string): boolean {
  return attribute.split('.').includes('pii');
}
