import { audioFormatToGa } from '../audio-format.ts';
import { presentKeys } from '../present-keys.ts';
import type {
  FunctionTool,
  PromptReference,
  SessionState,
  Tracing,
  Truncation,
  TurnDetection,
} from '../session-config.ts';
import type { SessionObject, WireAudioInput, WireTool, WireTurnDetection } from './wire-session.ts';

function wireTurnDetection(detection: TurnDetection): WireTurnDetection {
  if (detection.type === 'semantic_vad') {
    return {
      type: 'semantic_vad',
      eagerness: detection.eagerness,
      create_response: detection.createResponse,
      interrupt_response: detection.interruptResponse,
    };
  }
  return {
    type: 'server_vad',
    threshold: detection.threshold,
    prefix_padding_ms: detection.prefixPaddingMs,
    silence_duration_ms: detection.silenceDurationMs,
    idle_timeout_ms: detection.idleTimeoutMs,
    create_response: detection.createResponse,
    interrupt_response: detection.interruptResponse,
  };
}

function wireTracing(tracing: Tracing) {
  if (tracing === 'auto') return tracing;
  const { workflowName, groupId, metadata } = tracing;
  return presentKeys({ workflow_name: workflowName, group_id: groupId, metadata });
}

function wireTruncation(truncation: Truncation) {
  if (typeof truncation === 'string') return truncation;
  const { type, retentionRatio, postInstructionsTokens } = truncation;
  return presentKeys({
    type,
    retention_ratio: retentionRatio,
    token_limits:
      postInstructionsTokens === undefined
        ? undefined
        : { post_instructions: postInstructionsTokens },
  });
}

function wirePrompt(prompt: PromptReference) {
  const { id, version, variables } = prompt;
  return presentKeys({ id, version, variables });
}

function wireTool(tool: FunctionTool): WireTool {
  const { name, description, parameters, antiphon } = tool;
  const wire: WireTool = { type: 'function', name };
  if (description !== undefined) wire.description = description;
  if (parameters !== undefined) wire.parameters = parameters;
  if (antiphon !== undefined) wire.antiphon = antiphon;
  return wire;
}

function wireAudioInput(state: SessionState): WireAudioInput {
  return {
    format: audioFormatToGa(state.inputFormat),
    transcription: state.inputTranscription,
    noise_reduction: state.noiseReduction,
    turn_detection: state.turnDetection && wireTurnDetection(state.turnDetection),
  };
}

/** The session object of session.created and session.updated, complete, in GA terms. */
export function sessionObject(state: SessionState): SessionObject {
  const { id, expiresAt, include } = state;
  const input = wireAudioInput(state);
  if (state.sessionType === 'transcription') {
    return {
      type: 'transcription',
      object: 'realtime.transcription_session',
      id,
      audio: { input },
      include,
      expires_at: expiresAt,
    };
  }
  const session: SessionObject = {
    type: 'realtime',
    object: 'realtime.session',
    id,
    model: state.model,
    output_modalities: [state.outputModality],
    instructions: state.instructions,
    tools: state.tools.map(wireTool),
    tool_choice: state.toolChoice,
    max_output_tokens: state.maxOutputTokens,
    tracing: state.tracing && wireTracing(state.tracing),
    truncation: wireTruncation(state.truncation),
    prompt: state.prompt && wirePrompt(state.prompt),
    expires_at: expiresAt,
    audio: {
      input,
      output: {
        format: audioFormatToGa(state.outputFormat),
        voice: state.voice,
        speed: state.speed,
      },
    },
    include,
    temperature: state.temperature,
  };
  if (state.parallelToolCalls !== null) session.parallel_tool_calls = state.parallelToolCalls;
  if (state.reasoning !== null) session.reasoning = state.reasoning;
  return session;
}
