import type { ServerEvent, SessionObject } from '@antiphon/protocol';
import type { AudioFrame, TurnDetection } from '@antiphon/session';
import { bytesPerMs, CallerAudioEncoder } from './caller-audio.ts';
import type { UpstreamFormat } from './caller-audio.ts';
import { FoundSpeeches } from './found-speech.ts';
import { vadBounds, wireDetection } from './provider-vad.ts';
import type { VadBounds, WireDetection } from './provider-vad.ts';
import type { RealtimeUse } from './realtime-settings.ts';
import { upstreamFault } from './upstream-fault.ts';
import type { PipelineError } from '../pipeline-error.ts';
import type { UpstreamLink } from './upstream-link.ts';

/** The turn detector at the end of a line. Offsets are on its clock. */
export interface LineDetector {
  readonly detection: TurnDetection;
  /** Speech is open, as it has told. */
  readonly isSpeaking: boolean;
  /** The upstream finds the turns from now on. */
  handedOver(): void;
  /** The upstream finds none any more. */
  takenBack(): void;
  started(onsetMs: number): void;
  stopped(decidedMs: number): void;
}

/** What a {@link CallerLine} needs of the session's use of the upstream. */
export interface CallerLineOptions extends RealtimeUse {
  readonly link: UpstreamLink;
  /** Whether a turn is being heard, whose audio is in the upstream's buffer. */
  readonly isHearing: () => boolean;
  /** The format for what begins with this frame. */
  readonly formatFor: (frame: AudioFrame) => UpstreamFormat;
  /** {@link CallerLine.detection} has changed. */
  readonly onDetection: () => void;
  readonly onFault: (fault: PipelineError) => void;
}

/**
 * All of the caller's audio on its way to an upstream that finds the turns in it, and what it finds
 * on its way to the turn detector. It is handed over to the upstream when nobody speaks, and taken
 * back when the upstream session is gone or does not detect.
 */
export class CallerLine {
  readonly speeches: FoundSpeeches;
  readonly #options: CallerLineOptions;
  readonly #told = new Set<string>();
  #detector: LineDetector | null = null;
  #isHandedOver = false;
  #encoder: CallerAudioEncoder | null = null;
  /** Where the audio of this upstream session begins on the detector's clock. */
  #baseMs = 0;
  /** The upstream has confirmed that it detects. */
  #isConfirmed = false;
  #isRefused = false;
  /** What the upstream tells is of audio that was taken back from it. */
  #isLate = false;

  constructor(options: CallerLineOptions) {
    this.#options = options;
    this.speeches = new FoundSpeeches((note) => this.oddity(note));
  }

  /** Whether the upstream finds the turns, and so has all of the caller's audio. */
  get isHandedOver(): boolean {
    return this.#isHandedOver;
  }

  /** How the upstream is to find turns now; null where it is not to. */
  get detection(): WireDetection | null {
    if (!this.#isHandedOver || !this.#detector) return null;
    return wireDetection(this.#options.settings.providerVad, this.#detector.detection);
  }

  /** What is known of the facts beyond what they say. */
  boundsFor(detection: TurnDetection): VadBounds {
    return vadBounds(this.#options.settings.providerVad, detection);
  }

  /** A detector listens, in place of the one before. */
  listen(detector: LineDetector): void {
    if (this.#detector) this.leave(this.#detector);
    this.#detector = detector;
  }

  /** A detector listens no more. */
  leave(detector: LineDetector): void {
    if (this.#detector !== detector) return;
    this.#detector = null;
    if (this.isHandedOver) this.#stop();
  }

  /** The detector's settings have changed. */
  reconfigure(): void {
    if (this.isHandedOver) this.#options.onDetection();
  }

  /** How long the upstream may tell nothing of a sound. */
  get unheardMs(): number {
    return this.#options.timeouts.unheardMs;
  }

  /** Takes the audio back that the upstream tells nothing of; what it tells later is passed over. */
  claim(): void {
    if (!this.isHandedOver) return;
    this.oddity('nothing of a sound like speech');
    this.#isLate = true;
    this.#stop();
  }

  /** Something was heard that the upstream should tell of. */
  doubt(): void {
    if (this.isHandedOver) this.#options.link.probe();
  }

  /** Takes the next frame, which begins at this offset. */
  hear(frame: AudioFrame, startMs: number): void {
    if (!this.#isHandedOver) this.#handOver(frame, startMs);
    const bytes = this.#encoder?.encode(frame);
    if (bytes && bytes.length > 0) this.#options.link.append(bytes.toString('base64'));
  }

  /** Takes an event of the upstream; false when it is none of the caller's voice. */
  take(event: ServerEvent): boolean {
    switch (event.type) {
      case 'session.updated':
        if (this.isHandedOver && detects(event.session)) {
          this.#isConfirmed = true;
          this.#isLate = false;
        }
        return true;
      case 'input_audio_buffer.speech_started':
        if (!this.#isDetecting) return true;
        if (this.#detector && this.speeches.begin(event.item_id)) {
          const { paddingMs } = this.boundsFor(this.#detector.detection);
          this.#detector.started(this.#baseMs + event.audio_start_ms + paddingMs);
        }
        return true;
      case 'input_audio_buffer.speech_stopped':
        if (!this.#isDetecting) return true;
        if (this.#detector && this.speeches.end(event.item_id)) {
          this.#detector.stopped(this.#baseMs + event.audio_end_ms);
        }
        return true;
      default:
        return false;
    }
  }

  /** The upstream refuses its configuration; where it never detected, it is not asked to again. */
  refused(): void {
    if (!this.isHandedOver || this.#isConfirmed) return;
    this.#isRefused = true;
    const detector = this.#detector;
    this.#stop();
    detector?.takenBack();
  }

  /** The upstream session is gone, and with it all that it found. */
  reset(): void {
    this.#isHandedOver = false;
    this.#encoder = null;
    this.#isConfirmed = false;
    this.#isRefused = false;
    this.#isLate = false;
    this.speeches.reset();
  }

  /** Tells the detector that the upstream finds no turns. */
  takeBack(): void {
    if (!this.isHandedOver) this.#detector?.takenBack();
  }

  /** Facts that do not fit together; each kind is told once. */
  oddity(note: string): void {
    if (this.#told.has(note)) return;
    this.#told.add(note);
    this.#options.onFault(upstreamFault('provider_garbled', note));
  }

  get #isDetecting(): boolean {
    return this.#isHandedOver && !this.#isLate;
  }

  #handOver(frame: AudioFrame, startMs: number): void {
    const { link, isHearing, formatFor, onDetection } = this.#options;
    const detector = this.#detector;
    if (!detector || this.#isRefused || !link.isReady) return;
    if (detector.isSpeaking || isHearing()) return;
    this.#isHandedOver = true;
    const format = formatFor(frame);
    this.#encoder = new CallerAudioEncoder(format);
    this.#isConfirmed = false;
    this.#baseMs = startMs - link.appendedBytes / bytesPerMs(format);
    onDetection();
    detector.handedOver();
  }

  /** The upstream detects no more, and forgets what it has heard. */
  #stop(): void {
    this.#isHandedOver = false;
    this.#encoder = null;
    this.speeches.stop();
    this.#options.onDetection();
    this.#options.link.send({ type: 'input_audio_buffer.clear' });
  }
}

/** Whether an upstream session detects turns; what an upstream tells may lack anything. */
function detects({ audio }: Partial<SessionObject>): boolean {
  return (audio?.input?.turn_detection ?? null) !== null;
}

/** The lines of the sessions of an engine. */
export class CallerLines {
  readonly #lines = new Map<string, CallerLine>();

  /** The session's line, unless it has one already: answers beside a conversation hear nobody. */
  add(sessionId: string, line: CallerLine): void {
    if (!this.#lines.has(sessionId)) this.#lines.set(sessionId, line);
  }

  find(sessionId: string): CallerLine | null {
    return this.#lines.get(sessionId) ?? null;
  }

  remove(sessionId: string, line: CallerLine): void {
    if (this.#lines.get(sessionId) === line) this.#lines.delete(sessionId);
  }
}
