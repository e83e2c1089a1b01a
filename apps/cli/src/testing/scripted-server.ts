import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ULAW_SILENCE } from '@antiphon/audio';
import type { FeedBody } from '@antiphon/observability';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

/** Silence that ends a turn of the caller: 15 frames. */
const TURN_END_BYTES = 2400;

/** As much of a session object as callers read. */
const SESSION = {
  id: 'sess',
  type: 'realtime',
  audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 300 } } },
};

/** What the agent of a scripted server says, and does before it says it. */
export interface ScriptedAnswer {
  readonly text: string;
  /** Every word is as long. */
  readonly wordMs: number;
  readonly tool?: { readonly name: string; readonly arguments: string };
  /** The session is handed over and ends when this answer was heard. */
  readonly handsOff?: string;
}

/** How a scripted server behaves. */
export interface ScriptedServerOptions {
  readonly key: string;
  /** The first is said unasked. */
  readonly answers: readonly ScriptedAnswer[];
  /** Says of an interrupted item that all of it was heard. */
  readonly forgetsCuts?: boolean;
}

/** A server on a free port. */
export interface ScriptedServer {
  readonly url: string;
  /** Types of the client's events, without audio. */
  readonly received: string[];
  close(): Promise<void>;
}

interface SpokenItem {
  readonly text: string;
  readonly wordMs: number;
  heardMs: number;
}

/**
 * A server that speaks just enough of the wire protocol and the feed to be called: it hears any
 * sound as speech and answers with the next line of its script.
 */
export async function startScriptedServer(options: ScriptedServerOptions): Promise<ScriptedServer> {
  const received: string[] = [];
  const feeds = new Map<string, ScriptedSession>();
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer((_, response) => response.end('scripted'));
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    sockets.handleUpgrade(request, socket, head, (connection) => {
      if (request.headers.authorization !== `Bearer ${options.key}`) {
        send(connection, {
          type: 'error',
          error: { type: 'invalid_request_error', code: 'invalid_api_key', message: 'Wrong key.' },
        });
        connection.close(3000);
      } else if (url.pathname === '/v1/realtime') {
        const session = new ScriptedSession(`sess_${feeds.size}`, connection, options);
        feeds.set(session.id, session);
        connection.on('message', (data) => {
          const event = JSON.parse((data as Buffer).toString()) as ClientMessage;
          if (event.type !== 'input_audio_buffer.append') received.push(event.type);
          session.take(event);
        });
      } else {
        feeds.get(url.pathname.split('/')[2] ?? '')?.watch(connection);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: async () => {
      for (const session of feeds.values()) session.end();
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

interface ClientMessage {
  readonly type: string;
  readonly audio: string;
  readonly item_id: string;
  readonly audio_end_ms: number;
}

class ScriptedSession {
  readonly id: string;
  readonly #socket: WebSocket;
  readonly #options: ScriptedServerOptions;
  readonly #feed: string[] = [];
  readonly #watchers = new Set<WebSocket>();
  readonly #items = new Map<string, SpokenItem>();
  #answers = 0;
  #silentBytes = 0;
  #isSpeech = false;
  #isEnded = false;
  #farewell: NodeJS.Timeout | undefined;

  constructor(id: string, socket: WebSocket, options: ScriptedServerOptions) {
    this.id = id;
    this.#socket = socket;
    this.#options = options;
    this.#send('session.created', { session: { ...SESSION, id } });
    this.#tell({ type: 'session.started', agent: 'scripted' });
    socket.once('close', () => this.#ended('callerLeft'));
  }

  watch(socket: WebSocket): void {
    this.#watchers.add(socket);
    for (const message of this.#feed) socket.send(message);
  }

  end(): void {
    clearTimeout(this.#farewell);
  }

  take(event: ClientMessage): void {
    switch (event.type) {
      case 'session.update':
        this.#send('session.updated', { session: { ...SESSION, id: this.id } });
        this.#answer();
        break;
      case 'input_audio_buffer.clear':
        this.#send('input_audio_buffer.cleared', {});
        break;
      case 'input_audio_buffer.append':
        this.#hear(Buffer.from(event.audio, 'base64'));
        break;
      case 'conversation.item.truncate':
        this.#truncate(event.item_id, event.audio_end_ms);
        break;
      case 'conversation.item.retrieve': {
        const { id, heard } = { id: event.item_id, ...this.#divided(event.item_id) };
        const content = [{ type: 'output_audio', transcript: heard }];
        this.#send('conversation.item.retrieved', {
          item: { id, type: 'message', role: 'assistant', content },
        });
        break;
      }
      default:
        break;
    }
  }

  #hear(bytes: Buffer): void {
    const hasSound = bytes.some((byte) => byte !== ULAW_SILENCE);
    this.#silentBytes = hasSound ? 0 : this.#silentBytes + bytes.length;
    if (hasSound && !this.#isSpeech) {
      this.#isSpeech = true;
      this.#send('input_audio_buffer.speech_started', { audio_start_ms: 0, item_id: 'item_u' });
    } else if (this.#isSpeech && this.#silentBytes >= TURN_END_BYTES) {
      this.#isSpeech = false;
      this.#send('input_audio_buffer.speech_stopped', { audio_end_ms: 0, item_id: 'item_u' });
      this.#answer();
    }
  }

  #answer(): void {
    const answer = this.#options.answers[this.#answers];
    if (!answer) return;
    this.#answers += 1;
    const { text, wordMs, tool } = answer;
    const callId = `call_${this.#answers}`;
    this.#tell({
      type: 'state',
      region: 'turn',
      from: 'listening',
      to: 'responding.thinking',
      cause: 'caller.speechStopped',
    });
    if (tool) {
      this.#tell({ type: 'tool.started', callId, ...tool });
      const settled = { outcome: 'result', output: '{}', durationMs: 1 } as const;
      this.#tell({ type: 'tool.settled', callId, name: tool.name, ...settled });
    }
    const itemId = `item_${this.#answers}`;
    this.#items.set(itemId, { text, wordMs, heardMs: Number.POSITIVE_INFINITY });
    this.#speak(itemId, `resp_${this.#answers}`);
    if (answer.handsOff === undefined) {
      this.#tell({
        type: 'state',
        region: 'turn',
        from: 'responding',
        to: 'listening',
        cause: 'caller.speechStopped',
      });
      return;
    }
    const transcriptRef = { sessionId: 'sess_1', events: null, recording: null };
    const record = { reason: null, summary: null, slots: {}, transcriptRef };
    this.#tell({ type: 'handoff', details: answer.handsOff, record });
    const lengthMs = text.split(' ').length * wordMs;
    this.#farewell = setTimeout(() => {
      this.#ended('handedOff');
      this.#socket.close(1000, 'handed off');
    }, lengthMs);
  }

  #speak(itemId: string, responseId: string): void {
    const { text, wordMs } = this.#items.get(itemId)!;
    const words = text
      .split(' ')
      .map((word, at) => ({ text: word, startMs: at * wordMs, endMs: (at + 1) * wordMs }));
    const audio = { output: { format: { type: 'audio/pcmu' } } };
    this.#send('response.created', { response: { id: responseId, audio } });
    this.#tell({ type: 'agent.words', itemId, words });
    const position = {
      response_id: responseId,
      item_id: itemId,
      output_index: 0,
      content_index: 0,
    };
    this.#send('response.output_audio_transcript.delta', { ...position, delta: text });
    for (const _ of words) {
      const delta = Buffer.alloc(wordMs * 8, 0x20).toString('base64');
      this.#send('response.output_audio.delta', { ...position, delta });
    }
    this.#send('response.done', { response: { id: responseId, status: 'completed' } });
  }

  #truncate(itemId: string, audioEndMs: number): void {
    const item = this.#items.get(itemId);
    if (!item) return;
    if (!this.#options.forgetsCuts) item.heardMs = audioEndMs;
    const { heard, unheard } = this.#divided(itemId);
    this.#tell({
      type: 'state',
      region: 'turn',
      from: 'responding',
      to: 'truncated.cut',
      cause: 'caller.speechStopped',
    });
    this.#tell({ type: 'agent.truncated', itemId, playedMs: audioEndMs, heard, unheard });
    const status = 'incomplete';
    this.#tell({ type: 'item', itemId, speaker: 'agent', text: heard, status });
    this.#send('conversation.item.truncated', {
      item_id: itemId,
      content_index: 0,
      audio_end_ms: audioEndMs,
    });
  }

  #divided(itemId: string): { heard: string; unheard: string } {
    const { text, wordMs, heardMs } = this.#items.get(itemId)!;
    const words = text.split(' ');
    const count = Math.min(words.length, Math.floor(heardMs / wordMs));
    return { heard: words.slice(0, count).join(' '), unheard: words.slice(count).join(' ') };
  }

  #ended(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#tell({ type: 'session.ended', reason });
  }

  #tell(body: FeedBody): void {
    const seq = this.#feed.length + 1;
    const message = JSON.stringify({ seq, sessionId: this.id, atMs: seq, ...body });
    this.#feed.push(message);
    for (const watcher of this.#watchers) watcher.send(message);
  }

  #send(type: string, members: Record<string, unknown>): void {
    send(this.#socket, { type, event_id: 'event_1', ...members });
  }
}

function send(socket: WebSocket, event: Record<string, unknown>): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(event));
}
