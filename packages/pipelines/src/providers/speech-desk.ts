import type { SampleRate } from '@antiphon/audio';
import type { Clock } from '@antiphon/session';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
} from '../cascade/ports/text-to-speech.ts';
import { PipelineError } from '../pipeline-error.ts';
import { DEFAULT_SPEECH_TIMEOUTS, SpokenPiece } from './spoken-piece.ts';
import type { PieceEnd, SpeechTimeouts } from './spoken-piece.ts';

/** Texts that may be spoken at once by one synthesizer; one more ends with `queue_full`. */
const MAX_PIECES = 1_000;

/** The voices of a hosted synthesizer. They have thousands, so those to be used are named. */
export interface HostedVoices {
  /** The provider's id of the voice that speaks; offered by this name. */
  readonly voice: string;
  /** Further voices: the names that agents use, and the provider's ids of them. */
  readonly voices?: Readonly<Record<string, string>>;
}

/** What a {@link SpeechDesk} serves. */
export interface SpeechDeskOptions extends HostedVoices {
  readonly provider: string;
  readonly clock: Clock;
  readonly sampleRate: SampleRate;
  readonly isTimed: boolean;
  readonly timeouts?: Partial<SpeechTimeouts>;
  /** The longest text that the provider takes. */
  readonly maxCharacters: number;
}

/** Asks a provider for a piece, and returns what tells it that the piece is over. */
export type PieceStart = (piece: SpokenPiece, voiceId: string) => (how: PieceEnd) => void;

/** Takes requests for a hosted synthesizer and keeps account of those under way. */
export class SpeechDesk {
  readonly voices: readonly string[];
  readonly #options: SpeechDeskOptions;
  readonly #timeouts: SpeechTimeouts;
  readonly #pieces = new Set<SpokenPiece>();
  #isClosed = false;

  /** Throws a PipelineError, `invalid_argument`, for a voice without a name. */
  constructor(options: SpeechDeskOptions) {
    this.#options = options;
    this.#timeouts = { ...DEFAULT_SPEECH_TIMEOUTS, ...options.timeouts };
    this.voices = [...new Set([options.voice, ...Object.keys(options.voices ?? {})])];
    if (this.voices.includes('')) {
      throw new PipelineError(
        'invalid_argument',
        `${options.provider}: a voice is empty; give the id of one of its voices`,
      );
    }
  }

  start(request: SynthesisRequest, events: SynthesisEvents, begin: PieceStart): Synthesis {
    let stop: ((how: PieceEnd) => void) | null = null;
    const { provider, clock, sampleRate, isTimed } = this.#options;
    const piece: SpokenPiece = new SpokenPiece({
      provider,
      text: request.text,
      events,
      clock,
      sampleRate,
      isTimed,
      timeouts: this.#timeouts,
      onOver: (how) => {
        this.#pieces.delete(piece);
        stop?.(how);
      },
    });
    const refusal = this.#refusal(request);
    if (refusal) piece.failSoon(refusal);
    else {
      this.#pieces.add(piece);
      stop = begin(piece, this.#options.voices?.[request.voice] ?? request.voice);
    }
    return piece;
  }

  /** Stops all pieces without a word. */
  close(): void {
    this.#isClosed = true;
    for (const piece of this.#pieces) piece.cancel();
  }

  #refusal({ text, voice, speed }: SynthesisRequest): PipelineError | null {
    const { provider, maxCharacters } = this.#options;
    if (this.#isClosed) return new PipelineError('closed', `${provider} is closed`);
    if (!this.voices.includes(voice)) {
      const known = this.voices.join(', ');
      const problem = `${provider} is not set up for the voice ${JSON.stringify(voice)}`;
      return new PipelineError('unknown_voice', `${problem}; use one of ${known}`);
    }
    if (!(speed > 0 && speed < Infinity)) {
      return new PipelineError('invalid_argument', `a speed of ${speed} cannot be spoken`);
    }
    if (text.length > maxCharacters) {
      const problem = `a text of ${text.length} characters; ${provider} takes ${maxCharacters}`;
      return new PipelineError('invalid_argument', problem);
    }
    if (this.#pieces.size < MAX_PIECES) return null;
    return new PipelineError('queue_full', `${provider} speaks ${MAX_PIECES} texts already`);
  }
}

/** A rate as near to the one asked for as the provider can speak. */
export function nearestSpeed(speed: number, slowest: number, fastest: number): number {
  return Math.min(Math.max(speed, slowest), fastest);
}
