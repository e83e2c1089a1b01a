import { PAUSE_MS } from '@antiphon/session';
import type {
  AudioFrame,
  TurnDetection,
  TurnDetector,
  TurnDetectors,
  TurnFact,
} from '@antiphon/session';
import { EnergyTurnDetectors } from '../turn-detection/energy-turn-detectors.ts';
import type { CallerLine, CallerLines, LineDetector } from './caller-line.ts';

/** Beyond its longest silence a provider that tells no end is taken to have forgotten it. */
const FORGOTTEN_MS = 3_000;

/**
 * A sound that the upstream was about to call speech began no longer ago than this: a connection may
 * have been dead for most of a second.
 */
const YOUNG_MS = 1_500;

/** A sound as long as a short word. */
const LEAST_UNHEARD_MS = 300;

/** Facts come this late at most, with a client that sends seconds at once; other clocks are wrong. */
const LATEST_MS = 10_000;

/**
 * Finds turns by what an upstream says of them. A detector of ours listens beside it, by level alone:
 * it goes on where the upstream is gone, does not detect, or forgets an end, and where whoever
 * listens claims a sound that the upstream tells nothing of.
 */
export class ProviderTurnDetectors implements TurnDetectors {
  readonly #lines: CallerLines;
  readonly #levels = new EnergyTurnDetectors();

  constructor(lines: CallerLines) {
    this.#lines = lines;
  }

  /** Without a session of the engine by this id, the detector of ours is all there is. */
  open(
    detection: TurnDetection,
    onFact: (fact: TurnFact) => void,
    sessionId?: string,
  ): TurnDetector {
    const line = sessionId === undefined ? null : this.#lines.find(sessionId);
    if (!line) return this.#levels.open(detection, onFact);
    return new ProviderTurnDetector({ detection, onFact, line, levels: this.#levels });
  }
}

interface Setup {
  readonly detection: TurnDetection;
  readonly onFact: (fact: TurnFact) => void;
  readonly line: CallerLine;
  readonly levels: TurnDetectors;
}

class ProviderTurnDetector implements TurnDetector, LineDetector {
  detection: TurnDetection;
  readonly #onFact: (fact: TurnFact) => void;
  readonly #line: CallerLine;
  readonly #level: TurnDetector;
  #takenMs = 0;
  /** When the latest frame came. */
  #atMs = 0;
  #isUpstreams = false;
  /** The upstream says that the caller speaks. */
  #upstreamSpeaks = false;
  /** Speech that was told and has not ended. */
  #speech: { readonly startMs: number; readonly toldAtMs: number } | null = null;
  /** A pause in it was told. */
  #isPaused = false;
  /** What the level says: where a sound began that lasts, and where the last one paused or ended. */
  #soundFromMs: number | null = null;
  #quietFromMs: number | null = null;
  #soundToMs = 0;
  /** A sound that the upstream has told nothing of: where it began and ended, and when it came. */
  #unheard: { readonly startMs: number; readonly atMs: number; endMs: number | null } | null = null;
  /** The same while it is told to whoever may claim it. */
  #claimable: { readonly startMs: number } | null = null;

  constructor({ detection, onFact, line, levels }: Setup) {
    this.detection = detection;
    this.#onFact = onFact;
    this.#line = line;
    this.#level = levels.open(detection, (fact) => this.#hearLevel(fact));
    line.listen(this);
  }

  get isSpeaking(): boolean {
    return this.#speech !== null;
  }

  accept(frame: AudioFrame): void {
    const startMs = this.#takenMs;
    this.#atMs = frame.atMs;
    this.#takenMs += (frame.pcm.length * 1000) / frame.sampleRate;
    this.#line.hear(frame, startMs);
    this.#level.accept(frame);
    if (this.#isUpstreams && this.#speech) this.#watchForgotten(this.#speech.toldAtMs);
    // By the wall clock: a client that sends seconds at once waits for the upstream, too.
    if (this.#unheard && frame.atMs - this.#unheard.atMs >= this.#line.unheardMs) {
      this.#tellUnheard(this.#unheard.startMs, this.#unheard.endMs);
    }
  }

  configure(detection: TurnDetection): void {
    this.detection = detection;
    this.#level.configure(detection);
    this.#line.reconfigure();
  }

  reset(): void {
    this.#speech = null;
    this.#level.reset();
    this.#soundFromMs = null;
    this.#unheard = null;
  }

  claim(): void {
    const sound = this.#claimable;
    this.#claimable = null;
    if (!sound || this.#speech || !this.#isUpstreams) return;
    this.#isUpstreams = false;
    this.#upstreamSpeaks = false;
    this.#line.claim();
    this.#start(sound.startMs);
    this.#catchUp();
  }

  close(): void {
    this.#level.close();
    this.#line.leave(this);
  }

  handedOver(): void {
    this.#isUpstreams = true;
    this.#upstreamSpeaks = false;
    this.#unheard = null;
  }

  takenBack(): void {
    if (!this.#isUpstreams) return;
    this.#isUpstreams = false;
    this.#upstreamSpeaks = false;
    this.#unheard = null;
    const soundFromMs = this.#soundFromMs;
    if (this.#speech) this.#catchUp();
    else if (soundFromMs !== null && this.#takenMs - soundFromMs < YOUNG_MS) {
      this.#start(soundFromMs);
    }
  }

  started(onsetMs: number): void {
    this.#upstreamSpeaks = true;
    this.#unheard = null;
    if (!this.#speech) this.#start(this.#likely(onsetMs));
  }

  stopped(decidedMs: number): void {
    this.#upstreamSpeaks = false;
    if (!this.#speech) return;
    const { silenceMs } = this.#line.boundsFor(this.detection);
    const atMs = this.#likely(decidedMs);
    this.#end(atMs - Math.max(silenceMs, PAUSE_MS), atMs);
  }

  #hearLevel(fact: TurnFact): void {
    switch (fact.type) {
      case 'speechStarted':
        this.#soundFromMs = fact.startMs;
        this.#quietFromMs = null;
        this.#line.doubt();
        this.#noteUnheard(fact.startMs);
        // After a reset the next sound begins another turn, though the upstream hears but one.
        if (!this.#speech && (!this.#isUpstreams || this.#upstreamSpeaks))
          this.#start(fact.startMs);
        return;
      case 'speechPaused':
        this.#quietFromMs = fact.endMs;
        this.#soundToMs = fact.endMs;
        if (this.#unheard) this.#unheard.endMs = fact.endMs;
        this.#line.doubt();
        if (!this.#isUpstreams && this.#speech) this.#pause(fact.endMs, fact.decidedMs);
        return;
      case 'speechResumed':
        this.#quietFromMs = null;
        if (this.#unheard) this.#unheard.endMs = null;
        if (!this.#isUpstreams && this.#speech && this.#isPaused) this.#resume();
        return;
      case 'speechStopped':
        this.#soundFromMs = null;
        if (!this.#isUpstreams && this.#speech) this.#end(fact.endMs, fact.decidedMs);
        return;
      case 'speechUnheard':
      // A level leaves nothing to anybody else.
    }
  }

  #noteUnheard(startMs: number): void {
    if (this.#unheard) this.#unheard.endMs = null;
    else if (this.#isUpstreams && !this.#upstreamSpeaks) {
      this.#unheard = { startMs, atMs: this.#atMs, endMs: null };
    }
  }

  /** Tells of a sound of which the upstream has told nothing for too long, if it is like speech. */
  #tellUnheard(startMs: number, endMs: number | null): void {
    this.#unheard = null;
    if (this.#speech || (endMs ?? this.#takenMs) - startMs < LEAST_UNHEARD_MS) return;
    this.#claimable = { startMs };
    this.#onFact({ type: 'speechUnheard', startMs, endMs });
    this.#claimable = null;
  }

  /** Of speech that goes on by level: it is over, pauses, or lasts. */
  #catchUp(): void {
    if (this.#soundFromMs === null) this.#end(this.#soundToMs, this.#takenMs);
    else if (this.#quietFromMs !== null) this.#pause(this.#quietFromMs, this.#takenMs);
  }

  /** Ends speech that has been silent for longer than the upstream says it waits. */
  #watchForgotten(toldAtMs: number): void {
    const isSounding = this.#soundFromMs !== null && this.#quietFromMs === null;
    if (isSounding) return;
    const { longestMs } = this.#line.boundsFor(this.detection);
    const quietFromMs = Math.max(toldAtMs, this.#soundToMs);
    if (this.#takenMs - quietFromMs <= longestMs + FORGOTTEN_MS) return;
    this.#line.oddity('no end of speech');
    this.#level.reset();
    this.#soundFromMs = null;
    this.#end(this.#soundToMs, this.#takenMs);
  }

  /** An offset of the upstream's, within what can be. */
  #likely(ms: number): number {
    return Math.min(this.#takenMs, Math.max(0, this.#takenMs - LATEST_MS, ms));
  }

  #start(startMs: number): void {
    this.#speech = { startMs, toldAtMs: this.#takenMs };
    this.#isPaused = false;
    this.#onFact({ type: 'speechStarted', startMs });
  }

  #pause(endMs: number, decidedMs: number): void {
    this.#isPaused = true;
    this.#onFact({ type: 'speechPaused', endMs, decidedMs });
  }

  #resume(): void {
    this.#isPaused = false;
    this.#onFact({ type: 'speechResumed' });
  }

  #end(voiceEndMs: number, decidedMs: number): void {
    const endMs = Math.max(this.#speech?.startMs ?? 0, voiceEndMs);
    if (!this.#isPaused) this.#pause(endMs, Math.min(decidedMs, endMs + PAUSE_MS));
    // Whoever was told of the pause may have ended it.
    if (!this.#speech) return;
    this.#speech = null;
    this.#onFact({ type: 'speechStopped', endMs, decidedMs });
  }
}
