import type { GenerationRequest, WebsocketClientEvent } from '@cartesia/cartesia-js/resources/tts';
import type { SampleRate } from '@antiphon/audio';
import type { Clock, TimedWord } from '@antiphon/session';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from '../../cascade/ports/text-to-speech.ts';
import { frameFault, providerFault } from '../provider-fault.ts';
import { SocketSpeech } from '../socket-speech.ts';
import type { SpeechFrame, SpeechProtocol } from '../socket-speech.ts';
import { nearestSpeed, SpeechDesk } from '../speech-desk.ts';
import type { HostedVoices } from '../speech-desk.ts';
import type { SpeechTimeouts } from '../spoken-piece.ts';
import type { SocketFrame } from '../warm-socket.ts';
import { WarmSockets } from '../warm-sockets.ts';

const PROVIDER = 'Cartesia';
const CARTESIA_URL = 'wss://api.cartesia.ai/tts/websocket';
const API_VERSION = '2026-08-14';
const SAMPLE_RATE = 24000 satisfies SampleRate;

/** Cartesia closes a connection that made nothing for five minutes. */
const IDLE_MS = 4.5 * 60_000;

/** It scales "up to dozens" of generations on a connection. */
const MAX_CONTEXTS = 20;

/** A context is over a second after its last audio. */
const DRAIN_MS = 5_000;

/** How a {@link CartesiaTextToSpeech} speaks; all but the key may stand in a file. */
export interface CartesiaTextToSpeechOptions extends HostedVoices {
  /** A secret: it goes into a header and nowhere else. */
  readonly apiKey: string;
  /** The WebSocket address; Cartesia's unless given. */
  readonly url?: string;
  /** `sonic-3.5` unless given. */
  readonly model?: string;
  /** ISO 639-1; `en` unless given. */
  readonly language?: string;
  readonly clock: Clock;
  readonly timeouts?: Partial<SpeechTimeouts>;
  /** Connections opened in advance; 1 unless given. */
  readonly warm?: number;
  /** 5 unless given, with 20 pieces at a time on each. */
  readonly maxConnections?: number;
}

/** Speaks with Cartesia over its WebSocket, a context for each piece, with the words' own times. */
export class CartesiaTextToSpeech implements TextToSpeech {
  readonly name: string = 'cartesia';
  readonly #options: CartesiaTextToSpeechOptions;
  readonly #desk: SpeechDesk;
  readonly #sockets: WarmSockets;

  constructor(options: CartesiaTextToSpeechOptions) {
    this.#options = options;
    const { clock, apiKey, voice, voices, timeouts, warm, url = CARTESIA_URL } = options;
    this.#desk = new SpeechDesk({
      provider: PROVIDER,
      voice,
      ...(voices && { voices }),
      clock,
      sampleRate: SAMPLE_RATE,
      isTimed: true,
      maxCharacters: 5_000,
      ...(timeouts && { timeouts }),
    });
    const headers = { authorization: `Bearer ${apiKey}`, 'cartesia-version': API_VERSION };
    this.#sockets = new WarmSockets({
      provider: PROVIDER,
      address: () => ({ url, headers }),
      clock,
      maxConnections: options.maxConnections ?? 5,
      maxUsers: MAX_CONTEXTS,
      idleMs: IDLE_MS,
      userOf: contextOf,
      ...(warm !== undefined && { warm }),
    });
  }

  get voices(): readonly string[] {
    return this.#desk.voices;
  }

  synthesize(request: SynthesisRequest, events: SynthesisEvents): Synthesis {
    const sockets = this.#sockets;
    const options = { sockets, drainMs: DRAIN_MS, spoils: false };
    return this.#desk.start(request, events, (piece, voiceId) => {
      const protocol = (): SpeechProtocol => this.#protocol(request, voiceId);
      const speech = new SocketSpeech(options, piece, protocol);
      return (how) => speech.over(how);
    });
  }

  async close(): Promise<void> {
    this.#desk.close();
    await this.#sockets.close();
  }

  #protocol({ text, speed }: SynthesisRequest, voiceId: string): SpeechProtocol {
    const { model = 'sonic-3.5', language = 'en' } = this.#options;
    return {
      begin: (id) => [
        {
          context_id: id,
          model_id: model,
          transcript: text,
          voice: { id: voiceId },
          language,
          output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: SAMPLE_RATE },
          add_timestamps: true,
          // Words as they are written.
          use_normalized_timestamps: false,
          continue: false,
          ...(speed !== 1 && { generation_config: { speed: nearestSpeed(speed, 0.6, 1.5) } }),
        } satisfies GenerationRequest,
      ],
      stop: (id) => [{ context_id: id, cancel: true } satisfies WebsocketClientEvent],
      read,
    };
  }
}

function contextOf(frame: SocketFrame): string | undefined {
  const id = frame['context_id'];
  return typeof id === 'string' ? id : undefined;
}

function read(frame: SocketFrame): SpeechFrame {
  switch (frame['type']) {
    case 'chunk':
      return typeof frame['data'] === 'string' ? { audio: frame['data'] } : garbled('audio');
    case 'timestamps': {
      const tokens = tokensOf(frame['word_timestamps']);
      return tokens ? { tokens } : garbled('word times');
    }
    case 'done':
      return { isLast: true };
    case 'error': {
      const { error_code: code, title, status_code: status } = frame;
      const names = [code, typeof title === 'string' ? title.replaceAll(' ', '_') : undefined];
      const fault = frameFault(PROVIDER, names, typeof status === 'number' ? status : undefined);
      return { isLast: true, fault };
    }
    default:
      return {};
  }
}

/** Words with their times in seconds; null where lists do not go together. */
function tokensOf(told: unknown): TimedWord[] | null {
  if (told === null || told === undefined) return [];
  const { words, start, end } = told as Record<string, unknown>;
  if (!Array.isArray(words) || !Array.isArray(start) || !Array.isArray(end)) return null;
  const tokens = words.map((text: unknown, index) => ({
    text: typeof text === 'string' ? text : '',
    startMs: Number(start[index]) * 1000,
    endMs: Number(end[index]) * 1000,
  }));
  const isWhole = tokens.every((token) => token.startMs >= 0 && token.endMs >= token.startMs);
  return isWhole ? tokens : null;
}

function garbled(what: string): SpeechFrame {
  return { fault: providerFault(PROVIDER, 'provider_garbled', what) };
}
