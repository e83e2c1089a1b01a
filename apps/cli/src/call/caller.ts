import { samplesToMs, ulawToPcm16 } from '@antiphon/audio';
import type { FeedEvent } from '@antiphon/observability';
import type { ServerEvent, ServerEventOf, WireClientEvent } from '@antiphon/protocol';
import { CallerVoice } from '../caller-voice.ts';
import type { Clip } from '../clip.ts';
import { FRAME_SAMPLES, LATE_FRAME_MS } from '../frame-clock.ts';
import { Playback } from '../playback.ts';
import type { CallerLine, ScenarioLine } from '../scenario.ts';
import { AgentAudio } from './agent-audio.ts';
import { AgentTurns } from './agent-turns.ts';
import { CallRecord } from './call-record.ts';
import { Script } from './script.ts';
import type { ScriptEnd } from './script.ts';
import { StereoRecording } from './stereo-recording.ts';

const RATE = 8000;

/** What a caller needs and whom it tells. */
export interface CallerOptions {
  readonly lines: readonly ScenarioLine[];
  readonly clip: (name: string) => Clip;
  readonly send: (event: WireClientEvent) => void;
  /** A line begins to be said. */
  readonly onLine: (line: CallerLine) => void;
  /** The script is over, well or not. */
  readonly onScriptEnd: (end: ScriptEnd) => void;
}

/**
 * A caller with a script, a microphone and a loudspeaker, as a stock client has them. It reads no
 * clock: every call says what time it is, in milliseconds since the call began.
 */
export class Caller {
  readonly record = new CallRecord();
  readonly recording = new StereoRecording();
  readonly #options: CallerOptions;
  readonly #voice = new CallerVoice();
  readonly #playback = new Playback();
  readonly #turns = new AgentTurns(this.#playback);
  readonly #audio = new AgentAudio();
  readonly #script: Script;
  #sentSamples = 0;
  /** When the first sample was spoken. */
  #openedAtMs = 0;
  readonly #cutItems = new Set<string>();

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#script = new Script({
      lines: options.lines,
      turns: this.#turns,
      speak: (line, atMs) => this.#speak(line, atMs),
      onEnd: (end) => {
        this.record.script = end;
        options.onScriptEnd(end);
      },
    });
  }

  /** What the agent said so far, turn by turn. */
  agentTurns(): string[] {
    return Array.from(
      { length: this.record.spoken.length + 1 },
      (_, turn) => this.#turns.turn(turn).text,
    );
  }

  /** The first frame begins at this instant; until then there is nothing but listening. */
  openMicrophone(atMs: number): void {
    this.#openedAtMs = atMs;
  }

  /** The next 20 ms of the caller, mu-law; `nowMs` is the end of the frame or later. */
  nextFrame(nowMs: number, lateMs: number): Uint8Array {
    if (lateMs > LATE_FRAME_MS) this.record.lateFrames += 1;
    this.#script.tick(nowMs);
    const frame = this.#voice.nextFrame();
    this.recording.caller(ulawToPcm16(frame), this.#instantOf(this.#sentSamples));
    this.#sentSamples += FRAME_SAMPLES;
    if (!this.#voice.isSpeaking) this.#script.spoken();
    return frame;
  }

  /** Takes an event of the wire. */
  wire(event: ServerEvent, nowMs: number): void {
    this.record.wire(event);
    switch (event.type) {
      case 'session.updated':
        this.#audio.update(event.session);
        break;
      case 'response.created':
        this.#audio.begin(event.response);
        this.#turns.responseStarted(event.response.id);
        break;
      case 'response.done':
        this.#audio.end(event.response.id);
        this.#turns.responseEnded(event.response.id);
        break;
      case 'response.output_audio_transcript.delta':
        this.#turns.write(event.item_id, event.delta);
        break;
      case 'response.output_audio.delta':
        this.#hear(event, nowMs);
        break;
      case 'input_audio_buffer.speech_started':
        this.#stopListening(nowMs);
        break;
      case 'conversation.item.truncated':
        this.#options.send({ type: 'conversation.item.retrieve', item_id: event.item_id });
        break;
      default:
        break;
    }
  }

  /** Takes a message of the session's feed. */
  feed(event: FeedEvent): void {
    this.record.feed(event);
    if (event.type === 'agent.words') this.#turns.time(event.itemId, event.words);
    if (event.type === 'tool.started') this.#turns.toolStarted(event.callId);
    if (event.type === 'tool.settled') this.#turns.toolSettled(event.callId);
  }

  /** The server ended the session; what has arrived is still heard. */
  sessionEnded(reason: string): void {
    this.#script.sessionEnded(reason);
  }

  /** Gives up. */
  abandon(problem: string): void {
    this.#script.abandon(problem);
  }

  #speak(line: CallerLine, atMs: number | null): void {
    const clip = this.#options.clip(line.clip);
    const span =
      atMs === null
        ? this.#voice.say(clip)
        : this.#voice.sayAt(clip, ((atMs - this.#openedAtMs) * RATE) / 1000);
    this.record.spoken.push({
      text: line.text,
      voiceStartAtMs: this.#instantOf(span.startSamples),
      voiceEndAtMs: this.#instantOf(span.endSamples),
      answeredAfterMs: null,
    });
    this.#options.onLine(line);
  }

  /** When a sample of the caller's stream is spoken. */
  #instantOf(samples: number): number {
    return this.#openedAtMs + samplesToMs(samples, RATE);
  }

  #hear(event: ServerEventOf<'response.output_audio.delta'>, nowMs: number): void {
    const pcm = this.#audio.decode(event.response_id, event.delta);
    const lengthMs = samplesToMs(pcm.length, RATE);
    if (this.#cutItems.has(event.item_id)) {
      this.record.staleAudioMs += lengthMs;
      return;
    }
    const startAtMs = this.#playback.append(event.item_id, lengthMs, nowMs);
    this.recording.agent(pcm, startAtMs);
    const spoken = this.record.spoken.at(-1);
    if (spoken && spoken.answeredAfterMs === null && nowMs > spoken.voiceEndAtMs) {
      spoken.answeredAfterMs = nowMs - spoken.voiceEndAtMs;
    }
    this.#script.tick(nowMs);
  }

  /** What stock clients do at the onset of speech: stop playing and say what was heard. */
  #stopListening(nowMs: number): void {
    const stopped = this.#playback.flush(nowMs);
    if (!stopped) return;
    const { itemId, playedMs } = stopped;
    this.recording.cutAgent(nowMs);
    this.#cutItems.add(itemId);
    const spoken = this.#voice.isSpeaking ? this.record.spoken.at(-1) : undefined;
    this.record.interruptions.push({
      line: this.#script.line,
      itemId,
      playedMs,
      silencedAfterMs: spoken ? nowMs - spoken.voiceStartAtMs : null,
      transcript: null,
    });
    this.#options.send({
      type: 'conversation.item.truncate',
      item_id: itemId,
      content_index: 0,
      audio_end_ms: Math.floor(playedMs),
    });
  }
}
