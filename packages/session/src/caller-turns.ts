import { BargeInJudge } from './barge-in-judge.ts';
import type { BargeInVerdict, JudgeTimings } from './barge-in-judge.ts';
import { CallerAudio } from './caller-audio.ts';
import { CallerLevel } from './caller-level.ts';
import { CallerTape } from './caller-tape.ts';
import { BACKGROUND_DB } from './onset-gate.ts';
import { CallerVoice } from './caller-voice.ts';
import type { EchoWatch } from './echo-watch.ts';
import type { AudioFrame } from './ports/audio-frame.ts';
import type { Rejection } from './ports/control-channel.ts';
import type { TurnDetection } from './ports/session-config.ts';
import type { Recording } from './ports/recorder.ts';
import type { TurnDetectors } from './ports/turn-detector.ts';
import type { EngineEvent, EngineSession } from './ports/voice-engine.ts';
import type { SessionParts } from './session-parts.ts';
import { addFinishedItem } from './session-parts.ts';
import { TurnEnding } from './turn-ending.ts';
import type { CommittedTurn, OpenTurn } from './caller-turn.ts';

/** The least audio that can be committed, as the Realtime protocol has it. */
const LEAST_COMMIT_MS = 100;

/** Where a turn may be over sooner than this, a listening noise would run into the answer. */
const LISTENING_WINDOW_MS = 500;

/** Somebody who speaks for longer without a pause is heard in parts: recognisers have bounds too. */
const MAX_TURN_MS = 120_000;

/** What the caller's side of a session needs. */
export interface CallerTurnsOptions {
  readonly parts: SessionParts;
  readonly engine: EngineSession;
  readonly detectors: TurnDetectors;
  readonly recording: Recording | null;
  readonly echo: EchoWatch;
  readonly judgeTimings: JudgeTimings;
  /** Whether the agent speaks, or is about to. */
  readonly agentHasFloor: () => boolean;
  /** Wraps callbacks that come from outside, so that what they throw ends this session only. */
  readonly guard: <Args extends unknown[]>(run: (...args: Args) => void) => (...args: Args) => void;
}

/** Divides the caller's audio into turns and hands them to the engine. */
export class CallerTurns {
  readonly #options: CallerTurnsOptions;
  readonly #audio = new CallerAudio();
  readonly #tape: CallerTape | null;
  readonly #level = new CallerLevel();
  readonly #voice: CallerVoice;
  readonly #judge: BargeInJudge;
  readonly #ending: TurnEnding;
  #detection: TurnDetection | null;
  #uncommittedMs = 0;
  #turn: OpenTurn | null = null;
  #lastTurn: CommittedTurn | null = null;
  constructor(options: CallerTurnsOptions) {
    this.#options = options;
    const { parts, guard, judgeTimings, echo, detectors, agentHasFloor, recording } = options;
    const { clock } = parts;
    this.#tape = recording && new CallerTape({ recording, audio: this.#audio, clock });
    this.#voice = new CallerVoice({
      sessionId: parts.sessionId,
      detectors,
      audio: this.#audio,
      level: this.#level,
      echo,
      guard,
      isOverAgent: () => !this.#turn && agentHasFloor() && this.#interruptsResponse,
      isFloorFree: () => !this.#turn && !agentHasFloor(),
      events: {
        started: (onsetMs) => this.#voiceStarted(onsetMs),
        paused: (endMs, silenceMs) => this.#voicePaused(endMs, silenceMs),
        resumed: () => this.#voiceResumed(),
        stopped: (endMs, decidedMs) => this.#voiceStopped(endMs, decidedMs),
      },
    });
    this.#judge = new BargeInJudge({
      clock: parts.clock,
      timings: judgeTimings,
      onTranscriptWanted: () => this.#askTranscript(),
      onVerdict: guard((verdict: BargeInVerdict) => this.#judged(verdict)),
    });
    this.#ending = new TurnEnding({
      clock: parts.clock,
      onSilence: guard(() => this.#endedBySilence()),
    });
    this.#detection = parts.config().turnDetection;
    this.#ending.configure(this.#detection);
    this.#voice.configure(this.#detection);
  }

  /** Caller audio taken in so far. */
  get audioMs(): number {
    return this.#audio.takenMs;
  }

  /** Whether a turn is open whose end was not heard. */
  get isCallerSpeaking(): boolean {
    return this.#turn?.endMs === null;
  }

  /** The turn committed last. */
  get lastTurn(): CommittedTurn | null {
    return this.#lastTurn;
  }

  /** Takes the next frame of the leg. */
  accept(frame: AudioFrame): void {
    const frameMs = (frame.pcm.length * 1000) / frame.sampleRate;
    this.#uncommittedMs += frameMs;
    this.#tape?.accept(frame);
    this.#audio.accept(frame);
    this.#ending.frame(frameMs, frame.atMs);
    if (this.#turn) this.#hearTurn(this.#turn, frame);
    else if (this.#detection === null) this.#beginByHand(frame);
    this.#voice.accept(frame);
    this.#audio.handed(this.#options.parts.clock.now());
  }

  /** Takes what the engine makes of the caller's words, before the conversation does. */
  hearTranscript(event: Extract<EngineEvent, { type: 'transcript' }>): void {
    if (event.itemId !== this.#turn?.itemId) return;
    this.#ending.hear(event.endOfTurn);
    this.#judge.hear(event.text, event.isFinal);
  }

  /** Follows a change of the configuration. */
  configure(detection: TurnDetection | null): void {
    const wasByHand = this.#detection === null;
    this.#detection = detection;
    if (wasByHand !== (detection === null) && this.#turn) this.#drop(this.#turn);
    this.#ending.configure(detection);
    this.#voice.configure(detection);
  }

  /** Makes the open turn an item of the conversation. */
  commit(wantsAnswer: boolean): void {
    const turn = this.#turn;
    if (!turn) return;
    this.#forgetTurn();
    const { parts, engine } = this.#options;
    const voiceEndAtMs = turn.endMs === null ? null : this.#audio.wallOf(turn.endMs);
    this.#lastTurn = {
      itemId: turn.itemId,
      voiceEndAtMs,
      committedAtMs: parts.clock.now(),
      wantsAnswer,
      voiceStartAtMs: this.#detection === null ? null : this.#audio.wallOf(turn.onsetMs),
      toldAtMs: turn.beganAtMs,
      isBackground:
        turn.loudestDbfs > -Infinity && turn.loudestDbfs < turn.levelDbfs - BACKGROUND_DB,
    };
    const previousItemId = parts.conversation.items.at(-1)?.id ?? null;
    const arrival = turn.endMs === null ? null : this.#audio.arrivalOf(turn.endMs);
    parts.notify({
      type: 'caller.committed',
      itemId: turn.itemId,
      previousItemId,
      ...(voiceEndAtMs !== null && { voiceEndAtMs }),
      ...(arrival && { arrival }),
      ...(turn.prediction && { prediction: turn.prediction }),
    });
    addFinishedItem(parts, {
      kind: 'message',
      id: turn.itemId,
      speaker: 'caller',
      medium: 'audio',
      status: 'completed',
      text: null,
      audioMs: Math.round((turn.endMs ?? this.audioMs) - turn.startMs),
    });
    if (!turn.isWithEngine) engine.commitTurn(turn.itemId);
    parts.report({ type: 'caller.turnCommitted', itemId: turn.itemId, wantsAnswer });
  }

  /** Whether the detector's turns are answered without being asked. */
  get createsResponse(): boolean {
    return this.#detection?.createsResponse ?? false;
  }

  get #interruptsResponse(): boolean {
    return this.#detection?.interruptsResponse ?? false;
  }

  /** Ends the turn by hand. */
  commitByHand(): Rejection | null {
    if (this.#uncommittedMs < LEAST_COMMIT_MS) {
      return { code: 'audioTooShort', audioMs: this.#uncommittedMs, leastMs: LEAST_COMMIT_MS };
    }
    if (!this.#turn) {
      const startMs = Math.max(0, this.audioMs - this.#uncommittedMs);
      this.#begin(startMs, startMs);
    }
    this.#voice.reset();
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
    this.#voice.reset();
    this.drop();
  }

  close(): void {
    this.#tape?.close();
    this.#judge.close();
    this.#ending.close();
    this.#voice.close();
    this.#turn = null;
  }

  #voiceStarted(onsetMs: number): void {
    const { parts, agentHasFloor } = this.#options;
    // Whoever speaks again before the verdict on what they said wants the floor.
    if (this.#turn?.isStopped) this.#judge.confirm();
    const { prefixPaddingMs = 0 } = this.#detection ?? {};
    const turn = this.#turn ?? this.#begin(Math.max(0, onsetMs - prefixPaddingMs), onsetMs);
    this.#ending.open();
    if (this.#interruptsResponse && agentHasFloor()) this.#judge.open(parts.clock.now());
    parts.notify({
      type: 'caller.speechStarted',
      itemId: turn.itemId,
      audioStartMs: Math.round(turn.startMs),
    });
    parts.report({ type: 'caller.speechStarted', itemId: turn.itemId });
  }

  #voicePaused(endMs: number, silenceMs: number): void {
    const turn = this.#turn;
    if (!turn || turn.isStopped) return;
    const { parts, engine } = this.#options;
    turn.pausedMs = endMs;
    this.#ending.paused(silenceMs);
    if (this.createsResponse && !this.#judge.isOpen)
      engine.prepareAnswer(turn.itemId, parts.config());
    this.#judge.paused(endMs - turn.onsetMs);
    if (!this.#judge.isOpen) this.#mayMakeNoise(turn);
  }

  /** Somebody who tells a long story and is not at its end hears that they are listened to. */
  #mayMakeNoise(turn: OpenTurn): void {
    const { parts } = this.#options;
    const { listeningNoises, listeningAfterMs, modality } = parts.config();
    if (listeningNoises.length === 0 || modality !== 'audio') return;
    const isMidway = this.#ending.windowMs >= LISTENING_WINDOW_MS;
    if (!isMidway || this.audioMs - turn.quietSinceMs < listeningAfterMs) return;
    turn.quietSinceMs = this.audioMs;
    parts.report({ type: 'caller.listeningWanted' });
  }

  #voiceResumed(): void {
    const turn = this.#turn;
    if (!turn || turn.isStopped) return;
    turn.pausedMs = null;
    this.#ending.resumed();
    this.#options.engine.discardAnswer();
    this.#judge.resumed();
  }

  #voiceStopped(endMs: number, decidedMs: number): void {
    const turn = this.#turn;
    if (!turn || turn.isStopped) return;
    turn.endMs = endMs;
    turn.isStopped = true;
    turn.prediction = this.#ending.prediction;
    this.#ending.close();
    this.#options.parts.notify({
      type: 'caller.speechStopped',
      itemId: turn.itemId,
      audioEndMs: Math.round(decidedMs),
    });
    this.#judge.stopped(endMs - turn.onsetMs);
    if (!this.#judge.isOpen) this.#tellStopped(turn);
  }

  /** The turn ends although the detector goes on: it waited long enough, or nothing comes. */
  #endedBySilence(): void {
    if (!this.#turn) return;
    this.#voice.reset();
    this.#voiceStopped(this.#turn.pausedMs ?? this.audioMs, this.audioMs);
  }

  #judged(verdict: BargeInVerdict): void {
    const turn = this.#turn;
    this.#options.parts.report({ type: `bargeIn.${verdict}` });
    if (turn?.isStopped && turn === this.#turn) this.#tellStopped(turn);
  }

  /** Unless the verdict has dropped it. */
  #tellStopped(turn: OpenTurn): void {
    if (this.#turn === turn) {
      this.#options.parts.report({ type: 'caller.speechStopped', itemId: turn.itemId });
    }
  }

  /** The engine makes the final transcript of what was said so far. */
  #askTranscript(): void {
    const turn = this.#turn;
    if (!turn) return;
    if (!turn.isStopped) {
      this.#voice.reset();
      turn.endMs = turn.pausedMs ?? this.audioMs;
      turn.isStopped = true;
      turn.prediction = this.#ending.prediction;
      this.#ending.close();
      this.#options.parts.notify({
        type: 'caller.speechStopped',
        itemId: turn.itemId,
        audioEndMs: Math.round(this.audioMs),
      });
    }
    turn.isWithEngine = true;
    this.#options.engine.commitTurn(turn.itemId);
  }

  #hearTurn(turn: OpenTurn, frame: AudioFrame): void {
    if (turn.isWithEngine) return;
    this.#options.engine.hear(frame);
    if (this.#detection === null) return;
    if (turn.endMs === null && !this.#judge.isOpen) {
      turn.loudestDbfs = Math.max(turn.loudestDbfs, this.#level.hear(frame.pcm));
    }
    if (this.audioMs - turn.startMs > MAX_TURN_MS) this.#endedBySilence();
  }

  /** Opens a turn that began at `startMs` and gives the engine its audio so far. */
  #begin(startMs: number, onsetMs: number): OpenTurn {
    const { parts, engine } = this.#options;
    const turn = this.#newTurn(startMs, onsetMs);
    this.#turn = turn;
    engine.beginTurn(turn.itemId);
    const audio = this.#audio.since(startMs);
    if (audio) engine.hear({ ...audio, atMs: parts.clock.now() });
    return turn;
  }

  #beginByHand(frame: AudioFrame): void {
    const { engine } = this.#options;
    const startMs = this.audioMs - (frame.pcm.length * 1000) / frame.sampleRate;
    this.#turn = this.#newTurn(startMs, startMs);
    engine.beginTurn(this.#turn.itemId);
    engine.hear(frame);
  }

  #drop(turn: OpenTurn): void {
    this.#forgetTurn();
    this.#voice.reset();
    this.#options.engine.dropTurn(turn.itemId);
    this.#options.parts.report({ type: 'caller.turnDropped', itemId: turn.itemId });
  }

  #forgetTurn(): void {
    this.#turn = null;
    this.#uncommittedMs = 0;
    this.#ending.close();
    this.#judge.close();
  }

  #newTurn(startMs: number, onsetMs: number): OpenTurn {
    const { parts } = this.#options;
    return {
      itemId: parts.newItemId(),
      startMs,
      onsetMs,
      beganAtMs: parts.clock.now(),
      levelDbfs: this.#level.dbfs ?? -Infinity,
      loudestDbfs: -Infinity,
      pausedMs: null,
      quietSinceMs: onsetMs,
      endMs: null,
      isStopped: false,
      prediction: null,
      isWithEngine: false,
    };
  }
}
