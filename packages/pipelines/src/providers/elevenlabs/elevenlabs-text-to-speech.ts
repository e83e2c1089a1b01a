import type { SampleRate } from '@antiphon/audio';
import type { Clock } from '@antiphon/session';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from '../../cascade/ports/text-to-speech.ts';
import { SocketSpeech } from '../socket-speech.ts';
import { nearestSpeed, SpeechDesk } from '../speech-desk.ts';
import type { HostedVoices } from '../speech-desk.ts';
import type { SpeechTimeouts } from '../spoken-piece.ts';
import { WarmSockets } from '../warm-sockets.ts';
import { contextOf, ElevenlabsContext, PROVIDER } from './elevenlabs-context.ts';

const ELEVENLABS_URL = 'wss://api.elevenlabs.io';
const SAMPLE_RATE = 24000 satisfies SampleRate;

/** One more on a connection and ElevenLabs closes it, with all that is spoken there. */
const MAX_CONTEXTS = 5;

/** The longest inactivity that may be asked for, and when a connection is replaced before it. */
const INACTIVITY_SECONDS = 180;
const IDLE_MS = 170_000;

/** A context that was given up ends when all of its text is spoken. */
const DRAIN_MS = 10_000;

/** How an {@link ElevenlabsTextToSpeech} speaks; all but the key may stand in a file. */
export interface ElevenlabsTextToSpeechOptions extends HostedVoices {
  /** A secret: it goes into a header and nowhere else. */
  readonly apiKey: string;
  /** What `/v1/text-to-speech/…` is put behind; `wss://api.elevenlabs.io` unless given. */
  readonly url?: string;
  /** `eleven_flash_v2_5` unless given. */
  readonly model?: string;
  /** ISO 639-1; what the text is in, unless given. */
  readonly language?: string;
  /** 0 to 1, more alike from piece to piece the higher; the voice's own unless given. */
  readonly stability?: number;
  /** 0 to 1; the voice's own unless given. */
  readonly similarityBoost?: number;
  readonly clock: Clock;
  readonly timeouts?: Partial<SpeechTimeouts>;
  /** Connections opened in advance for `voice`, and kept for each voice once it was used; 1 unless given. */
  readonly warm?: number;
  /** For each voice; 20 unless given, with 5 pieces at a time on each. */
  readonly maxConnections?: number;
}

/**
 * Speaks with ElevenLabs over its multi-context WebSocket, a context for each piece, and makes words
 * of its times of characters. A connection has one voice. A piece that is given up is spoken to its
 * end over there, for nothing stops a text that was flushed; its place is taken until then.
 */
export class ElevenlabsTextToSpeech implements TextToSpeech {
  readonly name: string = 'elevenlabs';
  readonly #options: ElevenlabsTextToSpeechOptions;
  readonly #desk: SpeechDesk;
  readonly #sockets = new Map<string, WarmSockets>();

  constructor(options: ElevenlabsTextToSpeechOptions) {
    this.#options = options;
    const { clock, voice, voices, timeouts } = options;
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
    this.#socketsOf(voices?.[voice] ?? voice);
  }

  get voices(): readonly string[] {
    return this.#desk.voices;
  }

  synthesize(request: SynthesisRequest, events: SynthesisEvents): Synthesis {
    return this.#desk.start(request, events, (piece, voiceId) => {
      const sockets = this.#socketsOf(voiceId);
      const options = { sockets, drainMs: DRAIN_MS, spoils: true };
      const context = (): ElevenlabsContext =>
        new ElevenlabsContext(request.text, this.#settings(request.speed));
      const speech = new SocketSpeech(options, piece, context);
      return (how) => speech.over(how);
    });
  }

  async close(): Promise<void> {
    this.#desk.close();
    await Promise.all([...this.#sockets.values()].map((sockets) => sockets.close()));
  }

  #settings(speed: number): Record<string, number> {
    const { stability, similarityBoost } = this.#options;
    return {
      ...(stability !== undefined && { stability }),
      ...(similarityBoost !== undefined && { similarity_boost: similarityBoost }),
      ...(speed !== 1 && { speed: nearestSpeed(speed, 0.7, 1.2) }),
    };
  }

  /** Voices are those that were set up, so there are as many at most. */
  #socketsOf(voiceId: string): WarmSockets {
    const known = this.#sockets.get(voiceId);
    if (known) return known;
    const { apiKey, clock, warm, maxConnections } = this.#options;
    const url = this.#urlOf(voiceId);
    const sockets = new WarmSockets({
      provider: PROVIDER,
      address: () => ({ url, headers: { 'xi-api-key': apiKey } }),
      clock,
      maxUsers: MAX_CONTEXTS,
      idleMs: IDLE_MS,
      userOf: contextOf,
      ...(warm !== undefined && { warm }),
      ...(maxConnections !== undefined && { maxConnections }),
    });
    this.#sockets.set(voiceId, sockets);
    return sockets;
  }

  #urlOf(voiceId: string): URL {
    const { url: base = ELEVENLABS_URL, model = 'eleven_flash_v2_5', language } = this.#options;
    const path = `v1/text-to-speech/${encodeURIComponent(voiceId)}/multi-stream-input`;
    const url = new URL(path, base.endsWith('/') ? base : `${base}/`);
    const names = url.searchParams;
    names.set('model_id', model);
    names.set('output_format', `pcm_${SAMPLE_RATE}`);
    // Times come with the audio they are of, and pieces are whole sentences.
    names.set('sync_alignment', 'true');
    names.set('auto_mode', 'true');
    names.set('inactivity_timeout', `${INACTIVITY_SECONDS}`);
    if (language !== undefined) names.set('language_code', language);
    return url;
  }
}
