import { SampleRing } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import { AudioTimeline } from './audio-timeline.ts';
import type { AudioFrame } from './ports/audio-frame.ts';
import type { Rejection } from './ports/control-channel.ts';
import type { TurnDetection } from './ports/session-config.ts';
import type { Recording } from './ports/recorder.ts';
import type { TurnDetector, TurnDetectors, TurnFact } from './ports/turn-detector.ts';
import type { EngineSession } from './ports/voice-engine.ts';
import type { SessionParts } from './session-parts.ts';
import { addFinishedItem } from './session-parts.ts';

/** The least audio that can be committed, as the Realtime protocol has it. */
const LEAST_COMMIT_MS = 100;

/** Padding plus the slowest onset detection fit well into two seconds. */
const RING_MS = 2_000;

/** A client may send a recording at once; a minute of it waits for the detector to look at it. */
const MAX_RING_MS = 60_000;

interface OpenTurn {
  readonly itemId: string;
  readonly startMs: number;
  /** End of the last voiced sound, once the detector has told. */
  endMs: number | null;
}

/** A turn that became an item. */
export interface CommittedTurn {
  readonly itemId: string;
  /** When the last voiced sound reached us; null when no detector said so. */
  readonly voiceEndAtMs: number | null;
  readonly committedAtMs: number;
}

/** What the caller's side of a session needs. */
export interface CallerTurnsOptions {
  readonly parts: SessionParts;
  readonly engine: EngineSession;
  readonly detectors: TurnDetectors;
  readonly recording: Recording | null;
  /** Wraps callbacks that come from outside, so that what they throw ends this session only. */
  readonly guard: <Args extends unknown[]>(run: (...args: Args) => void) => (...args: Args) => void;
}

/** Divides the caller's audio into turns and hands them to the engine. */
export class CallerTurns {
  readonly #options: CallerTurnsOptions;
  readonly #timeline = new AudioTimeline();
  #detection: TurnDetection | null;
  #detector: TurnDetector | null = null;
  #ring: SampleRing | null = null;
  #rate: SampleRate | null = null;
  /** When audio sent in real time would have begun. */
  #startedAtMs = 0;
  #audioMs = 0;
  /** Where the detector was opened on the audio clock; its offsets count from there. */
  #detectorStartMs = 0;
  #uncommittedMs = 0;
  #turn: OpenTurn | null = null;
  #lastTurn: CommittedTurn | null = null;

  constructor(options: CallerTurnsOptions) {
    this.#options = options;
    this.#detection = options.parts.config().turnDetection;
    this.#openDetector();
  }

  /** Caller audio taken in so far. */
  get audioMs(): number {
    return this.#audioMs;
  }

  /** The turn committed last. */
  get lastTurn(): CommittedTurn | null {
    return this.#lastTurn;
  }

  /** Takes the next frame of the leg. */
  accept(frame: AudioFrame): void {
    const frameMs = (frame.pcm.length * 1000) / frame.sampleRate;
    this.#audioMs += frameMs;
    this.#uncommittedMs += frameMs;
    this.#timeline.mark(this.#audioMs, frame.atMs);
    this.#options.recording?.caller(frame);
    this.#remember(frame);
    if (this.#turn) this.#options.engine.hear(frame);
    else if (this.#detection === null) this.#beginByHand(frame);
    this.#detector?.accept(frame);
  }

  /** Follows a change of the configuration. */
  configure(detection: TurnDetection | null): void {
    const wasByHand = this.#detection === null;
    this.#detection = detection;
    if (detection !== null && this.#detector !== null) {
      this.#detector.configure(detection);
      return;
    }
    if (wasByHand === (detection === null)) return;
    if (this.#turn) this.#drop(this.#turn);
    this.#detector?.close();
    this.#detector = null;
    this.#openDetector();
  }

  /** Makes the open turn an item of the conversation. */
  commit(wantsAnswer: boolean): void {
    const turn = this.#turn;
    if (!turn) return;
    this.#turn = null;
    this.#uncommittedMs = 0;
    const { parts, engine } = this.#options;
    this.#lastTurn = {
      itemId: turn.itemId,
      voiceEndAtMs: turn.endMs === null ? null : this.#timeline.wallOf(turn.endMs),
      committedAtMs: parts.clock.now(),
    };
    const previousItemId = parts.conversation.items.at(-1)?.id ?? null;
    parts.notify({ type: 'caller.committed', itemId: turn.itemId, previousItemId });
    addFinishedItem(parts, {
      kind: 'message',
      id: turn.itemId,
      speaker: 'caller',
      medium: 'audio',
      status: 'completed',
      text: null,
      audioMs: Math.round((turn.endMs ?? this.#audioMs) - turn.startMs),
    });
    engine.commitTurn(turn.itemId);
    parts.report({ type: 'caller.turnCommitted', itemId: turn.itemId, wantsAnswer });
  }

  /** Whether the detector's turns are answered without being asked. */
  get createsResponse(): boolean {
    return this.#detection?.createsResponse ?? false;
  }

  /** Ends the turn by hand. */
  commitByHand(): Rejection | null {
    if (this.#uncommittedMs < LEAST_COMMIT_MS) {
      return { code: 'audioTooShort', audioMs: this.#uncommittedMs, leastMs: LEAST_COMMIT_MS };
    }
    if (!this.#turn) this.#begin(Math.max(0, this.#audioMs - this.#uncommittedMs));
    this.#detector?.reset();
    this.commit(false);
    return null;
  }

  /** Forgets the open turn. */
  drop(): void {
    if (this.#turn) this.#drop(this.#turn);
    this.#uncommittedMs = 0;
  }

  /** Forgets all audio not committed. */
  clear(): void {
    this.#detector?.reset();
    this.drop();
  }

  close(): void {
    this.#detector?.close();
    this.#detector = null;
    this.#turn = null;
  }

  #openDetector(): void {
    if (this.#detection === null) return;
    this.#detectorStartMs = this.#audioMs;
    this.#detector = this.#options.detectors.open(
      this.#detection,
      this.#options.guard((fact: TurnFact) => this.#hear(fact)),
    );
  }

  #hear(fact: TurnFact): void {
    if (this.#detection === null) return;
    const { parts } = this.#options;
    if (fact.type === 'speechStarted') {
      const onsetMs = this.#detectorStartMs + fact.startMs;
      const turn =
        this.#turn ?? this.#begin(Math.max(0, onsetMs - this.#detection.prefixPaddingMs));
      parts.notify({
        type: 'caller.speechStarted',
        itemId: turn.itemId,
        audioStartMs: Math.round(turn.startMs),
      });
      parts.report({ type: 'caller.speechStarted', itemId: turn.itemId });
      return;
    }
    const turn = this.#turn;
    if (!turn || fact.type !== 'speechStopped') return;
    turn.endMs = this.#detectorStartMs + fact.endMs;
    parts.notify({
      type: 'caller.speechStopped',
      itemId: turn.itemId,
      audioEndMs: Math.round(this.#detectorStartMs + fact.decidedMs),
    });
    parts.report({ type: 'caller.speechStopped', itemId: turn.itemId });
  }

  /** Keeps the latest audio, more of it while it comes faster than it was spoken. */
  #remember(frame: AudioFrame): void {
    if (this.#ring === null || this.#rate !== frame.sampleRate) {
      this.#rate = frame.sampleRate;
      this.#ring = new SampleRing((frame.sampleRate * RING_MS) / 1000);
      this.#startedAtMs = frame.atMs - this.#audioMs;
    }
    const aheadMs = this.#audioMs - (frame.atMs - this.#startedAtMs);
    const wantedMs = Math.min(MAX_RING_MS, RING_MS + Math.ceil(Math.max(0, aheadMs) / 1000) * 1000);
    const wantedSamples = (frame.sampleRate * wantedMs) / 1000;
    if (wantedSamples > this.#ring.capacitySamples) {
      const wider = new SampleRing(wantedSamples);
      wider.push(this.#ring.last(this.#ring.heldSamples));
      this.#ring = wider;
    }
    this.#ring.push(frame.pcm);
  }

  /** Opens a turn that began at `startMs` and gives the engine its audio so far. */
  #begin(startMs: number): OpenTurn {
    const { parts, engine } = this.#options;
    const turn: OpenTurn = { itemId: parts.newItemId(), startMs, endMs: null };
    this.#turn = turn;
    engine.beginTurn(turn.itemId);
    if (this.#ring && this.#rate) {
      const samples = Math.round(((this.#audioMs - startMs) * this.#rate) / 1000);
      const pcm = this.#ring.last(samples);
      if (pcm.length > 0) engine.hear({ pcm, sampleRate: this.#rate, atMs: parts.clock.now() });
    }
    return turn;
  }

  #beginByHand(frame: AudioFrame): void {
    const { parts, engine } = this.#options;
    const frameMs = (frame.pcm.length * 1000) / frame.sampleRate;
    this.#turn = { itemId: parts.newItemId(), startMs: this.#audioMs - frameMs, endMs: null };
    engine.beginTurn(this.#turn.itemId);
    engine.hear(frame);
  }

  #drop(turn: OpenTurn): void {
    this.#turn = null;
    this.#options.engine.dropTurn(turn.itemId);
    this.#options.parts.report({ type: 'caller.turnDropped', itemId: turn.itemId });
  }
}
