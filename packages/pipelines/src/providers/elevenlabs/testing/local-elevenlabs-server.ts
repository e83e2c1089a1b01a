import type { IncomingMessage } from 'node:http';
import { LocalSocketServer } from '../../testing/local-socket-server.ts';
import type { LocalConnection, UpgradeRefusal } from '../../testing/local-socket-server.ts';
import { countingVoice } from '../../testing/local-voice.ts';
import type { LocalSpeech, LocalVoice } from '../../testing/local-voice.ts';
import { speechChunks } from '../../testing/speech-chunks.ts';
import type { SpeechChunk } from '../../testing/speech-chunks.ts';

/** The key that is good. */
export const ELEVENLABS_KEY = 'sk_eleven_local';

const MODELS: ReadonlySet<string> = new Set(['eleven_flash_v2_5']);
const VOICES: ReadonlySet<string> = new Set(['voice-1', 'voice-2']);
const MAX_CONTEXTS = 5;

/** 40 ms at 24 kHz, and a sample cut in two. */
const CHUNK_BYTES = 1921;

/** A frame of a client, after the public description of the endpoint. */
export interface MultiContextFrame {
  readonly text?: string;
  readonly context_id?: string;
  readonly voice_settings?: { readonly speed?: number };
  readonly flush?: boolean;
  readonly close_context?: boolean;
  readonly close_socket?: boolean;
}

/** Characters with their times, relative to the audio they come with. */
export interface CharacterTimes {
  readonly chars: readonly string[];
  readonly charStartTimesMs: readonly number[];
  readonly charDurationsMs: readonly number[];
}

/** A frame of the service, after the same. */
export type MultiContextAnswer =
  | {
      readonly audio: string;
      readonly alignment: CharacterTimes | null;
      readonly normalizedAlignment: CharacterTimes | null;
      readonly contextId: string;
    }
  | { readonly isFinal: true; readonly contextId: string };

/** What the server does; whatever is left out goes well. */
export interface ElevenlabsScript {
  readonly voice?: LocalVoice;
  /** Awaited before each chunk, counted from 1. */
  readonly step?: (chunk: number, connection: LocalConnection) => Promise<void>;
  /** Sees each frame before it is sent; false keeps it back. */
  readonly sends?: (frame: MultiContextAnswer, connection: LocalConnection) => boolean;
  readonly refuses?: (count: number) => UpgradeRefusal | null;
  readonly chunkBytes?: number;
  /** Times are relative to the context instead of the audio they come with. */
  readonly hasContextTimes?: boolean;
}

interface Context {
  text: string;
  speed: number;
}

/** ElevenLabs' multi-context WebSocket as its description has it, on loopback. */
export class LocalElevenlabsServer {
  script: ElevenlabsScript;
  /** The most contexts that were open at once on one connection. */
  mostContexts = 0;
  readonly #server: LocalSocketServer;

  private constructor(server: LocalSocketServer, script: ElevenlabsScript) {
    this.#server = server;
    this.script = script;
  }

  static async start(script: ElevenlabsScript = {}): Promise<LocalElevenlabsServer> {
    const server = await LocalSocketServer.start({
      refuses: (_request, count) => local.script.refuses?.(count) ?? null,
      onConnection: (connection, request) => local.#serve(connection, request),
    });
    const local: LocalElevenlabsServer = new LocalElevenlabsServer(server, script);
    return local;
  }

  get url(): string {
    return this.#server.url;
  }

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

  #serve(connection: LocalConnection, { url = '', headers }: IncomingMessage): void {
    const address = new URL(url, 'ws://elevenlabs');
    const [voice] = /(?<=text-to-speech\/)[^/]+/u.exec(address.pathname) ?? [''];
    const contexts = new Map<string, Context>();
    const problem =
      headers['xi-api-key'] === ELEVENLABS_KEY
        ? problemOf(voice, address.searchParams)
        : 'invalid_api_key';
    connection.onFrame((frame) => {
      // As the service has it: it takes the connection, and tells when something is asked of it.
      if (problem) refuse(connection, problem);
      else this.#take(frame, connection, contexts);
    });
  }

  #take(
    frame: MultiContextFrame,
    connection: LocalConnection,
    contexts: Map<string, Context>,
  ): void {
    const id = frame.context_id ?? 'default';
    const context = contexts.get(id) ?? { text: '', speed: frame.voice_settings?.speed ?? 1 };
    if (frame.text !== undefined && !contexts.has(id)) {
      contexts.set(id, context);
      this.mostContexts = Math.max(this.mostContexts, contexts.size);
      if (contexts.size > MAX_CONTEXTS) {
        refuse(connection, 'max_active_conversations');
        return;
      }
    }
    context.text += frame.text?.trimStart() ?? '';
    if (!frame.flush) return;
    void this.#speak(context, id, connection).finally(() => contexts.delete(id));
  }

  async #speak({ text, speed }: Context, id: string, connection: LocalConnection): Promise<void> {
    const { voice = countingVoice, chunkBytes = CHUNK_BYTES } = this.script;
    const send = (frame: MultiContextAnswer): void => {
      if (this.script.sends?.(frame, connection) ?? true) connection.send(frame);
    };
    const speech = await voice({ text: text.trim(), speed }, 24000);
    const times = characterTimes(text, speech);
    let count = 0;
    for (const chunk of speechChunks(speech, 24000, chunkBytes)) {
      await this.script.step?.(++count, connection);
      if (!connection.isOpen) return;
      const alignment = timesIn(times, chunk, this.script.hasContextTimes ? 0 : chunk.startMs);
      send({ audio: chunk.base64, alignment, normalizedAlignment: alignment, contextId: id });
    }
    send({ isFinal: true, contextId: id });
  }
}

interface CharacterTime {
  readonly char: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The characters of a word share its time up to the last letter or digit; marks behind it last, with
 * the blank, until the next word.
 */
function characterTimes(text: string, { words }: LocalSpeech): CharacterTime[] {
  const times: CharacterTime[] = [];
  for (const [index, { text: word, startMs, endMs }] of words.entries()) {
    const said = word.replace(/(?<=[\p{L}\p{N}])[^\p{L}\p{N}]+$/u, '');
    const nextMs = words[index + 1]?.startMs ?? endMs;
    spread(said, [startMs, endMs], times);
    spread(`${word.slice(said.length)} `, [endMs, Math.max(endMs, nextMs)], times);
  }
  return text.endsWith(' ') ? times : times.slice(0, -1);
}

function spread(text: string, [fromMs, toMs]: [number, number], times: CharacterTime[]): void {
  const chars = Array.from(text);
  const eachMs = (toMs - fromMs) / chars.length;
  for (const [index, char] of chars.entries()) {
    times.push({ char, startMs: fromMs + index * eachMs, endMs: fromMs + (index + 1) * eachMs });
  }
}

function timesIn(
  times: readonly CharacterTime[],
  chunk: SpeechChunk,
  fromMs: number,
): CharacterTimes | null {
  const within = times.filter(({ startMs }) => startMs >= chunk.startMs && startMs < chunk.endMs);
  if (within.length === 0) return null;
  return {
    chars: within.map(({ char }) => char),
    charStartTimesMs: within.map(({ startMs }) => startMs - fromMs),
    charDurationsMs: within.map(({ startMs, endMs }) => endMs - startMs),
  };
}

function problemOf(voice: string, names: URLSearchParams): string | null {
  if (!VOICES.has(voice)) return 'voice_id_does_not_exist';
  if (!MODELS.has(names.get('model_id') ?? '')) return 'model_not_found';
  return names.get('output_format') === 'pcm_24000' ? null : 'output_format_not_allowed';
}

function refuse(connection: LocalConnection, error: string): void {
  connection.send({ message: 'Told in words.', error, code: 1008 });
  connection.close(1008, 'Told in words.');
}
