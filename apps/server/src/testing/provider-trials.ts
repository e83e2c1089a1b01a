import type { ServerResponse } from 'node:http';
import {
  CARTESIA_KEY,
  DEEPGRAM_KEY,
  ELEVENLABS_KEY,
  HUME_KEY,
  LocalCartesiaServer,
  LocalDeepgramServer,
  LocalElevenlabsServer,
  LocalHumeServer,
  LocalOpenaiSpeechServer,
  LocalTranscriptionServer,
  OPENAI_SPEECH_KEY,
  TRANSCRIPTION_KEY,
} from '@antiphon/pipelines/testing';

/** What a provider does instead of what it should. */
export type Misdeed = 'garbage' | 'halfAFrame' | 'nothing' | 'rateLimit' | 'quota' | 'down';

/** A provider's local server, which can be made to misbehave and to behave again. */
export interface ProviderTrial {
  readonly provider: string;
  readonly key: string;
  /** Of a synthesizer. */
  readonly voice?: string;
  start(misdeed: Misdeed | null): Promise<TrialServer>;
}

/** A server under way. */
export interface TrialServer {
  readonly url: string;
  /** Connections of clients. */
  readonly open: number;
  behave(): void;
  close(): Promise<void>;
}

/** One of the local servers of providers. */
interface LocalServer {
  readonly url: string;
  script: object;
  close(): Promise<void>;
}

/** One that speaks over WebSockets. */
interface SocketServer extends LocalServer {
  readonly open: number;
}

/** One that is asked over HTTP. */
interface HttpServer extends LocalServer {
  readonly http: { readonly open: number };
}

interface Connection {
  sendText(text: string): void;
  sendHalfFrame(): void;
}

interface SocketScript {
  readonly sends?: (frame: object, connection: Connection) => boolean;
  readonly refuses?: () => { readonly status: number; readonly body: string };
}

const REFUSALS = {
  rateLimit: { status: 429, body: '{"error":{"code":"rate_limit_exceeded"}}' },
  quota: { status: 402, body: '{"error":{"code":"insufficient_quota"}}' },
  down: { status: 503, body: '{}' },
};

function socketScript(misdeed: Misdeed | null): SocketScript {
  switch (misdeed) {
    case 'garbage':
      return instead((connection) => connection.sendText('{"type": nonsense'));
    case 'halfAFrame':
      return instead((connection) => connection.sendHalfFrame());
    case 'nothing':
      return instead(() => {});
    case 'rateLimit':
    case 'quota':
    case 'down':
      return { refuses: () => REFUSALS[misdeed] };
    default:
      return {};
  }
}

/** Does this once on each connection in place of all that it should say. */
function instead(does: (connection: Connection) => void): SocketScript {
  const done = new WeakSet<Connection>();
  return {
    sends: (_frame, connection) => {
      if (!done.has(connection)) does(connection);
      done.add(connection);
      return false;
    },
  };
}

function httpAnswer(misdeed: Misdeed | null): { answers?: (response: ServerResponse) => boolean } {
  if (misdeed === null) return {};
  return {
    answers: (response) => {
      if (misdeed === 'garbage') {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>\n');
      } else if (misdeed === 'halfAFrame') {
        response.writeHead(200, { 'content-length': 100_000, 'content-type': 'audio/pcm' });
        response.write('{"type":"au', () => response.destroy());
      } else if (misdeed !== 'nothing') {
        const { status, body } = REFUSALS[misdeed];
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      }
      // Nothing is said of a request that is left without an answer.
      return true;
    },
  };
}

/** Makes trials of servers that take such scripts, and tells what is open at them. */
const trialsOf =
  <Server extends LocalServer, Script>(
    scriptOf: (misdeed: Misdeed | null) => Script,
    openOf: (server: Server) => number,
  ) =>
  (start: (script: Script) => Promise<Server>) =>
  async (misdeed: Misdeed | null): Promise<TrialServer> => {
    const server = await start(scriptOf(misdeed));
    return {
      url: server.url,
      get open() {
        return openOf(server);
      },
      behave: () => (server.script = {}),
      close: () => server.close(),
    };
  };

const overSocket = trialsOf(socketScript, (server: SocketServer) => server.open);
const overHttp = trialsOf(httpAnswer, (server: HttpServer) => server.http.open);

/** The hosted synthesizers. */
export const VOICES: readonly (ProviderTrial & { readonly voice: string })[] = [
  {
    provider: 'openai',
    key: OPENAI_SPEECH_KEY,
    voice: 'marin',
    start: overHttp((script) => LocalOpenaiSpeechServer.start(script)),
  },
  {
    provider: 'hume',
    key: HUME_KEY,
    voice: 'voice-1',
    start: overHttp((script) => LocalHumeServer.start(script)),
  },
  {
    provider: 'elevenlabs',
    key: ELEVENLABS_KEY,
    voice: 'voice-1',
    start: overSocket((script) => LocalElevenlabsServer.start(script)),
  },
  {
    provider: 'cartesia',
    key: CARTESIA_KEY,
    voice: 'voice-1',
    start: overSocket((script) => LocalCartesiaServer.start(script)),
  },
];

/** The hosted recognisers. */
export const RECOGNISERS: readonly ProviderTrial[] = [
  {
    provider: 'deepgram',
    key: DEEPGRAM_KEY,
    start: overSocket((script) => LocalDeepgramServer.start(script)),
  },
  {
    provider: 'openai',
    key: TRANSCRIPTION_KEY,
    start: overSocket((script) => LocalTranscriptionServer.start(script)),
  },
];
