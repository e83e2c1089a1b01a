import { pcm16ToBytes, pcm16ToUlaw } from '@antiphon/audio';
import { setImmediate } from 'node:timers/promises';
import type {
  ConversationItem,
  RealtimeResponse,
  RealtimeResponseCreateParams,
  RealtimeResponseStatus,
} from 'openai/resources/realtime/realtime';
import type { UpstreamConnection } from './upstream-connection.ts';
import { countingSound } from '../../upstream/testing/counting-sound.ts';
import { plainAnswer } from './upstream-script.ts';
import type { ScriptedAnswer, ScriptedMessage } from './upstream-script.ts';

const CHUNK_MS = 100;

/** One response of an upstream, in the order in which the public service tells it. */
export class MadeResponse {
  readonly id: string;
  /** Out of band: beside the conversation. */
  readonly isBeside: boolean;
  readonly #connection: UpstreamConnection;
  readonly #request: RealtimeResponseCreateParams;
  readonly #output: ConversationItem[] = [];
  #cancelled: 'turn_detected' | 'client_cancelled' | null = null;

  constructor(connection: UpstreamConnection, request: RealtimeResponseCreateParams, id: string) {
    this.#connection = connection;
    this.#request = request;
    this.id = id;
    this.isBeside = request.conversation === 'none';
  }

  cancel(reason: 'turn_detected' | 'client_cancelled'): void {
    this.#cancelled ??= reason;
  }

  async make(): Promise<void> {
    const { answer = plainAnswer } = this.#connection.script;
    const { session, conversation } = this.#connection;
    this.#connection.send({ type: 'response.created', response: this.#object('in_progress') });
    const tools = this.#request.tools ?? session.tools ?? [];
    const isOffered = (this.#request.tool_choice ?? session.tool_choice) !== 'none';
    const made: ScriptedAnswer = answer({
      items: conversation.items,
      request: this.#request,
      toolNames: isOffered ? tools.flatMap((tool) => ('name' in tool && tool.name) || []) : [],
      connection: this.#connection,
    });
    for (const message of made.messages ?? []) if (await this.#step()) await this.#speak(message);
    for (const call of made.calls ?? []) if (await this.#step()) this.#call(call);
    await this.#step();
    this.#end(made);
  }

  /** Lets what the client sent come in; whether to go on. */
  async #step(): Promise<boolean> {
    await (this.#connection.script.step?.(this.#connection) ?? setImmediate());
    return this.#cancelled === null && this.#connection.isOpen;
  }

  async #speak(message: ScriptedMessage): Promise<void> {
    const { session, conversation } = this.#connection;
    const [modality] = this.#request.output_modalities ?? session.output_modalities ?? ['audio'];
    const isAudio = modality === 'audio';
    const kind = isAudio ? ('output_audio' as const) : ('output_text' as const);
    const id = conversation.newId();
    const item = { id, type: 'message', role: 'assistant', status: 'in_progress' } as const;
    const output_index = this.#open({ ...item, content: [] });
    const at = { response_id: this.id, item_id: id, output_index, content_index: 0 };
    const part = isAudio
      ? ({ type: 'audio', transcript: '' } as const)
      : ({ type: 'text', text: '' } as const);
    this.#connection.send({ type: 'response.content_part.added', ...at, part });
    let said = '';
    for (const delta of message.text.match(/\s*\S+/gu) ?? []) {
      if (!(await this.#step())) break;
      said += delta;
      if (isAudio) {
        this.#connection.send({ type: 'response.output_audio_transcript.delta', ...at, delta });
      } else this.#connection.send({ type: 'response.output_text.delta', ...at, delta });
    }
    if (isAudio) await this.#sound(message, at);
    const text = isAudio ? { transcript: said } : { text: said };
    const status = this.#cancelled ? ('incomplete' as const) : ('completed' as const);
    this.#close({ ...item, status, content: [{ type: kind, ...text }] }, output_index);
  }

  async #sound(
    { text, pcm }: ScriptedMessage,
    at: { response_id: string; item_id: string; output_index: number; content_index: number },
  ): Promise<void> {
    const isPcm = this.#connection.bytesPerMs('output') === 48;
    const rate = isPcm ? 24_000 : 8_000;
    const samples = pcm?.(rate) ?? countingSound(text, rate);
    const chunk = (rate * CHUNK_MS) / 1000;
    for (let from = 0; from < samples.length; from += chunk) {
      if (!(await this.#step())) return;
      const part = samples.subarray(from, from + chunk);
      const bytes = isPcm ? pcm16ToBytes(part) : pcm16ToUlaw(part);
      const delta = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
        'base64',
      );
      this.#connection.conversation.lengthen(at.item_id, (part.length * 1000) / rate);
      this.#connection.send({ type: 'response.output_audio.delta', ...at, delta });
    }
    this.#connection.send({ type: 'response.output_audio.done', ...at });
    this.#connection.send({
      type: 'response.output_audio_transcript.done',
      ...at,
      transcript: text,
    });
  }

  #call({ name, arguments: text }: { readonly name: string; readonly arguments: string }): void {
    const id = this.#connection.conversation.newId();
    const call = { id, type: 'function_call', name, call_id: `call_${this.id}_${id}` } as const;
    const output_index = this.#open({ ...call, arguments: '', status: 'in_progress' });
    const at = { response_id: this.id, item_id: id, output_index, call_id: call.call_id };
    const type = 'response.function_call_arguments';
    this.#connection.send({ type: `${type}.delta`, ...at, delta: text });
    this.#connection.send({ type: `${type}.done`, ...at, name, arguments: text });
    this.#close({ ...call, arguments: text, status: 'completed' }, output_index);
  }

  /** Where the item is among the output. */
  #open(item: ConversationItem & { id: string }): number {
    const output_index = this.#output.length;
    this.#output.push(item);
    this.#connection.send({
      type: 'response.output_item.added',
      response_id: this.id,
      output_index,
      item,
    });
    if (this.isBeside) return output_index;
    const previousId = this.#connection.conversation.append(item);
    this.#connection.send({ type: 'conversation.item.added', item, previous_item_id: previousId });
    return output_index;
  }

  #close(item: ConversationItem, output_index: number): void {
    const opened = this.#output[output_index]!;
    Object.assign(opened, item);
    if (!this.isBeside) this.#connection.send({ type: 'conversation.item.done', item });
    const type = 'response.output_item.done';
    this.#connection.send({ type, response_id: this.id, output_index, item });
  }

  #end({ status = 'completed', failure }: ScriptedAnswer): void {
    this.#connection.ended(this);
    const response = this.#cancelled
      ? this.#object('cancelled', { type: 'cancelled', reason: this.#cancelled })
      : failure === undefined
        ? this.#object(status, {})
        : this.#object('failed', {
            type: 'failed',
            error: { type: 'server_error', code: failure },
          });
    this.#connection.send({ type: 'response.done', response });
  }

  #object(
    status: NonNullable<RealtimeResponse['status']>,
    details?: RealtimeResponseStatus,
  ): RealtimeResponse {
    const { session, script } = this.#connection;
    const count = script.countsTokens ? 100 : 0;
    return {
      object: 'realtime.response',
      id: this.id,
      status,
      ...(details?.type && { status_details: details }),
      output: this.#output,
      ...(!this.isBeside && { conversation_id: 'conv_1' }),
      output_modalities: this.#request.output_modalities ?? session.output_modalities ?? ['audio'],
      audio: { output: { format: session.audio!.output!.format!, voice: 'marin' } },
      metadata: this.#request.metadata ?? null,
      ...(details && {
        usage: {
          total_tokens: 4 * count,
          input_tokens: 2 * count,
          output_tokens: 2 * count,
          input_token_details: {
            text_tokens: count,
            audio_tokens: count,
            cached_tokens: count / 2,
            cached_tokens_details: { text_tokens: count / 2, audio_tokens: 0 },
          },
          output_token_details: { text_tokens: count, audio_tokens: count },
        },
      }),
    };
  }
}
