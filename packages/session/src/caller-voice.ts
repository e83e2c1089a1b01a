import type { CallerAudio } from './caller-audio.ts';
import type { CallerLevel } from './caller-level.ts';
import type { EchoWatch } from './echo-watch.ts';
import { OnsetGate } from './onset-gate.ts';
import type { AudioFrame } from './ports/audio-frame.ts';
import type { TurnDetection } from './ports/session-config.ts';
import type { TurnDetector, TurnDetectors, TurnFact } from './ports/turn-detector.ts';

/** How often a sound over the agent that was not the caller's is looked at again. */
const LOOK_AGAIN_MS = 60;

/** An echo is told from a third of a second of sound. */
const COMPARED_MS = 400;

type UnheardSound = Extract<TurnFact, { type: 'speechUnheard' }>;

/** What the caller's voice does; offsets are on the audio clock. */
export interface VoiceEvents {
  started(onsetMs: number): void;
  /** The voice ended at `endMs`, `silenceMs` ago. */
  paused(endMs: number, silenceMs: number): void;
  resumed(): void;
  /** The turn is over: the voice ended at `endMs`, which was decided at `decidedMs`. */
  stopped(endMs: number, decidedMs: number): void;
}

/** What listening needs. */
export interface CallerVoiceOptions {
  readonly sessionId: string;
  readonly detectors: TurnDetectors;
  readonly audio: CallerAudio;
  readonly level: CallerLevel;
  readonly echo: EchoWatch;
  readonly events: VoiceEvents;
  /** Whether a sound that begins now is over the agent, and would stop it. */
  readonly isOverAgent: () => boolean;
  /** Whether nobody has the floor, so that a caller who is not heard waits in vain. */
  readonly isFloorFree: () => boolean;
  readonly guard: <Args extends unknown[]>(run: (...args: Args) => void) => (...args: Args) => void;
}

/**
 * The caller's voice as the detector hears it, on the clock of the caller's audio. Sounds over the
 * agent that are somebody else's are passed over, until they become the caller's.
 */
export class CallerVoice {
  readonly #options: CallerVoiceOptions;
  readonly #gate: OnsetGate;
  #detector: TurnDetector | null = null;
  /** Where the detector was opened on the audio clock; its offsets count from there. */
  #startMs = 0;
  /** A sound over the agent that was not the caller's, while it lasts: where to look again. */
  #lookAgainMs: number | null = null;
  /** A sound that was not the caller's pauses. */
  #isForeignPaused = false;

  constructor(options: CallerVoiceOptions) {
    this.#options = options;
    this.#gate = new OnsetGate(options.level, options.echo);
  }

  /** Listens with this detection; null listens to nothing. */
  configure(detection: TurnDetection | null): void {
    if (detection !== null && this.#detector !== null) {
      this.#detector.configure(detection);
      return;
    }
    this.close();
    if (detection === null) return;
    const { sessionId, detectors, audio, guard } = this.#options;
    this.#startMs = audio.takenMs;
    const onFact = guard((fact: TurnFact) => this.#hear(fact));
    this.#detector = detectors.open(detection, onFact, sessionId);
  }

  /** Takes the next frame, which the audio has taken already. */
  accept(frame: AudioFrame): void {
    this.#detector?.accept(frame);
    if (this.#lookAgainMs !== null && this.#options.audio.takenMs >= this.#lookAgainMs) {
      this.#lookAgain();
    }
  }

  /** Forgets the voice heard so far; the next sound begins another. */
  reset(): void {
    this.#passedOver(null);
    this.#detector?.reset();
  }

  close(): void {
    this.#passedOver(null);
    this.#detector?.close();
    this.#detector = null;
  }

  #hear(fact: TurnFact): void {
    const { events, audio } = this.#options;
    switch (fact.type) {
      case 'speechStarted':
        this.#soundStarted(this.#startMs + fact.startMs);
        return;
      case 'speechPaused':
        this.#isForeignPaused = this.#lookAgainMs !== null;
        this.#lookAgainMs = null;
        if (!this.#isForeignPaused) {
          events.paused(this.#startMs + fact.endMs, fact.decidedMs - fact.endMs);
        }
        return;
      case 'speechResumed':
        if (this.#isForeignPaused) this.#passedOver(audio.takenMs);
        else events.resumed();
        return;
      case 'speechStopped': {
        const isForeign = this.#isForeignPaused || this.#lookAgainMs !== null;
        this.#passedOver(null);
        if (isForeign) return;
        events.stopped(this.#startMs + fact.endMs, this.#startMs + fact.decidedMs);
        return;
      }
      case 'speechUnheard':
        if (this.#isUnheardCaller(fact)) this.#detector?.claim?.();
    }
  }

  #soundStarted(onsetMs: number): void {
    const { audio, events, isOverAgent } = this.#options;
    const heard = audio.since(Math.min(onsetMs, audio.takenMs - COMPARED_MS));
    const endsAtMs = audio.wallOf(audio.takenMs);
    if (heard && endsAtMs !== null) {
      const soundMs = audio.takenMs - onsetMs;
      // An echo comes after the agent has ended, too; then others may speak as softly as they like.
      const isForeign = isOverAgent()
        ? this.#gate.sourceOf(heard, soundMs, endsAtMs) !== 'caller'
        : this.#gate.isEcho(heard, soundMs, endsAtMs);
      if (isForeign) {
        this.#passedOver(audio.takenMs + LOOK_AGAIN_MS);
        return;
      }
    }
    this.#passedOver(null);
    events.started(onsetMs);
  }

  /** Whether a sound that nobody found to be speech is as loud as the caller, who waits. */
  #isUnheardCaller({ startMs, endMs }: UnheardSound): boolean {
    const { audio, isFloorFree } = this.#options;
    const onsetMs = this.#startMs + startMs;
    const toMs = endMs === null ? audio.takenMs : this.#startMs + endMs;
    const heard = audio.since(Math.min(onsetMs, toMs - COMPARED_MS));
    const endsAtMs = audio.wallOf(toMs);
    if (!isFloorFree() || !heard || endsAtMs === null) return false;
    const { pcm, sampleRate } = heard;
    const afterIt = Math.round(((audio.takenMs - toMs) * sampleRate) / 1000);
    const sound = { pcm: pcm.subarray(0, Math.max(0, pcm.length - afterIt)), sampleRate };
    return this.#gate.sourceOf(sound, toMs - onsetMs, endsAtMs) === 'caller';
  }

  #lookAgain(): void {
    this.#soundStarted(Math.max(0, this.#options.audio.takenMs - 2 * LOOK_AGAIN_MS));
  }

  #passedOver(lookAgainMs: number | null): void {
    this.#lookAgainMs = lookAgainMs;
    this.#isForeignPaused = false;
  }
}
