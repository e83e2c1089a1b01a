import type { Content, FunctionCall, Tool } from '@google/genai';
import { bytesToPcm16 } from '@antiphon/audio';
import type { ConversationItem } from '@antiphon/session';
import type { WebSocket } from 'ws';
import type { OnWire, WireClientMessage, WireServerMessage, WireSetup } from '../wire-types.ts';
import { KnownItems } from './known-items.ts';
import type { LiveScript } from './live-script.ts';
import type { LocalGemini } from './local-gemini.ts';
import { MadeReply } from './made-reply.ts';

const MODELS: ReadonlySet<string> = new Set(['models/gemini-3.8-live']);
const VOICES: ReadonlySet<string> = new Set(['Puck', 'Kore', 'Charon']);
const INVALID = 'Request contains an invalid argument.';

/** 16-bit samples at 16 kHz. */
const INPUT_BYTES_PER_MS = 32;

/** One connection to an upstream service: what it was told, and what it says. */
export class LocalConnection {
  /** Every message of the client but its audio, in order. */
  readonly heard: WireClientMessage[] = [];
  /** What it knows, a line each. */
  said: string[] = [];
  readonly known = new KnownItems();
  setup: WireSetup | null = null;
  /** Audio of all turns so far. */
  appendedBytes = 0;
  isOpen = true;
  /** What the client did that the service has no use for. */
  readonly faults: string[] = [];
  readonly calls = new Map<string, string>();
  readonly #socket: WebSocket;
  readonly #upstream: LocalGemini;
  readonly #isKnown: boolean;
  #reply: MadeReply | null = null;
  /** Audio of the activity under way; null between activities. */
  #activity: Buffer[] | null = null;
  #count = 0;

  constructor(socket: WebSocket, options: { upstream: LocalGemini; isKnown: boolean }) {
    this.#socket = socket;
    this.#upstream = options.upstream;
    this.#isKnown = options.isKnown;
    socket.on('message', (data) => this.#take((data as Buffer).toString()));
    socket.on('close', () => {
      this.isOpen = false;
      this.#reply?.interrupt();
    });
    socket.on('error', () => {});
  }

  get script(): LiveScript {
    return this.#upstream.script;
  }

  /** What was heard, by the field that says it, in order. */
  get types(): string[] {
    return this.heard.map((message) => {
      const [type = ''] = Object.keys(message);
      const input = message.realtimeInput;
      return input ? (Object.keys(input)[0] ?? '') : type;
    });
  }

  get toolNames(): string[] {
    const tools = (this.setup?.tools ?? []) as OnWire<Tool>[];
    return tools.flatMap(({ functionDeclarations = [] }) =>
      functionDeclarations.map(({ name }) => name ?? ''),
    );
  }

  /** Drops the connection without a word. */
  cut(): void {
    this.#socket.terminate();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason.slice(0, 123));
  }

  /** The client has taken in all that was sent. */
  async taken(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#socket.once('pong', () => resolve());
      this.#socket.ping();
    });
  }

  goAway(timeLeft: string): void {
    this.send({ goAway: { timeLeft } });
  }

  /** Anything at all, in a text frame. */
  sendRaw(text: string): void {
    this.#socket.send(text);
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
    raw.write(Buffer.from([0x82, 0x7e, 0x01, 0x00, 0x7b]), () => raw.destroy());
  }

  /** In a binary frame, as the service has it. */
  send(message: WireServerMessage): void {
    if (this.isOpen && (this.script.sends?.(message, this) ?? true)) this.sendAsItIs(message);
  }

  sendAsItIs(message: WireServerMessage): void {
    if (this.isOpen) this.#socket.send(Buffer.from(JSON.stringify(message)));
  }

  /** The same, as a session has it. */
  get items(): readonly ConversationItem[] {
    return this.known.items;
  }

  /** Answers, asked or not. */
  respond(): void {
    this.#reply?.interrupt();
    this.#reply = new MadeReply(this);
    void this.#reply.make();
  }

  /** An answer that is over; what it said is known from then on. */
  ended(reply: MadeReply, said: string, calls: readonly FunctionCall[] = []): void {
    if (said !== '') this.said.push(`model: ${said}`);
    this.known.spoken(said, calls);
    if (this.#reply === reply) this.#reply = null;
    if (!this.setup?.sessionResumption) return;
    if (this.calls.size > 0) {
      this.send({ sessionResumptionUpdate: { resumable: false } });
      return;
    }
    const newHandle = `handle_${this.#upstream.connections.indexOf(this)}_${++this.#count}`;
    this.#upstream.resumable.set(newHandle, this);
    this.send({ sessionResumptionUpdate: { newHandle, resumable: true } });
  }

  newCallId(): string {
    return `function-call-${++this.#count}`;
  }

  #take(text: string): void {
    const message = JSON.parse(text) as WireClientMessage;
    if (!message.realtimeInput?.audio) this.heard.push(message);
    if (message.setup && !this.setup) this.#greet(message.setup);
    else if (!this.setup || message.setup) this.close(1007, INVALID);
    else this.#carryOut(message);
  }

  #greet(setup: WireSetup): void {
    const end = this.#refusal(setup);
    if (end) {
      this.close(end.code, end.reason);
      return;
    }
    this.setup = setup;
    this.send({ setupComplete: {} });
  }

  #refusal(setup: WireSetup): { code: number; reason: string } | null {
    const scripted = this.script.closes?.(this.#upstream.connections.length);
    if (scripted) return scripted;
    if (!this.#isKnown) {
      return { code: 1007, reason: 'API key not valid. Please pass a valid API key.' };
    }
    if (!MODELS.has(setup.model ?? '')) {
      const reason = `${setup.model} is not found for API version v1beta, or is not supported for bidiGenerateContent.`;
      return { code: 1008, reason };
    }
    const voice = setup.generationConfig?.speechConfig?.voiceConfig?.prebuiltVoiceConfig?.voiceName;
    if (voice !== undefined && !VOICES.has(voice)) {
      return { code: 1007, reason: `Requested voice api_name '${voice}' is not available` };
    }
    if (setup.realtimeInputConfig?.automaticActivityDetection?.disabled !== true) {
      this.faults.push('the service would find the turns');
    }
    return this.#resume(setup.sessionResumption?.handle);
  }

  #resume(handle: string | undefined): { code: number; reason: string } | null {
    if (handle === undefined) return null;
    const before = this.#upstream.resumable.get(handle);
    if (!before) return { code: 1007, reason: INVALID };
    // As was seen: a session is not taken up while it has a connection.
    if (before.isOpen) return { code: 1011, reason: 'Internal error encountered.' };
    this.said = [...before.said];
    this.known.take(before.known);
    return null;
  }

  #carryOut({ realtimeInput, clientContent, toolResponse }: WireClientMessage): void {
    if (realtimeInput?.activityStart) this.#beginActivity();
    else if (realtimeInput?.activityEnd) this.#endActivity();
    else if (realtimeInput?.audio) this.#append(realtimeInput.audio);
    else if (clientContent) {
      this.#reply?.interrupt();
      for (const turn of clientContent.turns ?? []) {
        this.said.push(lineOf(turn));
        this.known.written(turn);
      }
      if (clientContent.turnComplete) this.respond();
    } else if (toolResponse) {
      for (const { id = '', response } of toolResponse.functionResponses ?? []) {
        if (!this.calls.delete(id)) {
          this.close(1008, 'Requested entity was not found.');
          return;
        }
        this.said.push(`result: ${JSON.stringify(response)}`);
        this.known.result(id, response ?? {});
      }
      if (this.calls.size === 0) this.respond();
    } else this.close(1007, INVALID);
  }

  #beginActivity(): void {
    if (this.#activity) this.faults.push('an activity in an activity');
    this.#activity = [];
    this.#reply?.interrupt();
    if (this.calls.size === 0) return;
    this.send({ toolCallCancellation: { ids: [...this.calls.keys()] } });
    this.calls.clear();
  }

  #append({ data = '', mimeType }: { data?: string; mimeType?: string }): void {
    if (mimeType !== 'audio/pcm;rate=16000') {
      this.close(1007, INVALID);
      return;
    }
    const bytes = Buffer.from(data, 'base64');
    this.appendedBytes += bytes.length;
    if (this.#activity) this.#activity.push(bytes);
    else this.faults.push('audio outside of an activity');
  }

  #endActivity(): void {
    if (!this.#activity) {
      this.close(1007, INVALID);
      return;
    }
    const audio = Buffer.concat(this.#activity);
    this.#activity = null;
    this.said.push(`user: ${Math.round(audio.length / INPUT_BYTES_PER_MS)} ms`);
    const { transcribe = () => 'where is my order' } = this.script;
    const transcript = transcribe(bytesToPcm16(audio));
    if (transcript instanceof Promise) void transcript.then((text) => this.#answerTurn(text));
    else this.#answerTurn(transcript);
  }

  #answerTurn(transcript: string | null): void {
    this.known.heard(transcript);
    for (const text of transcript?.match(/\s*\S+/gu) ?? []) {
      this.send({ serverContent: { inputTranscription: { text } } });
    }
    const { finishesTranscripts = true } = this.script;
    if (transcript !== null && finishesTranscripts) {
      this.send({ serverContent: { inputTranscription: { finished: true } } });
    }
    this.respond();
  }
}

function lineOf({ role = 'user', parts = [] }: OnWire<Content>): string {
  return `${role}: ${parts.map(({ text = '' }) => text).join(' ')}`;
}
