import type {
  Clock,
  EngineContext,
  EngineSession,
  ProviderUsage,
  SessionConfig,
  VoiceEngine,
} from '@antiphon/session';
import type { WordAligner } from '../cascade/ports/word-aligner.ts';
import { PipelineError } from '../pipeline-error.ts';
import type { ExactSpeech } from '../upstream/said-text.ts';
import { NO_COST, providerUsage } from '../upstream/token-costs.ts';
import type { AnswerCost } from '../upstream/token-costs.ts';
import { GeminiSession } from './gemini-session.ts';
import { DEFAULT_GEMINI_TIMEOUTS, liveUrl } from './gemini-settings.ts';
import type { GeminiSettings, GeminiTimeouts } from './gemini-settings.ts';

/** As OpenTelemetry's conventions name it. */
const PROVIDER = 'gcp.gemini';

/** What a {@link GeminiLiveEngine} is built from. */
export interface GeminiLiveEngineOptions {
  readonly settings: GeminiSettings;
  readonly clock: Clock;
  /** The configuration that sessions begin with: a connection is set up with it beforehand. */
  readonly config?: SessionConfig;
  /** Says the texts that stand: greetings, covers, read-backs, apologies. */
  readonly speech: ExactSpeech;
  /** Finds the words in the model's speech; without it they count as heard with the last of them. */
  readonly aligner?: WordAligner;
  readonly timeouts?: Partial<GeminiTimeouts>;
  /**
   * Told of each loss and refusal of the upstream, also of those that no answer met. Nobody unless
   * given; must not throw.
   */
  readonly onFault?: (sessionId: string, fault: PipelineError) => void;
  /** Told what each message of the upstream says it used. Nobody unless given; must not throw. */
  readonly onCost?: (sessionId: string, cost: AnswerCost) => void;
}

/**
 * An engine over the Gemini Live API. Each session has one connection at a time, opened before it is
 * needed. Turns are found by the session; the upstream is told them.
 */
export class GeminiLiveEngine implements VoiceEngine {
  readonly name = 'gemini-live';
  /** Its transcripts are written by a large model: spelt letters come as they are written. */
  readonly hearsSpelling = true;
  readonly #options: GeminiLiveEngineOptions;
  readonly #timeouts: GeminiTimeouts;

  /** Throws a PipelineError, `invalid_argument`, for settings that no connection can be made with. */
  constructor(options: GeminiLiveEngineOptions) {
    this.#options = options;
    this.#timeouts = { ...DEFAULT_GEMINI_TIMEOUTS, ...options.timeouts };
    const { settings, speech } = options;
    const { url, apiKey, model } = settings;
    require(url === undefined || URL.canParse(url), `url is ${url}; use a WebSocket address`);
    const { protocol } = liveUrl(settings);
    require(/^wss?:$/u.test(protocol), `url begins with ${protocol}; use wss: or ws:`);
    require(/^[\x21-\x7e]+$/u.test(apiKey), 'apiKey is empty or holds more than visible ASCII');
    require(model.trim() !== '', 'model is empty');
    for (const [timeout, ms] of Object.entries(this.#timeouts)) {
      require(ms > 0, `timeouts.${timeout} is ${ms}; it must be above 0`);
    }
    const isVoice = speech.textToSpeech.voices.includes(speech.defaultVoice);
    require(isVoice, `speech.defaultVoice is ${speech.defaultVoice}; use one of the synthesizer`);
  }

  open(context: EngineContext): EngineSession {
    const { settings, clock, config, speech, aligner, onFault, onCost } = this.#options;
    const { model } = settings;
    const use = { operation: 'realtime_inference', provider: PROVIDER, model } as const;
    const tell = (used: ProviderUsage | null): void => {
      if (used) context.onUsed?.(used);
    };
    const session = new GeminiSession({
      settings,
      timeouts: this.#timeouts,
      clock,
      context,
      config: config ?? null,
      speech,
      aligner: aligner ?? null,
      onFault: (fault) => onFault?.(context.sessionId, fault),
      onCost: (cost) => {
        onCost?.(context.sessionId, cost);
        tell(providerUsage(use, cost));
      },
      onTook: (time) => tell(providerUsage(use, NO_COST, time)),
    });
    session.open();
    return session;
  }
}

function require(isValid: boolean, problem: string): void {
  if (!isValid) throw new PipelineError('invalid_argument', problem);
}
