import type { AudioEncoding } from '@antiphon/audio';
import type { Clock } from '@antiphon/session';
import type { SessionUpdateEvent } from 'openai/resources/realtime/realtime';
import type {
  Recognition,
  RecognitionEvents,
  SpeechToText,
} from '../../cascade/ports/speech-to-text.ts';
import { formatFor } from '../../openai-realtime/caller-audio.ts';
import type { UpstreamFormat } from '../../openai-realtime/caller-audio.ts';
import type { HearingTimeouts } from '../heard-turn.ts';
import { HearingDesk, IDLE_CONNECTION_MS, socketUrl } from '../hearing-desk.ts';
import { WarmSockets } from '../warm-sockets.ts';
import { OPENAI_TRANSCRIPTION, OpenaiTurn, PastItems, SETUP_EVENT } from './openai-turn.ts';
import { sessionFault } from './openai-turn.ts';

const OPENAI_URL = 'https://api.openai.com/v1';

/** A session ends after an hour; a turn that begins before this has five minutes. */
const MAX_AGE_MS = 55 * 60_000;

/** Shorter audio is not taken for a turn. */
const LEAST_MS = 100;

/** How an {@link OpenaiSpeechToText} hears; all but the key may stand in a file. */
export interface OpenaiSpeechToTextOptions {
  /** A secret: it goes into a header and nowhere else. */
  readonly apiKey: string;
  /** `Authorization: Bearer` unless `api-key`, as Azure has it. */
  readonly apiKeyHeader?: 'bearer' | 'api-key' | undefined;
  /**
   * What `/realtime` is put behind unless it ends with it, OpenAI's unless given; a query is kept.
   * Azure: `https://NAME.openai.azure.com/openai/v1`.
   */
  readonly url?: string | undefined;
  /** Azure: the deployment. `gpt-live-transcribe` unless given. */
  readonly model?: string | undefined;
  /** ISO 639-1; found in the audio unless given. */
  readonly language?: string | undefined;
  /** `auto` sends frames of 8 kHz as G.711 of the caller's law; PCM16 at 24 kHz for all unless given. */
  readonly audio?: 'auto' | 'pcm' | undefined;
  readonly clock: Clock;
  readonly timeouts?: Partial<HearingTimeouts> | undefined;
  /** Connections opened in advance for each format of audio; 1 unless given. */
  readonly warm?: number | undefined;
  /** A connection that is open for so long takes no further turn; 55 minutes unless given. */
  readonly maxAgeMs?: number | undefined;
  /** For each format of audio, with one turn at a time on each; 50 unless given. */
  readonly maxConnections?: number | undefined;
}

/**
 * Hears with transcription sessions of OpenAI's Realtime protocol, of Azure or of a server like
 * theirs. `gpt-live-transcribe` tells words while they are said, the others when the turn is over.
 */
export class OpenaiSpeechToText implements SpeechToText {
  readonly name: string = 'openai-transcription';
  readonly #desk: HearingDesk;

  /** Throws a PipelineError, `invalid_argument`, for an address that is none. */
  constructor(options: OpenaiSpeechToTextOptions) {
    const { clock, timeouts = {}, audio = 'pcm' } = options;
    const past = new PastItems();
    this.#desk = new HearingDesk({
      provider: OPENAI_TRANSCRIPTION,
      clock,
      timeouts,
      leastMs: LEAST_MS,
      formatOf: (line) => formatFor(line, audio),
      warmFormats: [formatFor({ rate: 8000 }, audio), formatFor({ rate: 24000 }, audio)],
      open: (format) => connectionsFor(format as UpstreamFormat, options),
      protocol: () => new OpenaiTurn(past),
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

function connectionsFor(format: UpstreamFormat, options: OpenaiSpeechToTextOptions): WarmSockets {
  const { apiKey, apiKeyHeader, clock, warm, maxConnections } = options;
  const { model = 'gpt-live-transcribe', language } = options;
  const url = socketUrl(OPENAI_TRANSCRIPTION, options.url ?? OPENAI_URL);
  if (!url.pathname.endsWith('/realtime')) {
    url.pathname = `${url.pathname.replace(/\/+$/u, '')}/realtime`;
  }
  // A session for transcripts takes its model in its settings alone.
  url.searchParams.set('intent', 'transcription');
  const setup: SessionUpdateEvent = {
    type: 'session.update',
    event_id: SETUP_EVENT,
    session: {
      type: 'transcription',
      audio: {
        input: {
          format,
          transcription: { model, ...(language !== undefined && { language }) },
          turn_detection: null,
        },
      },
    },
  };
  const headers: Record<string, string> =
    apiKeyHeader === 'api-key' ? { 'api-key': apiKey } : { authorization: `Bearer ${apiKey}` };
  return new WarmSockets({
    provider: OPENAI_TRANSCRIPTION,
    address: () => ({ url, headers }),
    clock,
    greeting: JSON.stringify(setup),
    faultOf: sessionFault,
    idleMs: IDLE_CONNECTION_MS,
    maxAgeMs: options.maxAgeMs ?? MAX_AGE_MS,
    maxConnections: maxConnections ?? 50,
    ...(warm !== undefined && { warm }),
  });
}
