import type {
  Clock,
  EngineContext,
  EngineSession,
  SessionConfig,
  VoiceEngine,
} from '@antiphon/session';
import { PipelineError } from '../pipeline-error.ts';
import { CascadeSession } from './cascade-session.ts';
import { DEFAULT_CASCADE_TIMEOUTS } from './cascade-timeouts.ts';
import type { CascadeTimeouts } from './cascade-timeouts.ts';
import type { LanguageModel } from './ports/language-model.ts';
import type { SpeechToText } from './ports/speech-to-text.ts';
import type { TextToSpeech } from './ports/text-to-speech.ts';
import type { GuardPhrases } from './speech-guard/speech-guard.ts';
import type { SpeculationOutcome } from './speculation.ts';

/** More than half of the speech was no known word: the words found in the rest are chance. */
const DEFAULT_MAX_UNCLEAR = 0.5;

/** What a cascade is built from. The providers are shared by its sessions and outlive it. */
export interface CascadeEngineOptions {
  /** The engine's name, as agents select it. */
  readonly name: string;
  readonly speechToText: SpeechToText;
  readonly languageModel: LanguageModel;
  readonly textToSpeech: TextToSpeech;
  readonly clock: Clock;
  /**
   * Speaks where a session asks for a voice that the synthesizer does not have, such as a client
   * that names the voice of another service. Unless given, such an answer fails.
   */
  readonly defaultVoice?: string;
  /** Overrides of the defaults. */
  readonly timeouts?: Partial<CascadeTimeouts>;
  /**
   * A turn of which a larger share than this is no known word counts as not understood: its
   * transcript is empty. 0 to 1; 0.5 unless given.
   */
  readonly maxUnclear?: number;
  /**
   * Told of failures that no event reports because the conversation goes on: a turn that could not
   * be recognised, whose transcript is then empty. Nobody unless given; must not throw.
   */
  readonly onFault?: (sessionId: string, fault: PipelineError) => void;
  /**
   * Whether an answer is made ready while the caller pauses, as far as its first piece of speech;
   * it is, unless given as `false`. It spends work on pauses that are not the end of a turn.
   */
  readonly speculates?: boolean;
  /** Told what becomes of answers made ready. Nobody unless given; must not throw. */
  readonly onSpeculation?: (sessionId: string, outcome: SpeculationOutcome) => void;
  /**
   * Has the model's text made fit to be heard before it is spoken, with these phrases for a session;
   * without it the text is spoken as it is written.
   */
  readonly guard?: ((config: SessionConfig) => GuardPhrases) | undefined;
}

/** A voice engine of three providers: speech to text, a language model, text to speech. */
export class CascadeEngine implements VoiceEngine {
  readonly name: string;
  readonly #options: CascadeEngineOptions;
  readonly #timeouts: CascadeTimeouts;

  /** Throws a PipelineError, `invalid_argument`, for options that no conversation can use. */
  constructor(options: CascadeEngineOptions) {
    this.name = options.name;
    this.#options = options;
    this.#timeouts = { ...DEFAULT_CASCADE_TIMEOUTS, ...options.timeouts };
    for (const [timeout, ms] of Object.entries(this.#timeouts)) {
      requireOption(ms > 0, `timeouts.${timeout} is ${ms}; it must be above 0`);
    }
    const maxUnclear = options.maxUnclear ?? DEFAULT_MAX_UNCLEAR;
    requireOption(maxUnclear >= 0 && maxUnclear <= 1, `maxUnclear is ${maxUnclear}; use 0 to 1`);
    const { defaultVoice, textToSpeech } = options;
    requireOption(
      defaultVoice === undefined || textToSpeech.voices.includes(defaultVoice),
      `defaultVoice is ${defaultVoice}; use one of ${textToSpeech.voices.join(', ')}`,
    );
    requireOption(options.name !== '', 'name is empty; give the name that agents select');
  }

  open(context: EngineContext): EngineSession {
    const { speechToText, languageModel, textToSpeech, clock } = this.#options;
    const { defaultVoice, onFault, onSpeculation } = this.#options;
    return new CascadeSession({
      context,
      speechToText,
      languageModel,
      textToSpeech,
      clock,
      timeouts: this.#timeouts,
      maxUnclear: this.#options.maxUnclear ?? DEFAULT_MAX_UNCLEAR,
      voiceFor: (asked) =>
        defaultVoice === undefined || textToSpeech.voices.includes(asked) ? asked : defaultVoice,
      onFault: (fault) => onFault?.(context.sessionId, fault),
      speculates: this.#options.speculates ?? true,
      onSpeculation: (outcome) => onSpeculation?.(context.sessionId, outcome),
      guard: this.#options.guard,
    });
  }
}

function requireOption(isValid: boolean, problem: string): void {
  if (!isValid) throw new PipelineError('invalid_argument', problem);
}
