import type { LiveKitHost } from './livekit-host.ts';
import type { StockServer } from './stock-server.ts';
import { ToldEvents } from './told-events.ts';
import type { ToldEvent } from './told-events.ts';

/** An item of the plugin's own record of the conversation. */
export interface ChatItem {
  readonly id: string;
  readonly type: 'message' | 'function_call' | 'function_call_output';
  readonly role?: 'user' | 'assistant';
  readonly content?: readonly string[];
}

/** A message of an answer, as far as the plugin gave it out. */
export interface SpokenMessage {
  readonly id: string;
  text: string;
  samples: number;
}

/** A tool of the client, which the test runs. */
export interface LiveKitTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A session of an unchanged plugin's RealtimeModel, and what LiveKit's framework does to one. */
export class LiveKitClient {
  /** What the plugin gives out: generations, words, sound, calls, transcripts, errors. */
  readonly given = new ToldEvents();
  /** What the server told the plugin. */
  readonly told = new ToldEvents();
  /** The messages of all answers, oldest first. */
  readonly spoken: SpokenMessage[] = [];
  /** Is called with sound as it is given out. */
  onSound: (messageId: string, samples: number) => void = () => {};
  readonly #host: LiveKitHost;

  private constructor(host: LiveKitHost) {
    this.#host = host;
    host.onEvent = (event) => this.#take(event);
  }

  /** Opens one in the place of the host's last; it connects by itself. */
  static async open(host: LiveKitHost, { realtimeUrl, key }: StockServer): Promise<LiveKitClient> {
    const client = new LiveKitClient(host);
    const baseURL = realtimeUrl.replace(/\/realtime$/u, '');
    await host.do('open', { baseURL, apiKey: key, model: 'acme-support' });
    return client;
  }

  /** What the plugin says was wrong, as the server told it. */
  get faults(): unknown[] {
    return this.given.all.filter(({ type }) => type === 'error').map(({ body }) => body);
  }

  updateInstructions(instructions: string): Promise<unknown> {
    return this.#host.do('updateInstructions', instructions);
  }

  updateTools(tools: readonly LiveKitTool[]): Promise<unknown> {
    return this.#host.do('updateTools', tools);
  }

  /** Adds a message of the caller; settles once the server has it. */
  write(text: string): Promise<unknown> {
    return this.#host.do('write', text);
  }

  /** Puts other words in the place of a message's; settles once the server has them. */
  rewrite(itemId: string, text: string): Promise<unknown> {
    return this.#host.do('rewrite', itemId, text);
  }

  /** Adds outputs of tools, all at once; settles once the server has them. */
  giveOutputs(outputs: readonly { callId: string; name: string; output: string }[]) {
    return this.#host.do('giveOutputs', outputs);
  }

  /** Asks for an answer; settles once it began or was refused. */
  generateReply(): Promise<unknown> {
    return this.#host.do('generateReply');
  }

  /** Takes a frame of the caller, 24 kHz. */
  pushAudio(frame: Int16Array): void {
    this.#host.pass('pushAudio', frame);
  }

  /** Stops an answer of which so much was played. */
  async stop(messageId: string, playedMs: number): Promise<void> {
    await this.#host.do('interrupt');
    const modalities = ['audio', 'text'];
    await this.#host.do('truncate', { messageId, audioEndMs: Math.floor(playedMs), modalities });
  }

  /** Sends an event as it is. */
  send(event: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.#host.do('send', event);
  }

  /** What the server has of an item. */
  async retrieve(itemId: string): Promise<unknown> {
    const earlier = this.told.all.length;
    await this.send({ type: 'conversation.item.retrieve', item_id: itemId });
    const isReply = (event: ToldEvent): boolean =>
      event.type === 'conversation.item.retrieved' && this.told.all.indexOf(event) >= earlier;
    return (await this.told.next(isReply)).item;
  }

  /** The conversation as the plugin has it. */
  async chatItems(): Promise<ChatItem[]> {
    return (await this.#host.do('chatItems')) as ChatItem[];
  }

  /** The first message with these words, given out or still to be. */
  async messageSaying(words: string): Promise<SpokenMessage> {
    const find = () => this.spoken.find(({ text }) => text.includes(words));
    await this.given.next(() => find() !== undefined);
    return find()!;
  }

  close(): Promise<unknown> {
    return this.#host.do('close');
  }

  #take(event: ToldEvent): void {
    switch (event.type) {
      case 'openai_server_event_received':
        this.told.push(event.event as ToldEvent);
        return;
      case 'words':
        this.#message(event).text += String(event.text);
        break;
      case 'sound':
        this.#message(event).samples += Number(event.samples);
        this.onSound(String(event.messageId), Number(event.samples));
    }
    this.given.push(event);
  }

  #message({ messageId }: ToldEvent): SpokenMessage {
    const id = String(messageId);
    const known = this.spoken.find((message) => message.id === id);
    if (known) return known;
    const message = { id, text: '', samples: 0 };
    this.spoken.push(message);
    return message;
  }
}
