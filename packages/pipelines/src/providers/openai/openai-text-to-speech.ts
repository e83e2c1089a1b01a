import type { IncomingMessage } from 'node:http';
import { isSampleRate } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { Clock } from '@antiphon/session';
import type { SpeechCreateParams } from 'openai/resources/audio/speech';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from '../../cascade/ports/text-to-speech.ts';
import { providerFault } from '../provider-fault.ts';
import { nearestSpeed, SpeechDesk } from '../speech-desk.ts';
import type { HostedVoices } from '../speech-desk.ts';
import type { SpeechTimeouts } from '../spoken-piece.ts';
import { WarmHttp } from '../warm-http.ts';

const OPENAI_URL = 'https://api.openai.com/v1';

/** What `response_format: pcm` has. */
const SAMPLE_RATE: SampleRate = 24000;

/** How an {@link OpenaiTextToSpeech} speaks; all but the key may stand in a file. */
export interface OpenaiTextToSpeechOptions extends HostedVoices {
  /** A secret: it goes into a header and nowhere else. */
  readonly apiKey: string;
  /** `Authorization: Bearer` unless `api-key`, as Azure has it. */
  readonly apiKeyHeader?: 'bearer' | 'api-key';
  /**
   * What `/audio/speech` is put behind, OpenAI's unless given; a query is kept. Azure:
   * `https://NAME.openai.azure.com/openai/v1`, or
   * `…/openai/deployments/DEPLOYMENT?api-version=VERSION`.
   */
  readonly url?: string;
  /** Azure: the deployment. `gpt-4o-mini-tts` unless given. */
  readonly model?: string;
  /** How to speak, in words; `tts-1` does not know it. */
  readonly instructions?: string;
  readonly clock: Clock;
  readonly timeouts?: Partial<SpeechTimeouts>;
  /** Connections opened in advance; 1 unless given. */
  readonly warm?: number;
  readonly maxConnections?: number;
}

/**
 * Speaks with `POST /v1/audio/speech` of OpenAI, Azure or a server like theirs, streamed as PCM. It
 * tells no words: an AlignedTextToSpeech around it finds them. Giving up a piece closes its
 * connection, which is how the protocol stops one.
 */
export class OpenaiTextToSpeech implements TextToSpeech {
  readonly name: string = 'openai-speech';
  readonly maxInstructions: number;
  readonly #options: OpenaiTextToSpeechOptions;
  readonly #desk: SpeechDesk;
  readonly #http: WarmHttp;

  constructor(options: OpenaiTextToSpeechOptions) {
    this.#options = options;
    this.maxInstructions = options.model?.startsWith('tts-1') ? 0 : 4_096;
    const { clock, apiKey, apiKeyHeader, warm, maxConnections, timeouts } = options;
    this.#desk = new SpeechDesk({
      provider: PROVIDER,
      voice: options.voice,
      ...(options.voices && { voices: options.voices }),
      clock,
      sampleRate: SAMPLE_RATE,
      isTimed: false,
      maxCharacters: 4096,
      ...(timeouts && { timeouts }),
    });
    this.#http = new WarmHttp({
      provider: PROVIDER,
      url: speechUrl(options.url ?? OPENAI_URL),
      headers:
        apiKeyHeader === 'api-key' ? { 'api-key': apiKey } : { authorization: `Bearer ${apiKey}` },
      clock,
      ...(warm !== undefined && { warm }),
      ...(maxConnections !== undefined && { maxConnections }),
    });
  }

  get voices(): readonly string[] {
    return this.#desk.voices;
  }

  synthesize(request: SynthesisRequest, events: SynthesisEvents): Synthesis {
    return this.#desk.start(request, events, (piece, voiceId) => {
      const stop = this.#http.post(JSON.stringify(this.#body(request, voiceId)), {
        head: (response) => {
          const rate = rateOf(response);
          if (rate === null) piece.fail(providerFault(PROVIDER, 'provider_garbled', NO_PCM));
          else piece.useRate(rate);
        },
        data: (bytes) => piece.hear(bytes),
        end: () => piece.end(),
        fault: (fault) => piece.fail(fault),
      });
      return stop;
    });
  }

  close(): Promise<void> {
    this.#desk.close();
    this.#http.close();
    return Promise.resolve();
  }

  #body({ text, speed, ...asked }: SynthesisRequest, voice: string): SpeechCreateParams {
    const { model = 'gpt-4o-mini-tts' } = this.#options;
    const { instructions = this.#options.instructions } = asked;
    return {
      model,
      voice,
      input: text,
      response_format: 'pcm',
      stream_format: 'audio',
      ...(instructions !== undefined && { instructions }),
      ...(speed !== 1 && { speed: nearestSpeed(speed, 0.25, 4) }),
    };
  }
}

const PROVIDER = 'OpenAI speech';

const NO_PCM = 'an answer that is no PCM';

function speechUrl(base: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/u, '')}/audio/speech`;
  return url;
}

/** The rate of an answer: bare PCM has 24 kHz where nothing is said; null for what is no PCM. */
function rateOf(response: IncomingMessage): SampleRate | null {
  const type = (response.headers['content-type'] ?? '').toLowerCase();
  const isPcm = /^(?:$|audio\/(?:pcm|x-raw)|application\/octet-stream)/u.test(type);
  const rate = Number(/rate=(\d+)/u.exec(type)?.[1] ?? SAMPLE_RATE);
  return isPcm && isSampleRate(rate) ? rate : null;
}
