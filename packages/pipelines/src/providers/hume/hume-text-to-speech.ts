import type { tts } from 'hume/serialization';
import type { SampleRate } from '@antiphon/audio';
import type { Clock } from '@antiphon/session';
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
import { HumeAnswer, PROVIDER } from './hume-answer.ts';

const HUME_URL = 'https://api.hume.ai';

/** Octave has one rate. */
const SAMPLE_RATE: SampleRate = 48000;

/** How a {@link HumeTextToSpeech} speaks; all but the key may stand in a file. */
export interface HumeTextToSpeechOptions extends HostedVoices {
  /** A secret: it goes into a header and nowhere else. */
  readonly apiKey: string;
  /** What `/v0/tts/stream/json` is put behind; `https://api.hume.ai` unless given. */
  readonly url?: string;
  /** Whose the voices are: of Hume's library, unless `CUSTOM_VOICE`, the account's own. */
  readonly voiceProvider?: 'HUME_AI' | 'CUSTOM_VOICE';
  /**
   * How to act, in at most 100 characters, such as "warm, unhurried". Only Octave 1 does it, and
   * Octave 1 tells no words.
   */
  readonly description?: string;
  /** Octave 2, or 1 where there is a description, unless given. */
  readonly model?: '1' | '2';
  readonly clock: Clock;
  readonly timeouts?: Partial<SpeechTimeouts>;
  /** Connections opened in advance; 1 unless given. */
  readonly warm?: number;
  readonly maxConnections?: number;
}

/**
 * Speaks with Hume's Octave, streamed as lines of JSON. Octave 2 tells its words; Octave 1, which
 * takes acting directions, does not, and needs an AlignedTextToSpeech around it. Giving up a piece
 * closes its connection, which is how the protocol stops one.
 */
export class HumeTextToSpeech implements TextToSpeech {
  readonly name: string = 'hume';
  readonly maxInstructions: number;
  readonly #options: HumeTextToSpeechOptions;
  readonly #version: '1' | '2';
  readonly #desk: SpeechDesk;
  readonly #http: WarmHttp;

  constructor(options: HumeTextToSpeechOptions) {
    this.#options = options;
    const { clock, apiKey, voice, voices, timeouts, warm, maxConnections, url } = options;
    this.#version = options.model ?? (options.description === undefined ? '2' : '1');
    this.maxInstructions = this.#version === '1' ? 100 : 0;
    this.#desk = new SpeechDesk({
      provider: PROVIDER,
      voice,
      ...(voices && { voices }),
      clock,
      sampleRate: SAMPLE_RATE,
      isTimed: this.#version === '2',
      maxCharacters: 5_000,
      ...(timeouts && { timeouts }),
    });
    this.#http = new WarmHttp({
      provider: PROVIDER,
      url: streamUrl(url ?? HUME_URL),
      headers: { 'x-hume-api-key': apiKey },
      // The address is there, so what is not is the voice.
      statuses: { 404: 'unknown_voice' },
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
      const answer = new HumeAnswer(piece);
      return this.#http.post(JSON.stringify(this.#body(request, voiceId)), {
        head: ({ headers }) => {
          const type = headers['content-type'] ?? '';
          if (!type.startsWith('audio/')) return;
          piece.fail(providerFault(PROVIDER, 'provider_garbled', 'an answer that is no JSON'));
        },
        data: (bytes) => answer.take(bytes),
        end: () => answer.end(),
        fault: (fault) => piece.fail(fault),
      });
    });
  }

  close(): Promise<void> {
    this.#desk.close();
    this.#http.close();
    return Promise.resolve();
  }

  #body({ text, speed, instructions }: SynthesisRequest, id: string): tts.PostedTts.Raw {
    const { voiceProvider = 'HUME_AI' } = this.#options;
    const description = instructions ?? this.#options.description;
    return {
      version: this.#version,
      utterances: [
        {
          text,
          voice: { id, provider: voiceProvider },
          ...(description !== undefined && { description }),
          ...(speed !== 1 && { speed: nearestSpeed(speed, 0.5, 2) }),
        },
      ],
      format: { type: 'pcm' },
      instant_mode: true,
      // One snippet, so that its times are those of the piece.
      split_utterances: false,
      strip_headers: true,
      ...(this.#version === '2' && { include_timestamp_types: ['word'] }),
    };
  }
}

function streamUrl(base: string): URL {
  return new URL('v0/tts/stream/json', base.endsWith('/') ? base : `${base}/`);
}
