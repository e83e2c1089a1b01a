import type {
  GenerationRequest,
  WebsocketClientEvent,
  WebsocketResponse,
} from '@cartesia/cartesia-js/resources/tts';
import { isSampleRate } from '@antiphon/audio';
import { LocalSocketServer } from '../../testing/local-socket-server.ts';
import type { LocalConnection, UpgradeRefusal } from '../../testing/local-socket-server.ts';
import { countingVoice } from '../../testing/local-voice.ts';
import type { LocalVoice } from '../../testing/local-voice.ts';
import { speechChunks } from '../../testing/speech-chunks.ts';

/** The key that is good. */
export const CARTESIA_KEY = 'sk_car_local';

const MODELS: ReadonlySet<string> = new Set(['sonic-3.5', 'sonic-3']);
const VOICES: ReadonlySet<string> = new Set(['voice-1', 'voice-2']);

/** 40 ms at 24 kHz. */
const CHUNK_BYTES = 1920;

/** What the server does; whatever is left out goes well. */
export interface CartesiaScript {
  readonly voice?: LocalVoice;
  /** Awaited before each chunk, counted from 1. */
  readonly step?: (chunk: number, connection: LocalConnection) => Promise<void>;
  /** Sees each event before it is sent; false keeps it back. */
  readonly sends?: (event: WebsocketResponse, connection: LocalConnection) => boolean;
  readonly refuses?: (count: number) => UpgradeRefusal | null;
  readonly chunkBytes?: number;
  /** The words as the service divides them; as they are written unless given. */
  readonly wordsOf?: (words: readonly string[]) => readonly string[];
  /** A cancelled context is not told to be done. */
  readonly isSilentAfterCancel?: boolean;
}

/** Cartesia's `/tts/websocket` as its description and the types of its SDK have it, on loopback. */
export class LocalCartesiaServer {
  script: CartesiaScript;
  readonly #server: LocalSocketServer;

  private constructor(server: LocalSocketServer, script: CartesiaScript) {
    this.#server = server;
    this.script = script;
  }

  static async start(script: CartesiaScript = {}): Promise<LocalCartesiaServer> {
    const server = await LocalSocketServer.start({
      refuses: ({ headers }, count) =>
        headers.authorization === `Bearer ${CARTESIA_KEY}`
          ? (local.script.refuses?.(count) ?? null)
          : { status: 401, body: '{"error_code":"invalid_api_key"}' },
      onConnection: (connection) => local.#serve(connection),
    });
    const local: LocalCartesiaServer = new LocalCartesiaServer(server, script);
    return local;
  }

  get url(): string {
    return `${this.#server.url}/tts/websocket`;
  }

  /** Every connection so far, with what it heard. */
  get connections(): readonly LocalConnection[] {
    return this.#server.connections;
  }

  get upgrades(): LocalSocketServer['upgrades'] {
    return this.#server.upgrades;
  }

  get open(): number {
    return this.#server.open;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  #serve(connection: LocalConnection): void {
    const cancelled = new Set<string>();
    connection.onFrame((frame) => {
      const event = frame as unknown as WebsocketClientEvent;
      if ('cancel' in event) cancelled.add(event.context_id);
      else void this.#speak(event, connection, cancelled);
    });
  }

  async #speak(
    request: GenerationRequest,
    connection: LocalConnection,
    cancelled: ReadonlySet<string>,
  ): Promise<void> {
    const at = { context_id: request.context_id, status_code: 206, done: false as boolean };
    const send = (event: WebsocketResponse): void => {
      if (this.script.sends?.(event, connection) ?? true) connection.send(event);
    };
    const refusal = refusalOf(request);
    if (refusal) {
      const message = `No: ${request.transcript}`;
      send({ ...at, type: 'error', done: true, message, ...refusal });
      return;
    }
    const { voice = countingVoice, chunkBytes = CHUNK_BYTES, wordsOf } = this.script;
    const { sample_rate: rate } = request.output_format;
    if (!isSampleRate(rate)) throw new Error(`A rate of ${rate} is not spoken here.`);
    const speed = request.generation_config?.speed ?? 1;
    const speech = await voice({ text: request.transcript, speed }, rate);
    let count = 0;
    for (const { base64, words } of speechChunks(speech, rate, chunkBytes)) {
      await this.script.step?.(++count, connection);
      if (cancelled.has(request.context_id) || !connection.isOpen) break;
      // The times of words come after the audio in which they begin.
      send({ ...at, type: 'chunk', data: base64, step_time: 1 });
      if (!request.add_timestamps || words.length === 0) continue;
      const texts = words.map((word) => word.text);
      const told = wordsOf?.(texts) ?? texts;
      send({ ...at, type: 'timestamps', word_timestamps: timesOf(told, words) });
    }
    const isCancelled = cancelled.has(request.context_id);
    if (!isCancelled || !this.script.isSilentAfterCancel) send({ ...at, type: 'done', done: true });
  }
}

/** Words that are divided further share the time of the one they come from. */
function timesOf(
  told: readonly string[],
  words: readonly { readonly startMs: number; readonly endMs: number }[],
): { words: string[]; start: number[]; end: number[] } {
  const at = told.map((_, index) => words[Math.min(index, words.length - 1)]!);
  return {
    words: [...told],
    start: at.map(({ startMs }) => startMs / 1000),
    end: at.map(({ endMs }) => endMs / 1000),
  };
}

function refusalOf({
  model_id: model,
  voice,
  transcript,
}: GenerationRequest): { title: string; error_code: string; status_code: number } | null {
  const id = typeof voice === 'string' ? voice : voice.id;
  if (!MODELS.has(model)) {
    return { title: 'Invalid model', error_code: 'model_not_found', status_code: 400 };
  }
  if (!VOICES.has(id)) {
    return { title: 'Voice not found', error_code: 'voice_not_found', status_code: 404 };
  }
  if (transcript.trim() === '') {
    return { title: 'Bad request', error_code: 'invalid_transcript', status_code: 400 };
  }
  return null;
}
