import { setImmediate } from 'node:timers/promises';
import {
  CascadeEngine,
  FliteTextToSpeech,
  NeuralTurnDetectors,
  ScriptedLanguageModel,
  SoundSwallowerSpeechToText,
} from '@antiphon/pipelines';
import type { Clock, Dialogue, TurnDetector, VoiceEngine } from '@antiphon/session';
import { CountedSpeechToText, CountedTextToSpeech } from './counted-providers.ts';
import { LINE_RATE } from './sounds.ts';

/** Recognising takes most of the time; each has a thread of its own. */
const RECOGNISERS = 2;

/** What the detector judges at once, at 8 kHz. */
const WINDOW_SAMPLES = 256;
const WINDOW_MS = 32;

/** What a stepped pipeline is made of. */
export interface SteppedPipelineOptions {
  readonly clock: Clock;
  /** What the recogniser knows. */
  readonly vocabulary: Dialogue;
  /** What the agent says. */
  readonly script: Dialogue;
  /** At once. */
  readonly sessions: number;
}

/**
 * The neural detector, the embedded recogniser and the synthesizer for sessions on a driven clock:
 * `caughtUp` resolves when the threads have worked through all that they were given, so that in the
 * sessions' time computing takes none.
 */
export class SteppedPipeline {
  readonly detectors: NeuralTurnDetectors;
  readonly flite: FliteTextToSpeech;
  readonly #engines: readonly VoiceEngine[];
  readonly #recognisers: readonly CountedSpeechToText[];
  readonly #voice: CountedTextToSpeech;
  readonly #pacemaker: DetectorPacemaker;
  #nextEngine = 0;

  private constructor(
    { clock, script }: SteppedPipelineOptions,
    parts: {
      readonly detectors: NeuralTurnDetectors;
      readonly recognisers: readonly CountedSpeechToText[];
      readonly flite: FliteTextToSpeech;
    },
  ) {
    this.detectors = parts.detectors;
    this.flite = parts.flite;
    this.#recognisers = parts.recognisers;
    this.#voice = new CountedTextToSpeech(parts.flite);
    this.#pacemaker = new DetectorPacemaker(parts.detectors);
    const languageModel = new ScriptedLanguageModel(script);
    this.#engines = this.#recognisers.map(
      (speechToText) =>
        new CascadeEngine({
          name: 'embedded',
          speechToText,
          languageModel,
          textToSpeech: this.#voice,
          clock,
        }),
    );
  }

  /** Loads the models. */
  static async start(options: SteppedPipelineOptions): Promise<SteppedPipeline> {
    const { vocabulary: dialogue, sessions } = options;
    const turnsPerWorker = sessions + 1;
    const [detectors, flite, ...recognisers] = await Promise.all([
      NeuralTurnDetectors.start({
        maxSessions: sessions + 1,
        onFailure: (error) => {
          throw error;
        },
      }),
      FliteTextToSpeech.start(),
      ...Array.from({ length: RECOGNISERS }, () =>
        SoundSwallowerSpeechToText.start({ dialogue, turnsPerWorker }),
      ),
    ]);
    const counted = recognisers.map((recogniser) => new CountedSpeechToText(recogniser));
    // Sessions that begin together speak together.
    const decoders = Math.ceil(sessions / RECOGNISERS) + 1;
    await Promise.all(counted.map((recogniser) => recogniser.makeDecoders(decoders)));
    return new SteppedPipeline(options, { detectors, flite, recognisers: counted });
  }

  /** The engine for the next session: they take turns with the recognisers. */
  nextEngine(): VoiceEngine {
    return this.#engines[this.#nextEngine++ % this.#engines.length]!;
  }

  /** Resolves when all audio taken so far is judged and recognised, and all asked for is said. */
  async caughtUp(): Promise<void> {
    await this.#pacemaker.beat();
    await Promise.all(this.#recognisers.map((recogniser) => recogniser.caughtUp()));
    do {
      await setImmediate();
      await this.#voice.idle();
    } while (this.#voice.isBusy);
  }

  async close(): Promise<void> {
    await this.detectors.close();
    for (const recogniser of this.#recognisers) await recogniser.close();
    await this.flite.close();
  }
}

/** A session of silence beside the others, whose facts tell how far the detector's thread is. */
class DetectorPacemaker {
  readonly #detector: TurnDetector;
  #isVoiced = false;
  #told: () => void = () => {};

  constructor(detectors: NeuralTurnDetectors) {
    this.#detector = detectors.open(this.#settings(), (fact) => {
      if (fact.type === 'speechStarted' || fact.type === 'speechStopped') this.#told();
    });
  }

  /**
   * The thread takes one window of every session in turn, so what the others have written so far is
   * judged before the third window of this one. Silence is speech at a threshold of 0, and none at 2.
   */
  async beat(): Promise<void> {
    this.#isVoiced = !this.#isVoiced;
    this.#detector.configure(this.#settings());
    const told = new Promise<void>((resolve) => {
      this.#told = resolve;
    });
    const pcm = new Int16Array(3 * WINDOW_SAMPLES);
    this.#detector.accept({ pcm, sampleRate: LINE_RATE, atMs: 0 });
    await told;
  }

  #settings() {
    return {
      mode: 'vad',
      threshold: this.#isVoiced ? 0 : 2,
      prefixPaddingMs: 0,
      silenceDurationMs: 3 * WINDOW_MS,
      createsResponse: false,
      interruptsResponse: false,
    } as const;
  }
}
