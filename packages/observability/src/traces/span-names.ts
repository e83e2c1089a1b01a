/**
 * The names of spans. Those without `antiphon` follow OpenTelemetry's conventions for generative
 * AI, which are still in development.
 */
export const SPAN = {
  sessionStart: 'antiphon.session.start',
  sessionEnd: 'antiphon.session.end',
  turn: (agent: string) => `invoke_agent ${agent}`,
  userSpeech: 'user_speech',
  /** From the caller's last sound until the detector had it. */
  ingress: 'antiphon.ingress',
  endpointing: 'antiphon.endpointing',
  /** Until the turn's words were last judged. */
  prediction: 'antiphon.eou.predict',
  hangover: 'antiphon.vad.hangover',
  recognition: (model: string | null) => named('speech_to_text', model),
  response: 'antiphon.response',
  /** What a language model takes, or a model that speaks itself. */
  inference: (operation: 'chat' | 'realtime_inference', model: string | null) =>
    named(operation, model),
  aggregation: 'antiphon.text_aggregation',
  synthesis: (model: string | null) => named('text_to_speech', model),
  egress: 'antiphon.egress',
  tool: (tool: string) => `execute_tool ${tool}`,
  send: (queue: string) => `send ${queue}`,
  job: (queue: string) => `process ${queue}`,
  /** One request to a webhook. */
  post: 'POST',
  playout: 'antiphon.playout',
} as const;

function named(operation: string, model: string | null): string {
  return model === null ? operation : `${operation} ${model}`;
}

/** The names of what happens at an instant of a turn. */
export const SPAN_EVENT = {
  firstAudio: 'antiphon.first_audio',
  bargeIn: 'antiphon.barge_in',
  state: 'antiphon.state',
  cover: 'antiphon.cover',
  overdue: 'antiphon.tool.overdue',
  failover: 'antiphon.provider.failover',
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
  /** The model that was asked. */
  model: 'gen_ai.request.model',
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
  httpMethod: 'http.request.method',
  httpStatus: 'http.response.status_code',
  /** How often it was sent before. */
  httpResends: 'http.request.resend_count',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  pipeline: 'antiphon.pipeline',
  /** As the reports of turns count them. */
  turnIndex: 'antiphon.turn.index',
  /** From the caller's last voiced sample to the first agent audio. */
  turnLatencyMs: 'antiphon.turn.latency_ms',
  turnPostEndpointMs: 'antiphon.turn.post_endpoint_ms',
  turnInterrupted: 'antiphon.turn.interrupted',
  turnQueuedTool: 'antiphon.turn.queued_tool',
  /** Another process was told that it is kept. */
  turnFollowed: 'antiphon.turn.followed',
  endpointingMode: 'antiphon.endpointing.mode',
  turnEscalated: 'antiphon.turn.escalated',
  /** Something that went wrong in it was logged. */
  turnFaulted: 'antiphon.turn.faulted',
  /** How a caller is connected. */
  leg: 'antiphon.leg',
  /** In which format the caller's audio comes. */
  codec: 'antiphon.codec',
  jitterMs: 'antiphon.ingress.jitter_ms',
  /** Of the last ping of the connection. */
  rttMs: 'antiphon.ingress.rtt_ms',
  /** How likely the turn was over. */
  eouProbability: 'antiphon.eou.probability',
  /** From which likelihood on that much silence is enough. */
  eouThreshold: 'antiphon.eou.threshold',
  eouWindowMs: 'antiphon.eou.window_ms',
  /** Which piece of an answer, from 0. */
  piece: 'antiphon.synthesis.piece',
  /** Another provider had to take over in it. */
  turnFailedOver: 'antiphon.turn.failed_over',
  providerService: 'antiphon.provider.service',
  providerName: 'antiphon.provider.name',
  /** Who took over. */
  providerNext: 'antiphon.provider.next',
  failoverReason: 'antiphon.provider.failover_reason',
  /** The hops that took longer than they may. */
  turnBudgetsExceeded: 'antiphon.turn.budgets_exceeded',
  /** Of a hop that took longer: what it may take. */
  budgetMs: 'antiphon.hop.budget_ms',
  budgetExceeded: 'antiphon.hop.budget_exceeded',
  unexplainedMs: 'antiphon.turn.unexplained_ms',
  sessionEndReason: 'antiphon.session.end_reason',
  generationKind: 'antiphon.generation.kind',
  generationOutcome: 'antiphon.generation.outcome',
  toolQueued: 'antiphon.tool.queued',
  toolConfirm: 'antiphon.tool.confirm',
  toolOutcome: 'antiphon.tool.outcome',
  playedMs: 'antiphon.playout.played_ms',
  generatedMs: 'antiphon.playout.generated_ms',
  playoutSource: 'antiphon.playout.source',
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

/** Names that were asked for; there are as many as the code has. */
const known = new Map<string, boolean>();
const MOST_KNOWN = 1_000;

/** Whether an attribute may hold what somebody said, or what a tool was given or returned. */
export function isPrivate(attribute: string): boolean {
  const found = known.get(attribute);
  if (found !== undefined) return found;
  const answer = attribute.split('.').includes('pii');
  if (known.size < MOST_KNOWN) known.set(attribute, answer);
  return answer;
}
