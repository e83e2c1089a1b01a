import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { listen } from '@deepgram/sdk';
import { decodeAudio, isSampleRate } from '@antiphon/audio';
import type { AudioEncoding, SampleRate } from '@antiphon/audio';
import { LocalSocketServer } from '../../testing/local-socket-server.ts';
import type { LocalConnection, UpgradeRefusal } from '../../testing/local-socket-server.ts';
import { countingEars } from '../../testing/local-ear.ts';
import type { LocalEar, LocalEars } from '../../testing/local-ear.ts';

/** The key that is good. */
export const DEEPGRAM_KEY = 'deepgram-local';

const MODELS: ReadonlySet<string> = new Set(['nova-3', 'nova-2']);

const ENCODINGS: ReadonlyMap<string, AudioEncoding> = new Map([
  ['linear16', 'pcm16'],
  ['mulaw', 'g711_ulaw'],
  ['alaw', 'g711_alaw'],
]);

/** What the server does; whatever is left out goes well. */
export interface DeepgramScript {
  readonly ears?: LocalEars;
  /** Milliseconds of audio after which words become final unasked; never unless given. */
  readonly segmentMs?: number;
  /** Milliseconds of audio from one preliminary result to the next; with each slice unless given. */
  readonly interimMs?: number;
  /** Sees each result before it is sent; false keeps it back. */
  readonly sends?: (result: listen.ListenV1Results, connection: LocalConnection) => boolean;
  /** Called with each slice of audio, before it is heard. */
  readonly onAudio?: (connection: LocalConnection, bytes: Buffer) => void;
  readonly refuses?: (count: number) => UpgradeRefusal | null;
  /** Leaves upgrades without an answer. */
  readonly isMute?: boolean;
}

/** Deepgram's `/v1/listen` as its description and the types of its SDK have it, on loopback. */
export class LocalDeepgramServer {
  script: DeepgramScript;
  /** Samples that came over each connection, by its place. */
  readonly audio: Int16Array[][] = [];
  readonly #server: LocalSocketServer;

  private constructor(server: LocalSocketServer, script: DeepgramScript) {
    this.#server = server;
    this.script = script;
  }

  static async start(script: DeepgramScript = {}): Promise<LocalDeepgramServer> {
    const server = await LocalSocketServer.start({
      refuses: (request, count) => refusalOf(request) ?? local.script.refuses?.(count) ?? null,
      onConnection: (connection, request) => local.#serve(connection, request),
      ...(script.isMute && { isMute: true }),
    });
    const local: LocalDeepgramServer = new LocalDeepgramServer(server, script);
    return local;
  }

  get url(): string {
    return `${this.#server.url}/v1/listen`;
  }

  /** Every connection so far, with the text frames that it heard. */
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

  #serve(connection: LocalConnection, request: IncomingMessage): void {
    const asked = queryOf(request);
    const rate = Number(asked.get('sample_rate'));
    if (!isSampleRate(rate)) throw new Error(`A rate of ${rate} is not heard here.`);
    const encoding = ENCODINGS.get(asked.get('encoding') ?? '');
    if (!encoding) throw new Error('This encoding is not heard here.');
    const heard: Int16Array[] = [];
    this.audio.push(heard);
    const stream = new ListenStream(rate, connection, () => this.script);
    connection.onBytes((bytes) => {
      this.script.onAudio?.(connection, bytes);
      const pcm = decodeAudio(bytes, encoding);
      heard.push(pcm);
      stream.hear(pcm);
    });
    connection.onFrame(({ type }) => {
      if (type === 'Finalize') stream.flush(true);
      else if (type === 'CloseStream') stream.flush(false);
      else if (type !== 'KeepAlive') connection.close(1008, 'DATA-0000');
    });
  }
}

/** The audio of one connection, from the first byte to the last. */
class ListenStream {
  readonly #rate: SampleRate;
  readonly #connection: LocalConnection;
  readonly #script: () => DeepgramScript;
  readonly #requestId = randomUUID();
  #ear: LocalEar | null = null;
  #samples = 0;
  /** Where the words begin that are not final. */
  #from = 0;
  /** Words of the ear's that have become final. */
  #told = 0;
  /** Where the last result was told. */
  #toldAt = 0;
  #line: Promise<void> = Promise.resolve();

  constructor(rate: SampleRate, connection: LocalConnection, script: () => DeepgramScript) {
    this.#rate = rate;
    this.#connection = connection;
    this.#script = script;
  }

  hear(pcm: Int16Array): void {
    this.#then(() => {
      const { ears = countingEars, segmentMs = Infinity, interimMs = 0 } = this.#script();
      this.#ear ??= ears(this.#rate);
      this.#samples += pcm.length;
      const words = this.#ear.hear(pcm);
      const fresh = words.slice(this.#told);
      const isFinal = ((this.#samples - this.#from) * 1000) / this.#rate >= segmentMs;
      const isDue = ((this.#samples - this.#toldAt) * 1000) / this.#rate >= interimMs;
      if ((fresh.length > 0 && isDue) || isFinal) {
        this.#toldAt = this.#samples;
        this.#tell(fresh, { is_final: isFinal });
      }
      if (!isFinal) return;
      this.#told = words.length;
      this.#from = this.#samples;
    });
  }

  /** Everything so far becomes final. Where there is nothing, nothing is told. */
  flush(isAsked: boolean): void {
    this.#then(async () => {
      const words = (await this.#ear?.end()) ?? [];
      const isEmpty = this.#samples === this.#from;
      if (!isEmpty) {
        const end = { is_final: true, speech_final: true, from_finalize: isAsked };
        this.#tell(words.slice(this.#told), end);
      }
      this.#ear = null;
      this.#told = 0;
      this.#from = this.#samples;
    });
  }

  #then(run: () => void | Promise<void>): void {
    this.#line = this.#line.then(run);
  }

  #tell(words: readonly string[], ends: Partial<listen.ListenV1Results>): void {
    const result: listen.ListenV1Results = {
      type: 'Results',
      channel_index: [0, 1],
      start: this.#from / this.#rate,
      duration: (this.#samples - this.#from) / this.#rate,
      is_final: false,
      speech_final: false,
      from_finalize: false,
      ...ends,
      channel: {
        alternatives: [
          {
            transcript: words.join(' '),
            confidence: 0.98,
            words: words.map((word) => ({ word, start: 0, end: 0, confidence: 0.98 })),
          },
        ],
      },
      metadata: {
        request_id: this.#requestId,
        model_info: { name: 'general-nova-3', version: '2026-08-01.0', arch: 'nova-3' },
        model_uuid: '40bd3654-e622-47c4-a111-63a61b23bfe8',
      },
    };
    if (this.#script().sends?.(result, this.#connection) ?? true) this.#connection.send(result);
  }
}

function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  return new URL(url, 'ws://local').searchParams;
}

function refusalOf(request: IncomingMessage): UpgradeRefusal | null {
  if (request.headers.authorization !== `Token ${DEEPGRAM_KEY}`) {
    return refusal(401, 'INVALID_AUTH', 'Invalid credentials.');
  }
  if (!MODELS.has(queryOf(request).get('model') ?? '')) {
    const message = 'Bad Request: No such model/language/tier combination found.';
    return refusal(400, 'Bad Request', message);
  }
  return null;
}

function refusal(status: number, code: string, message: string): UpgradeRefusal {
  const body = { err_code: code, err_msg: message, request_id: randomUUID() };
  return { status, body: JSON.stringify(body) };
}
