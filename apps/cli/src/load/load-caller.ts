import { samplesToMs } from '@antiphon/audio';
import type { ServerEvent, WireClientEvent } from '@antiphon/protocol';
import { parseServerEvent } from '@antiphon/protocol';
import { FRAME_MS } from '../frame-clock.ts';
import { Playback } from '../playback.ts';
import { peekAudioDelta, peekType } from './event-peek.ts';
import type { PeekedDelta } from './event-peek.ts';
import type { LoadMeasurements } from './load-measurements.ts';
import type { SessionCaller } from './load-run.ts';
import { delaysOfTurn } from './provider-delays.ts';
import type { ProviderDelays } from './provider-delays.ts';
import { SILENT_FRAME } from './utterance.ts';
import type { Utterance } from './utterance.ts';

const RATE = 8000;

/** A greeting that has not begun by then does not come. */
const GREETING_FRAMES = 1500 / FRAME_MS;

/** Longer than a tool call needs between two sentences of one answer. */
const QUIET_FRAMES = 700 / FRAME_MS;

/** Well inside the shortest answer, and after its first words. */
const BARGE_IN_AFTER_MS = 700;

/** No answer after this long is none. */
const ANSWER_LIMIT_MS = 10_000;

/** The window that ends a turn where the session does not say. */
const USUAL_SILENCE_MS = 500;

/** What the answers of a cascade wait for. */
export interface CascadeWaits {
  /** The last word of turns whose answer cannot have been made ready. */
  readonly lateWord: string;
  readonly delays: ProviderDelays;
}

/** What one of many callers needs. */
export interface LoadCallerOptions {
  /** Tells callers apart; 0 unless given. */
  readonly number?: number;
  /** Null or left out where no cascade answers. */
  readonly waits?: CascadeWaits | null;
  /** Said one after the other, again and again. */
  readonly utterances: readonly Utterance[];
  readonly measurements: LoadMeasurements;
  readonly send: (message: Buffer | string) => void;
}

/** An interruption while its utterance is being said. */
interface BargeIn {
  /** The response that was being made when it began; null when it was complete. */
  readonly response: string | null;
  /** When speech_started came. */
  startedAtMs: number | null;
  /** When audio last came. */
  lastAudioAtMs: number;
  /** The server heard its end: audio that comes now answers it. */
  isOver: boolean;
}

/**
 * One of many callers: speaks, is answered, and interrupts every second answer. It has no timer:
 * `frame` comes every 20 ms and `message` with what was received. Instants never go back.
 */
export class LoadCaller implements SessionCaller {
  readonly #options: LoadCallerOptions;
  readonly #playback = new Playback();
  #phase: 'listening' | 'speaking' | 'waiting' = 'listening';
  /** Null where the words end a turn and no window is known beforehand. */
  #silenceFrames: number | null = USUAL_SILENCE_MS / FRAME_MS;
  #turn = 0;
  #frameOfTurn = 0;
  #quietFrames = 0;
  #quietFramesNeeded = GREETING_FRAMES;
  #activeResponse: string | null = null;
  /** Since when the answer of this turn is heard. */
  #heardSinceMs: number | null = null;
  #heardItem: string | null = null;
  #voiceStartAtMs = 0;
  #voiceEndAtMs = 0;
  #turnEndAtMs = 0;
  #stoppedAtMs: number | null = null;
  #transcript = '';
  #bargeIn: BargeIn | null = null;

  constructor(options: LoadCallerOptions) {
    this.#options = options;
  }

  configured(detection: Parameters<SessionCaller['configured']>[0]): void {
    if (detection?.type === 'semantic_vad') {
      this.#silenceFrames = null;
      return;
    }
    const silenceMs = detection?.silence_duration_ms ?? USUAL_SILENCE_MS;
    this.#silenceFrames = Math.ceil(silenceMs / FRAME_MS);
  }

  frame(nowMs: number): void {
    if (this.#phase === 'listening') this.#listen(nowMs);
    if (this.#phase === 'speaking') this.#speak(nowMs);
    else this.#options.send(SILENT_FRAME);
    if (this.#phase === 'waiting') this.#wait(nowMs);
  }

  message(data: Buffer, nowMs: number): void {
    const type = peekType(data);
    if (type === 'response.output_audio.delta') {
      const delta = peekAudioDelta(data);
      if (delta) this.#hear(delta, nowMs);
      return;
    }
    if (type === 'response.output_audio_transcript.delta') return;
    const event = parseServerEvent(data.toString());
    if (event.type !== 'unknown') this.#take(event, nowMs);
  }

  #take(event: ServerEvent, nowMs: number): void {
    switch (event.type) {
      case 'input_audio_buffer.speech_started':
        this.#speechStarted(nowMs);
        break;
      case 'input_audio_buffer.speech_stopped':
        this.#stoppedAtMs = this.#phase === 'waiting' ? nowMs : null;
        if (this.#bargeIn) this.#bargeIn.isOver = true;
        break;
      case 'conversation.item.input_audio_transcription.completed':
        this.#transcript = event.transcript;
        break;
      case 'response.created':
        this.#activeResponse = event.response.id;
        break;
      case 'response.done':
        this.#responseDone(event.response.id, nowMs);
        break;
      case 'error':
        this.#options.measurements.fail(`${event.error.code}: ${event.error.message}`);
        break;
      default:
        break;
    }
  }

  #listen(nowMs: number): void {
    const isQuiet = this.#playback.isDrained(nowMs) && this.#activeResponse === null;
    this.#quietFrames = isQuiet ? this.#quietFrames + 1 : 0;
    const interruptsNext = this.#turn % 2 === 1;
    const heardMs = this.#heardSinceMs === null ? 0 : nowMs - this.#heardSinceMs;
    if (interruptsNext && heardMs >= BARGE_IN_AFTER_MS && !this.#playback.isDrained(nowMs)) {
      const response = this.#activeResponse;
      this.#bargeIn = { response, startedAtMs: null, lastAudioAtMs: 0, isOver: false };
      this.#beginTurn();
    } else if (this.#quietFrames >= this.#quietFramesNeeded) {
      this.#bargeIn = null;
      this.#beginTurn();
    }
  }

  #beginTurn(): void {
    this.#phase = 'speaking';
    this.#turn += 1;
    this.#frameOfTurn = 0;
    this.#quietFrames = 0;
    this.#quietFramesNeeded = QUIET_FRAMES;
    this.#heardSinceMs = null;
    this.#stoppedAtMs = null;
  }

  #speak(nowMs: number): void {
    const { utterances, send } = this.#options;
    const utterance = utterances[(this.#turn - 1) % utterances.length]!;
    if (this.#frameOfTurn === 0) this.#voiceStartAtMs = nowMs;
    send(utterance[this.#frameOfTurn]!);
    this.#frameOfTurn += 1;
    if (this.#frameOfTurn < utterance.length) return;
    this.#voiceEndAtMs = nowMs;
    this.#phase = 'waiting';
    this.#frameOfTurn = -1;
    this.#settleBargeIn();
  }

  /** Counts the silence; called after a frame of it was sent, and once with the last voiced frame. */
  #wait(nowMs: number): void {
    this.#frameOfTurn += 1;
    if (this.#frameOfTurn === this.#silenceFrames) this.#turnEndAtMs = nowMs;
    if (nowMs - this.#voiceEndAtMs < ANSWER_LIMIT_MS) return;
    this.#options.measurements.fail('no answer within 10 s');
    this.#phase = 'listening';
  }

  #hear({ itemId, audioBytes }: PeekedDelta, nowMs: number): void {
    const { measurements } = this.#options;
    if (this.#bargeIn?.isOver === false) this.#bargeIn.lastAudioAtMs = nowMs;
    const isAfterSpeech = this.#phase === 'waiting' && this.#stoppedAtMs !== null;
    if (isAfterSpeech && this.#stoppedAtMs !== null) {
      this.#measureOverhead(nowMs);
      measurements.add('postEndpoint', nowMs - this.#stoppedAtMs);
      this.#measureReadiness(nowMs - this.#stoppedAtMs);
      measurements.add('voiceToVoice', nowMs - this.#voiceEndAtMs);
      measurements.turns += 1;
      this.#phase = 'listening';
    }
    if (itemId === this.#heardItem && nowMs > this.#playback.endAtMs) {
      measurements.gaps += 1;
      measurements.gapMs += nowMs - this.#playback.endAtMs;
    }
    this.#heardItem = itemId;
    const startAtMs = this.#playback.append(itemId, samplesToMs(audioBytes, RATE), nowMs);
    if (this.#heardSinceMs === null) this.#heardSinceMs = startAtMs;
  }

  #measureOverhead(nowMs: number): void {
    const { measurements, number = 0, waits } = this.#options;
    if (this.#silenceFrames === null) return;
    if (this.#turnEndAtMs <= this.#voiceEndAtMs) {
      measurements.fail('answered before the silence window was over');
      return;
    }
    const overheadMs = nowMs - this.#turnEndAtMs;
    measurements.add('turnOverhead', overheadMs);
    measurements.answered.push({ caller: number, endAtMs: this.#turnEndAtMs, answeredAtMs: nowMs });
    if (!waits) return;
    const waitedMs = this.#isLate(waits) ? delaysOfTurn(waits.delays) : waits.delays.finalMs;
    measurements.add('overProviders', overheadMs - waitedMs);
  }

  #measureReadiness(postEndpointMs: number): void {
    const { measurements, waits } = this.#options;
    if (!waits) return;
    measurements.add(this.#isLate(waits) ? 'notMadeReady' : 'madeReady', postEndpointMs);
  }

  /** Whether the turn had a word that nobody knew in the pause before its end. */
  #isLate({ lateWord }: CascadeWaits): boolean {
    return this.#transcript.endsWith(lateWord);
  }

  #speechStarted(nowMs: number): void {
    if (this.#bargeIn && this.#phase === 'speaking') this.#bargeIn.startedAtMs ??= nowMs;
    const stopped = this.#playback.flush(nowMs);
    if (!stopped) return;
    const truncate: WireClientEvent = {
      type: 'conversation.item.truncate',
      item_id: stopped.itemId,
      content_index: 0,
      audio_end_ms: Math.floor(stopped.playedMs),
    };
    this.#options.send(JSON.stringify(truncate));
  }

  #responseDone(id: string, nowMs: number): void {
    if (this.#activeResponse === id) this.#activeResponse = null;
    const bargeIn = this.#bargeIn;
    if (bargeIn?.response === id && bargeIn.startedAtMs !== null) {
      this.#options.measurements.add('bargeInCancelled', nowMs - bargeIn.startedAtMs);
    }
  }

  #settleBargeIn(): void {
    const { measurements } = this.#options;
    if (!this.#bargeIn) return;
    const { startedAtMs, lastAudioAtMs } = this.#bargeIn;
    if (startedAtMs === null) {
      measurements.fail('an interruption was not noticed');
      return;
    }
    measurements.bargeIns += 1;
    measurements.add('bargeInDetected', startedAtMs - this.#voiceStartAtMs);
    const silencedAtMs = Math.max(startedAtMs, lastAudioAtMs);
    measurements.add('bargeInSilenced', silencedAtMs - this.#voiceStartAtMs);
    measurements.add('bargeInStopped', silencedAtMs - startedAtMs);
  }
}
