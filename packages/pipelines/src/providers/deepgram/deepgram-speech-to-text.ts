import type { listen } from '@deepgram/sdk';
import type { AudioEncoding } from '@antiphon/audio';
import type { Clock } from '@antiphon/session';
import type {
  Recognition,
  RecognitionEvents,
  SpeechToText,
} from '../../cascade/ports/speech-to-text.ts';
import { formatFor } from '../../openai-realtime/caller-audio.ts';
import type { CallerAudioFormat } from '../../openai-realtime/caller-audio.ts';
import type { HearingTimeouts } from '../heard-turn.ts';
import { HearingDesk, IDLE_CONNECTION_MS, socketUrl } from '../hearing-desk.ts';
import type { HeardLine } from '../hearing-desk.ts';
import { WarmSockets } from '../warm-sockets.ts';
import { DEEPGRAM, DeepgramTurn, StreamEnds } from './deepgram-turn.ts';

const DEEPGRAM_URL = 'wss://api.deepgram.com/v1/listen';

/** Deepgram closes a connection over which nothing came for ten seconds; pings do not count. */
const KEEP_ALIVE_MS = 4_000;

const KEEP_ALIVE = JSON.stringify({ type: 'KeepAlive' } satisfies listen.ListenV1KeepAlive);
const CLOSE_STREAM = JSON.stringify({ type: 'CloseStream' } satisfies listen.ListenV1CloseStream);

/** Its names of the formats. */
const ENCODINGS = {
  'audio/pcm': 'linear16',
  'audio/pcmu': 'mulaw',
  'audio/pcma': 'alaw',
} as const satisfies Record<CallerAudioFormat['type'], string>;

/** How a {@link DeepgramSpeechToText} hears; all but the key may stand in a file. */
export interface DeepgramSpeechToTextOptions {
  /** A secret: it goes into a header and nowhere else. */
  readonly apiKey: string;
  /** The address of `/v1/listen`, Deepgram's unless given; its parameters are kept. */
  readonly url?: string | undefined;
  /** `nova-3` unless given. */
  readonly model?: string | undefined;
  /** `en` unless given; `multi` for several. */
  readonly language?: string | undefined;
  /** Numbers, dates and the like in their written form, with punctuation; off unless given. */
  readonly smartFormat?: boolean | undefined;
  /**
   * Whether final words are asked for in each pause, so that those of a turn are known when it ends;
   * off unless given.
   */
  readonly finalizesPauses?: boolean | undefined;
  /** `auto`, G.711 of the caller's law for frames of 8 kHz and PCM16 for others, unless given. */
  readonly audio?: 'auto' | 'pcm' | undefined;
  readonly clock: Clock;
  readonly timeouts?: Partial<HearingTimeouts> | undefined;
  /** Connections opened in advance for each of 8 and 24 kHz; 1 unless given. */
  readonly warm?: number | undefined;
  /** For each format of audio, with one turn at a time on each; 50 unless given. */
  readonly maxConnections?: number | undefined;
}

/**
 * Hears with Deepgram over `/v1/listen`, at the rate that a turn has: words while they are said, and
 * the final transcript when `Finalize` is answered.
 */
export class DeepgramSpeechToText implements SpeechToText {
  readonly name: string = 'deepgram';
  readonly #desk: HearingDesk;

  /** Throws a PipelineError, `invalid_argument`, for an address that is none. */
  constructor(options: DeepgramSpeechToTextOptions) {
    const { clock, timeouts = {}, audio = 'auto', finalizesPauses = false } = options;
    const ends = new StreamEnds();
    const formatOf = ({ rate, encoding }: HeardLine): CallerAudioFormat =>
      rate === 8000 && audio === 'auto'
        ? formatFor({ rate, encoding })
        : { type: 'audio/pcm', rate };
    this.#desk = new HearingDesk({
      provider: DEEPGRAM,
      clock,
      timeouts,
      leastMs: 0,
      formatOf,
      warmFormats: [formatOf({ rate: 8000 }), formatOf({ rate: 24000 })],
      open: (format) => connectionsFor(format, options),
      protocol: (format) => new DeepgramTurn(format, ends, finalizesPauses),
    });
  }

  recognise(
    _sessionId: string,
    events: RecognitionEvents,
    callerEncoding?: AudioEncoding,
  ): Recognition {
    return this.#desk.recognise(events, callerEncoding);
  }

  close(): Promise<void> {
    return this.#desk.close();
  }
}

function connectionsFor(
  format: CallerAudioFormat,
  options: DeepgramSpeechToTextOptions,
): WarmSockets {
  const { apiKey, clock, warm } = options;
  const url = socketUrl(DEEPGRAM, options.url ?? DEEPGRAM_URL);
  const asked = {
    model: options.model ?? 'nova-3',
    language: options.language ?? 'en',
    encoding: ENCODINGS[format.type],
    sample_rate: String(format.type === 'audio/pcm' ? format.rate : 8000),
    channels: '1',
    interim_results: 'true',
    smart_format: String(options.smartFormat ?? false),
    // Where turns end is decided here.
    endpointing: 'false',
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return new WarmSockets({
    provider: DEEPGRAM,
    address: () => ({ url, headers: { authorization: `Token ${apiKey}` } }),
    clock,
    keepAlive: { text: KEEP_ALIVE, everyMs: KEEP_ALIVE_MS },
    idleMs: IDLE_CONNECTION_MS,
    farewell: CLOSE_STREAM,
    maxConnections: options.maxConnections ?? 50,
    ...(warm !== undefined && { warm }),
  });
}
