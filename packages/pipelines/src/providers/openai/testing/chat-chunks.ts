import type { ChatCompletionChunk } from 'openai/resources/chat/completions';

type Delta = ChatCompletionChunk.Choice.Delta;
type CallDelta = ChatCompletionChunk.Choice.Delta.ToolCall;
type Finish = NonNullable<ChatCompletionChunk.Choice['finish_reason']>;

/** A call as a test has it. */
export interface ChunkedCall {
  readonly name: string;
  readonly arguments: string;
  readonly id?: string;
}

/**
 * How servers tell of calls: as OpenAI describes it; by turns; all at index 0, as Ollama has done;
 * without an index or an id; with id and name in every delta.
 */
export type CallStyle = 'openai' | 'interleaved' | 'index-0' | 'no-index' | 'no-id' | 'repeating';

/** A chunk with one delta. */
export function chunkOf(delta: Delta, finish: Finish | null = null): ChatCompletionChunk {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_780_000_000,
    model: 'local-chat',
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
}

/** The chunks of a text, a word each, after an empty one with the role. */
export function textChunks(text: string): ChatCompletionChunk[] {
  const words = text.match(/\s*\S+/gu) ?? [];
  return [
    chunkOf({ role: 'assistant', content: '' }),
    ...words.map((content) => chunkOf({ content })),
  ];
}

/** The chunks of parallel calls, their arguments cut every few characters. */
export function callChunks(
  calls: readonly ChunkedCall[],
  style: CallStyle = 'openai',
  cut = 3,
): ChatCompletionChunk[] {
  const streams = calls.map((call, at) => callDeltas(call, { at, style, cut }));
  if (style !== 'interleaved') return streams.flat();
  const turns = Math.max(...streams.map((stream) => stream.length));
  return Array.from({ length: turns }, (_, turn) =>
    streams.flatMap((stream) => stream[turn] ?? []),
  ).flat();
}

/** What an answer counted; of the input, what was cached. */
export interface ChunkUsage {
  readonly input: number;
  readonly output: number;
  readonly cached?: number;
}

/** The end of an answer, and what it counted. */
export function endChunks(
  finish: Finish,
  usage: ChunkUsage | null = { input: 12, output: 3 },
): ChatCompletionChunk[] {
  const end = chunkOf({}, finish);
  if (!usage) return [end];
  const { input, output, cached = 0 } = usage;
  const counted = {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
  return [end, { ...end, choices: [], usage: counted }];
}

function callDeltas(
  { name, arguments: text, id = `call_${name}` }: ChunkedCall,
  { at, style, cut }: { at: number; style: CallStyle; cut: number },
): ChatCompletionChunk[] {
  const index = style === 'index-0' ? 0 : at;
  const pieces = text.match(new RegExp(`.{1,${cut}}`, 'gsu')) ?? [];
  const delta = (fields: Partial<CallDelta>): ChatCompletionChunk => {
    const call: Partial<CallDelta> = { index, ...fields };
    if (style === 'no-index') delete call.index;
    if (style === 'no-id') delete call.id;
    // What servers leave out is not in the type.
    return chunkOf({ tool_calls: [call as CallDelta] });
  };
  const repeated = style === 'repeating' ? { id, name } : null;
  return [
    delta({ id, type: 'function', function: { name, arguments: '' } }),
    ...pieces.map((piece) =>
      delta({
        ...(repeated && { id: repeated.id }),
        function: { ...(repeated && { name: repeated.name }), arguments: piece },
      }),
    ),
  ];
}
