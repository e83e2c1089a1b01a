import type { JsonObject } from '../json-value.ts';
import type { ResponseObject } from './wire-response.ts';
import type { SessionObject } from './wire-session.ts';

/** Every member of T but those that GA does not show, optional ones included. */
type EveryMember<T> = { [Key in keyof Omit<T, 'temperature'>]-?: unknown };

/**
 * The session object of the GA dialect, which has no temperature. Member by member: a copy by
 * spreading, with a member left out, takes as long as writing the JSON.
 */
export function gaSessionObject(session: SessionObject): JsonObject | SessionObject {
  if (session.type === 'transcription') return session;
  return {
    type: session.type,
    object: session.object,
    id: session.id,
    model: session.model,
    output_modalities: session.output_modalities,
    instructions: session.instructions,
    tools: session.tools,
    tool_choice: session.tool_choice,
    max_output_tokens: session.max_output_tokens,
    tracing: session.tracing,
    truncation: session.truncation,
    prompt: session.prompt,
    expires_at: session.expires_at,
    audio: session.audio,
    include: session.include,
    parallel_tool_calls: session.parallel_tool_calls,
    reasoning: session.reasoning,
  } satisfies EveryMember<typeof session>;
}

/** The response object of the GA dialect, likewise. */
export function gaResponseObject(response: ResponseObject): JsonObject {
  return {
    object: response.object,
    id: response.id,
    status: response.status,
    status_details: response.status_details,
    output: response.output,
    conversation_id: response.conversation_id,
    output_modalities: response.output_modalities,
    max_output_tokens: response.max_output_tokens,
    audio: response.audio,
    usage: response.usage,
    metadata: response.metadata,
  } satisfies EveryMember<ResponseObject>;
}
