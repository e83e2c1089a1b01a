import type {
  Clock,
  EngineContext,
  EngineSession,
  SessionConfig,
  TurnDetectors,
  VoiceEngine,
} from '@antiphon/session';
import type { WordAligner } from '../cascade/ports/word-aligner.ts';
import { PipelineError } from '../pipeline-error.ts';
import type { ExactSpeech } from '../upstream/said-text.ts';
import { CallerLines } from './caller-line.ts';
import { ProviderTurnDetectors } from './provider-turn-detectors.ts';
import { DEFAULT_REALTIME_TIMEOUTS, upstreamUrl } from './realtime-settings.ts';
import type { RealtimeSettings, RealtimeTimeouts } from './realtime-settings.ts';
import { DEFAULT_TRANSCRIPTION_MODEL } from './session-fields.ts';
import { RealtimeSession } from './realtime-session.ts';
import type { CostOf } from './realtime-session.ts';
import { providerUsage } from '../upstream/token-costs.ts';
import type { AnswerCost } from '../upstream/token-costs.ts';

/** As OpenTelemetry's conventions name it. */
const PROVIDER = 'openai';

/** What an {@link OpenaiRealtimeEngine} is built from. */
export interface OpenaiRealtimeEngineOptions {
  readonly settings: RealtimeSettings;
  readonly clock: Clock;
  /** The configuration that sessions begin with: the upstream is told before it is needed. */
  readonly config?: SessionConfig;
  /**
   * Says the texts that stand: greetings, covers, read-backs, apologies. Exact, with word times, and
   * there when the upstream is not. Without it the model reads them aloud; then a text is only heard
   * once the model has said just that.
   */
  readonly speech?: ExactSpeech;
  /** Says such a text where the model that was to read it aloud cannot. Without it the text fails. */
  readonly lastResort?: ExactSpeech;
  /** Finds the words in the model's speech; without it they count as heard with the last of them. */
  readonly aligner?: WordAligner;
  readonly timeouts?: Partial<RealtimeTimeouts>;
  /**
   * Told of each loss and refusal of the upstream, also of those that no answer met. Nobody unless
   * given; must not throw.
   */
  readonly onFault?: (sessionId: string, fault: PipelineError) => void;
  /** Told what each response and each transcript used and cost. Nobody unless given; must not throw. */
  readonly onCost?: (sessionId: string, cost: AnswerCost, of: CostOf) => void;
}

/**
 * A speech-to-speech model over the Realtime protocol in its GA shape: OpenAI's, Azure's, or any
 * service that speaks it. Each session has an upstream session of its own from its beginning on. The
 * session owns the turns: it finds them and tells the upstream, or has `turnDetectors` tell it what
 * the upstream finds, and decides what comes of them.
 */
export class OpenaiRealtimeEngine implements VoiceEngine {
  readonly name = 'openai-realtime';
  /** Its transcripts are written by a large model: spelt letters come as they are written. */
  readonly hearsSpelling = true;
  /** Finds turns by what the upstream says of them; null where the session is to find them alone. */
  readonly turnDetectors: TurnDetectors | null;
  readonly #lines: CallerLines | null;
  readonly #options: OpenaiRealtimeEngineOptions;
  readonly #timeouts: RealtimeTimeouts;

  /** Throws a PipelineError, `invalid_argument`, for settings that no connection can be made with. */
  constructor(options: OpenaiRealtimeEngineOptions) {
    this.#options = options;
    this.#timeouts = { ...DEFAULT_REALTIME_TIMEOUTS, ...options.timeouts };
    const { settings, speech, lastResort } = options;
    this.#lines = settings.turnDetection === 'provider' ? new CallerLines() : null;
    this.turnDetectors = this.#lines && new ProviderTurnDetectors(this.#lines);
    const { url } = settings;
    require(url === undefined || URL.canParse(url), `url is ${url}; use a WebSocket address`);
    const { protocol } = upstreamUrl(settings);
    require(/^wss?:$/u.test(protocol), `url begins with ${protocol}; use wss: or ws:`);
    require(/^[\x21-\x7e]+$/u.test(
      settings.apiKey,
    ), 'apiKey is empty or holds more than visible ASCII');
    for (const [timeout, ms] of Object.entries(this.#timeouts)) {
      require(ms > 0, `timeouts.${timeout} is ${ms}; it must be above 0`);
    }
    for (const [option, { textToSpeech, defaultVoice }] of Object.entries({
      ...(speech && { speech }),
      ...(lastResort && { lastResort }),
    })) {
      const isKnown = textToSpeech.voices.includes(defaultVoice);
      require(isKnown, `${option}.defaultVoice is ${defaultVoice}; use a voice of the synthesizer`);
    }
  }

  open(context: EngineContext): EngineSession {
    const { settings, clock, config, speech, lastResort, aligner } = this.#options;
    const { onFault, onCost } = this.#options;
    const session = new RealtimeSession({
      settings,
      timeouts: this.#timeouts,
      clock,
      context,
      lines: this.#lines,
      config: config ?? null,
      speech: speech ?? null,
      lastResort: lastResort ?? null,
      aligner: aligner ?? null,
      onFault: (fault) => onFault?.(context.sessionId, fault),
      onCost: (cost, of) => {
        onCost?.(context.sessionId, cost, of);
        if (!('audioMs' in cost)) return;
        const model = settings.transcriptionModel ?? DEFAULT_TRANSCRIPTION_MODEL;
        const use = { operation: 'speech_to_text', provider: PROVIDER, model } as const;
        const used = providerUsage(use, cost, { audioMs: cost.audioMs });
        if (used) context.onUsed?.(used);
      },
      onAnswered: (cost, time) => {
        const { model } = settings;
        const use = { operation: 'realtime_inference', provider: PROVIDER, model } as const;
        const used = providerUsage(use, cost, time ?? {});
        if (used) context.onUsed?.(used);
      },
    });
    session.open();
    return session;
  }
}

function require(isValid: boolean, problem: string): void {
  if (!isValid) throw new PipelineError('invalid_argument', problem);
}
