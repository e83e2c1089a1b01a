import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type {
  RealtimeClientEvent,
  RealtimeServerEvent,
  RealtimeTranscriptionSessionCreateRequest,
} from 'openai/resources/realtime/realtime';
import { decodeAudio } from '@antiphon/audio';
import { LocalSocketServer } from '../../testing/local-socket-server.ts';
import type { LocalConnection, UpgradeRefusal } from '../../testing/local-socket-server.ts';
import { countingEars } from '../../testing/local-ear.ts';
import type { LocalEar, LocalEars } from '../../testing/local-ear.ts';

/** The key that is good. */
export const TRANSCRIPTION_KEY = 'sk-transcription';

/** Models and deployments, and whether they tell words while they are said. */
const MODELS: ReadonlyMap<string, { readonly isLive: boolean }> = new Map([
  ['gpt-live-transcribe', { isLive: true }],
  ['gpt-4o-transcribe', { isLive: false }],
  ['gpt-4o-mini-transcribe', { isLive: false }],
  ['azure-deployment', { isLive: false }],
]);

const ENCODINGS = {
  'audio/pcm': 'pcm16',
  'audio/pcmu': 'g711_ulaw',
  'audio/pcma': 'g711_alaw',
} as const;

/** What the server does; whatever is left out goes well. */
export interface TranscriptionScript {
  readonly ears?: LocalEars;
  /** Sees each event before it is sent; false keeps it back. */
  readonly sends?: (event: RealtimeServerEvent, connection: LocalConnection) => boolean;
  /** Called with each event that comes, before it is taken; false has it ignored. */
  readonly takes?: (event: RealtimeClientEvent, connection: LocalConnection) => boolean;
  readonly refuses?: (count: number) => UpgradeRefusal | null;
  /** Leaves upgrades without an answer. */
  readonly isMute?: boolean;
}

/** Transcription sessions of OpenAI's `/v1/realtime`, as the types of its SDK have them, on loopback. */
export class LocalTranscriptionServer {
  script: TranscriptionScript;
  /** Samples of all turns that were committed, in order. */
  readonly turns: Int16Array[] = [];
  readonly #server: LocalSocketServer;

  private constructor(server: LocalSocketServer, script: TranscriptionScript) {
    this.#server = server;
    this.script = script;
  }

  static async start(script: TranscriptionScript = {}): Promise<LocalTranscriptionServer> {
    const server = await LocalSocketServer.start({
      refuses: (request, count) => refusalOf(request) ?? local.script.refuses?.(count) ?? null,
      onConnection: (connection) => local.#serve(connection),
      ...(script.isMute && { isMute: true }),
    });
    const local: LocalTranscriptionServer = new LocalTranscriptionServer(server, script);
    return local;
  }

  /** What `/realtime` is put behind. */
  get url(): string {
    return `${this.#server.url}/v1`;
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
    const session = new TranscriptionSession(this, connection);
    session.greet();
    connection.onFrame((frame) => {
      const event = frame as unknown as RealtimeClientEvent;
      if (this.script.takes?.(event, connection) ?? true) session.take(event);
    });
  }
}

/** One connection: a buffer of audio, and an item for each time that it is committed. */
class TranscriptionSession {
  readonly #server: LocalTranscriptionServer;
  readonly #connection: LocalConnection;
  #settings: RealtimeTranscriptionSessionCreateRequest = { type: 'transcription' };
  #isLive = false;
  #ear: LocalEar | null = null;
  #itemId = newId('item');
  #previousId: string | null = null;
  #buffer: Int16Array[] = [];
  #told = 0;

  constructor(server: LocalTranscriptionServer, connection: LocalConnection) {
    this.#server = server;
    this.#connection = connection;
  }

  greet(): void {
    this.#tell({ type: 'session.created', event_id: newId('event'), session: this.#settings });
  }

  take(event: RealtimeClientEvent): void {
    switch (event.type) {
      case 'session.update':
        this.#setUp(event.session, event.event_id);
        break;
      case 'input_audio_buffer.append':
        this.#append(event.audio);
        break;
      case 'input_audio_buffer.clear':
        this.#empty();
        this.#tell({ type: 'input_audio_buffer.cleared', event_id: newId('event') });
        break;
      case 'input_audio_buffer.commit':
        void this.#commit(event.event_id);
        break;
      default:
        this.#refuse({ code: 'unknown_event', param: 'type' }, event.event_id);
    }
  }

  #setUp(session: { readonly type: string }, eventId?: string): void {
    const settings = session as RealtimeTranscriptionSessionCreateRequest;
    const { format, transcription, turn_detection: detection } = settings.audio?.input ?? {};
    const model = MODELS.get(transcription?.model ?? '');
    if (session.type !== 'transcription') this.#refuse({ param: 'session.type' }, eventId);
    else if (!model) this.#refuse({ param: 'session.audio.input.transcription.model' }, eventId);
    else if (detection !== null || !format) {
      this.#refuse({ param: 'session.audio.input.turn_detection' }, eventId);
    } else {
      this.#settings = settings;
      this.#isLive = model.isLive;
      this.#tell({ type: 'session.updated', event_id: newId('event'), session: settings });
    }
  }

  #append(base64: string): void {
    const bytes = Buffer.from(base64, 'base64');
    const { format } = this.#settings.audio?.input ?? {};
    const pcm = decodeAudio(bytes, ENCODINGS[format?.type ?? 'audio/pcm']);
    this.#buffer.push(pcm);
    const { ears = countingEars } = this.#server.script;
    this.#ear ??= ears(this.#rate);
    const words = this.#ear.hear(pcm);
    if (this.#isLive) this.#tellWords(words);
  }

  async #commit(eventId?: string): Promise<void> {
    const samples = this.#buffer.reduce((sum, { length }) => sum + length, 0);
    if ((samples * 1000) / this.#rate < 100) {
      this.#refuse({ code: 'input_audio_buffer_commit_empty' }, eventId);
      return;
    }
    const [ear, itemId, previousId] = [this.#ear!, this.#itemId, this.#previousId];
    this.#server.turns.push(joined(this.#buffer, samples));
    const at = { item_id: itemId, content_index: 0 };
    const told = this.#told;
    this.#previousId = itemId;
    this.#empty();
    this.#tell({
      type: 'input_audio_buffer.committed',
      event_id: newId('event'),
      item_id: itemId,
      previous_item_id: previousId,
    });
    const words = await ear.end();
    const rest = words.slice(told).join(' ');
    const type = 'conversation.item.input_audio_transcription';
    if (rest !== '') {
      const delta = told > 0 ? ` ${rest}` : rest;
      this.#tell({ ...at, type: `${type}.delta`, event_id: newId('event'), delta });
    }
    this.#tell({
      ...at,
      type: `${type}.completed`,
      event_id: newId('event'),
      transcript: words.join(' '),
      usage: { type: 'duration', seconds: samples / this.#rate },
    });
  }

  #tellWords(words: readonly string[]): void {
    const fresh = words.slice(this.#told).join(' ');
    if (fresh === '') return;
    const delta = this.#told > 0 ? ` ${fresh}` : fresh;
    this.#told = words.length;
    this.#tell({
      type: 'conversation.item.input_audio_transcription.delta',
      event_id: newId('event'),
      item_id: this.#itemId,
      content_index: 0,
      delta,
    });
  }

  #empty(): void {
    this.#ear = null;
    this.#buffer = [];
    this.#told = 0;
    this.#itemId = newId('item');
  }

  get #rate(): 8000 | 24000 {
    const { type = 'audio/pcm' } = this.#settings.audio?.input?.format ?? {};
    return type === 'audio/pcm' ? 24000 : 8000;
  }

  #refuse(
    { code, param }: { readonly code?: string; readonly param?: string },
    eventId?: string,
  ): void {
    this.#tell({
      type: 'error',
      event_id: newId('event'),
      error: {
        type: 'invalid_request_error',
        code: code ?? 'invalid_value',
        message: 'No: w1 w2 w3.',
        ...(param !== undefined && { param }),
        ...(eventId !== undefined && { event_id: eventId }),
      },
    });
  }

  #tell(event: RealtimeServerEvent): void {
    const { sends } = this.#server.script;
    if (sends?.(event, this.#connection) ?? true) this.#connection.send(event);
  }
}

function joined(slices: readonly Int16Array[], length: number): Int16Array {
  const whole = new Int16Array(length);
  let at = 0;
  for (const slice of slices) {
    whole.set(slice, at);
    at += slice.length;
  }
  return whole;
}

function newId(kind: string): string {
  return `${kind}_${randomUUID()}`;
}

function refusalOf({ url = '', headers }: IncomingMessage): UpgradeRefusal | null {
  const isKnown =
    headers.authorization === `Bearer ${TRANSCRIPTION_KEY}` ||
    headers['api-key'] === TRANSCRIPTION_KEY;
  if (!isKnown) return refusal(401, 'invalid_api_key');
  const asked = new URL(url, 'ws://local').searchParams;
  const isSession = asked.get('intent') === 'transcription' && !asked.has('model');
  return isSession ? null : refusal(400, 'invalid_request');
}

function refusal(status: number, code: string): UpgradeRefusal {
  const error = { type: 'invalid_request_error', code, message: 'No.' };
  return { status, body: JSON.stringify({ error }) };
}
