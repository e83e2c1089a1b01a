import type {
  RealtimeClientEvent,
  RealtimeServerEvent,
  RealtimeSessionCreateRequest,
  ResponseCreateEvent,
} from 'openai/resources/realtime/realtime';
import type { WebSocket } from 'ws';
import { MadeResponse } from './made-response.ts';
import { ItemFault, UpstreamConversation } from './upstream-conversation.ts';
import type { UpstreamScript } from './upstream-script.ts';
import { UpstreamVad } from './upstream-vad.ts';

/** An event before it has its id. */
export type Unstamped = RealtimeServerEvent extends infer Event
  ? Event extends { event_id: string }
    ? Omit<Event, 'event_id'>
    : never
  : never;

const LEAST_COMMIT_MS = 100;
const VOICES: readonly string[] = ['marin', 'cedar'];

/** One session of an upstream service: what it was told, and what it says. */
export class UpstreamConnection {
  readonly conversation = new UpstreamConversation();
  /** Every event of the client but its audio, in order. */
  readonly heard: RealtimeClientEvent[] = [];
  /** Codes of the errors that were told. */
  readonly errors: string[] = [];
  session: RealtimeSessionCreateRequest;
  /** Audio of all turns so far. */
  appendedBytes = 0;
  /** Pieces in which it came. */
  appends = 0;
  isOpen = true;
  /** The item that the speech which goes on becomes. */
  speechId: string | null = null;
  readonly #socket: WebSocket;
  readonly #script: () => UpstreamScript;
  readonly #responses = new Set<MadeResponse>();
  readonly #vad = new UpstreamVad({
    started: (ms) => this.#speechStarted(ms),
    stopped: (ms) => this.#speechStopped(ms),
  });
  #bufferedBytes = 0;
  #hasSpoken = false;
  #count = 0;

  constructor(socket: WebSocket, options: { model: string; script: () => UpstreamScript }) {
    this.#socket = socket;
    this.#script = options.script;
    const format = { type: 'audio/pcm', rate: 24000 } as const;
    this.session = {
      type: 'realtime',
      model: options.model,
      output_modalities: ['audio'],
      instructions: '',
      tools: [],
      tool_choice: 'auto',
      audio: { input: { format }, output: { format, voice: 'marin' } },
    };
    socket.on('message', (data) => this.#take((data as Buffer).toString()));
    socket.on('close', () => {
      this.isOpen = false;
      for (const response of this.#responses) response.cancel('client_cancelled');
    });
    socket.on('error', () => {});
  }

  get script(): UpstreamScript {
    return this.#script();
  }

  /** The types of what was heard, in order. */
  get types(): string[] {
    return this.heard.map(({ type }) => type);
  }

  /** Bytes of a millisecond of audio, by direction. */
  bytesPerMs(side: 'input' | 'output'): number {
    return this.session.audio?.[side]?.format?.type === 'audio/pcm' ? 48 : 8;
  }

  greet(): void {
    const { expiresAt } = this.script;
    const told = { ...this.session, id: 'sess_1', object: 'realtime.session' };
    const session = { ...told, ...(expiresAt !== undefined && { expires_at: expiresAt }) };
    this.send({ type: 'session.created', session });
  }

  /** Tells an error and closes, as the public service does with a wrong key. */
  refuse(code: string, closeCode: number): void {
    this.fail(code, null);
    this.#socket.close(closeCode, `invalid_request_error.${code}`);
  }

  /** Drops the connection without a word. */
  cut(): void {
    this.#socket.terminate();
  }

  /** Closes it as a service does whose hour is over. */
  expire(): void {
    this.fail('session_expired', null);
    this.#socket.close(1001, 'session_expired');
  }

  /** Anything at all, in a text frame. */
  sendRaw(text: string): void {
    this.#socket.send(text);
  }

  /** Bytes, which no event is. */
  sendBytes(): void {
    this.#socket.send(Buffer.from([1, 2, 3]));
  }

  /** Reads nothing any more, and so answers nothing. */
  freeze(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  thaw(): void {
    this.#socket.resume();
  }

  /** The first bytes of a frame that says it is longer, and then the end of the connection. */
  sendHalfFrame(): void {
    const { _socket: raw } = this.#socket as unknown as { _socket: import('node:net').Socket };
    raw.write(Buffer.from([0x81, 0x7e, 0x01, 0x00, 0x7b]), () => raw.destroy());
  }

  send(event: Unstamped): void {
    const stamped = { event_id: `event_${++this.#count}`, ...event } as RealtimeServerEvent;
    if (this.isOpen && (this.script.sends?.(stamped, this) ?? true)) {
      this.#socket.send(JSON.stringify(stamped));
    }
  }

  fail(code: string, eventId: string | null | undefined, param: string | null = null): void {
    this.errors.push(code);
    const error = { type: 'invalid_request_error', code, message: 'Told in words.', param };
    this.send({ type: 'error', error: { ...error, event_id: eventId ?? null } });
  }

  /** A response that is over. */
  ended(response: MadeResponse): void {
    this.#responses.delete(response);
  }

  /** Makes a response that nobody asked for. */
  respond(create: Omit<ResponseCreateEvent, 'type'> = {}): void {
    this.#respond({ type: 'response.create', ...create });
  }

  #take(text: string): void {
    const event = JSON.parse(text) as RealtimeClientEvent;
    if (event.type !== 'input_audio_buffer.append') this.heard.push(event);
    try {
      this.#carryOut(event);
    } catch (error) {
      if (!(error instanceof ItemFault)) throw error;
      this.fail(error.code, event.event_id);
    }
  }

  #carryOut(event: RealtimeClientEvent): void {
    switch (event.type) {
      case 'session.update':
        this.#configure(event);
        return;
      case 'input_audio_buffer.append': {
        const bytes = Buffer.from(event.audio, 'base64');
        this.#bufferedBytes += bytes.length;
        this.appendedBytes += bytes.length;
        this.appends += 1;
        this.#vad.hear(bytes, this.bytesPerMs('input') === 8 ? 8000 : 24_000);
        return;
      }
      case 'input_audio_buffer.clear':
        this.#bufferedBytes = 0;
        this.#vad.reset();
        this.send({ type: 'input_audio_buffer.cleared' });
        return;
      case 'input_audio_buffer.commit':
        this.#commit(event.event_id);
        return;
      case 'conversation.item.create': {
        const { item, previousId } = this.conversation.create(event);
        this.send({ type: 'conversation.item.added', item, previous_item_id: previousId });
        this.send({ type: 'conversation.item.done', item, previous_item_id: previousId });
        return;
      }
      case 'conversation.item.delete':
        this.conversation.delete(event.item_id);
        this.send({ type: 'conversation.item.deleted', item_id: event.item_id });
        return;
      case 'conversation.item.truncate': {
        const { item_id, content_index, audio_end_ms } = event;
        this.conversation.truncate(item_id, audio_end_ms);
        this.send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
        return;
      }
      case 'response.create':
        this.#respond(event);
        return;
      case 'response.cancel': {
        const all = [...this.#responses];
        const active = all.find(({ id }) => id === (event.response_id ?? id));
        if (active) active.cancel('client_cancelled');
        else this.fail('response_cancel_not_active', event.event_id);
        return;
      }
      default:
        this.fail('invalid_value', event.event_id, 'type');
    }
  }

  #configure(event: Extract<RealtimeClientEvent, { type: 'session.update' }>): void {
    const { session, event_id: eventId } = event;
    if (session.type !== 'realtime') {
      this.fail('missing_required_parameter', eventId, 'session.type');
      return;
    }
    const voice = session.audio?.output?.voice;
    if (typeof voice === 'string' && !VOICES.includes(voice)) {
      this.fail('invalid_value', eventId, 'session.audio.output.voice');
      return;
    }
    if (this.#hasSpoken && voice !== this.session.audio?.output?.voice) {
      this.fail('cannot_update_voice', eventId);
      return;
    }
    const detection = session.audio?.input?.turn_detection;
    if (detection && this.script.refusesDetection) {
      this.fail('invalid_value', eventId, 'session.audio.input.turn_detection.type');
      return;
    }
    const before = JSON.stringify(this.session.audio?.input?.turn_detection);
    const audio = { ...this.session.audio, ...session.audio };
    this.session = { ...this.session, ...session, audio };
    if (JSON.stringify(detection) !== before) this.#vad.configure(detection);
    this.send({ type: 'session.updated', session: this.session });
  }

  #commit(eventId: string | undefined): void {
    if (this.#bufferedBytes < LEAST_COMMIT_MS * this.bytesPerMs('input')) {
      this.fail('input_audio_buffer_commit_empty', eventId);
      return;
    }
    const id = this.speechId ?? this.conversation.newId();
    this.speechId = null;
    this.#vad.reset();
    this.makeItem(id);
  }

  #speechStarted(startMs: number): void {
    this.speechId = this.conversation.newId();
    const at = { audio_start_ms: Math.round(startMs), item_id: this.speechId };
    this.send({ type: 'input_audio_buffer.speech_started', ...at });
    if (this.session.audio?.input?.turn_detection?.interrupt_response === false) return;
    for (const response of this.#responses) response.cancel('turn_detected');
  }

  #speechStopped(decidedMs: number): void {
    const id = this.speechId;
    if (id === null || this.script.forgetsEnds) return;
    this.speechId = null;
    const at = { audio_end_ms: Math.round(decidedMs), item_id: id };
    this.send({ type: 'input_audio_buffer.speech_stopped', ...at });
    this.makeItem(id);
    if (this.session.audio?.input?.turn_detection?.create_response !== false) this.respond();
  }

  /** All audio not committed becomes an item. */
  makeItem(id = this.conversation.newId()): void {
    const bytes = this.#bufferedBytes;
    this.#bufferedBytes = 0;
    const item = {
      id,
      type: 'message' as const,
      role: 'user' as const,
      status: 'completed' as const,
      // The service writes null before there is a transcript; its types leave it out.
      content: [{ type: 'input_audio' as const }],
    };
    const ms = Math.round(bytes / this.bytesPerMs('input'));
    const previousId = this.conversation.append(item, ms);
    const placed = { item, previous_item_id: previousId };
    this.send({ type: 'input_audio_buffer.committed', item_id: id, previous_item_id: previousId });
    this.send({ type: 'conversation.item.added', ...placed });
    this.send({ type: 'conversation.item.done', ...placed });
    const transcript = (this.script.transcribe ?? (() => 'where is my order'))(bytes);
    if (transcript === null) return;
    const at = { item_id: id, content_index: 0 };
    const type = 'conversation.item.input_audio_transcription';
    if (transcript !== '') this.send({ type: `${type}.delta`, ...at, delta: transcript });
    const usage = { type: 'duration' as const, seconds: ms / 1000 };
    this.send({ type: `${type}.completed`, ...at, transcript, usage });
  }

  #respond(event: ResponseCreateEvent): void {
    const request = event.response ?? {};
    const isBeside = request.conversation === 'none';
    if (!isBeside && [...this.#responses].some((response) => !response.isBeside)) {
      this.fail('conversation_already_has_active_response', event.event_id);
      return;
    }
    this.#hasSpoken = true;
    const response = new MadeResponse(this, request, `resp_${++this.#count}`);
    this.#responses.add(response);
    void response.make();
  }
}
