import { samplesToMs } from '@antiphon/audio';
import type { ServerEvent, WireClientEvent } from '@antiphon/protocol';
import { parseServerEvent } from '@antiphon/protocol';
import { FRAME_MS } from '../frame-clock.ts';
import { Playback } from '../playback.ts';
import type { BenchTool } from './bench-tools.ts';
import { COVER_AFTER_MS } from './bench-tools.ts';
import { peekAudioDelta, peekType } from './event-peek.ts';
import type { SessionCaller } from './load-run.ts';
import { SILENT_FRAME } from './utterance.ts';
import type { Utterance } from './utterance.ts';

const RATE = 8000;

/** The window of the bench agent. */
const SILENCE_FRAMES = 500 / FRAME_MS;

/** Between what was heard and the next turn. */
const QUIET_FRAMES = 700 / FRAME_MS;

/** Nothing after this long, beside the tool's time, is no answer. */
const ANSWER_LIMIT_MS = 10_000;

/** One turn that was answered. */
export interface ToolTurn {
  readonly tool: BenchTool | null;
  /**
   * From sending the frame that completes the silence window to receiving the first sign of the
   * answer: its audio, or the call of its tool.
   */
  readonly overheadMs: number;
  /** From when a cover was due to receiving its first audio; null where none was. */
  readonly coverLateMs: number | null;
  /** From receiving the call to receiving the first audio of the answer, less the tool's own time. */
  readonly addedMs: number | null;
}

/** What a {@link ToolCaller} needs. */
export interface ToolCallerOptions {
  readonly utterance: Utterance;
  readonly send: (message: Buffer | string) => void;
  readonly onTurn: (turn: ToolTurn) => void;
  readonly onFailure: (error: string) => void;
}

/** A turn that is being answered. */
interface OpenTurn {
  readonly tool: BenchTool | null;
  frames: number;
  endedAtMs: number | null;
  calledAtMs: number | null;
  coveredAtMs: number | null;
  hasResult: boolean;
}

/**
 * A caller whose turns take a tool each, or none. It does not interrupt. `frame` comes every 20 ms
 * and `message` with what was received; instants never go back.
 */
export class ToolCaller implements SessionCaller {
  readonly #options: ToolCallerOptions;
  readonly #playback = new Playback();
  /** Items of which audio was received. */
  readonly #heard = new Set<string>();
  #tool: BenchTool | null = null;
  #isChoiceSent = false;
  #pauseMs = 0;
  #beginAtMs = 0;
  #activeResponses = 0;
  #quietFrames = 0;
  #turn: OpenTurn | null = null;
  #endedTurnAtMs = 0;

  constructor(options: ToolCallerOptions) {
    this.#options = options;
  }

  /** The window is the agent's. */
  configured(): void {}

  /**
   * What the turns from the next one on take; one without a tool is followed by `pauseMs` of
   * silence, so that callers who wait for tools and callers who do not speak as often. The next one
   * does not begin before `beginAtMs`: callers who change together would begin together otherwise,
   * and stay so.
   */
  use(tool: BenchTool | null, pauseMs: number, beginAtMs = 0): void {
    this.#isChoiceSent = this.#isChoiceSent && tool === this.#tool;
    this.#tool = tool;
    this.#pauseMs = pauseMs;
    this.#beginAtMs = beginAtMs;
  }

  frame(nowMs: number): void {
    const { utterance, send } = this.#options;
    if (!this.#turn && this.#mayBegin(nowMs)) this.#begin();
    const turn = this.#turn;
    send((turn && utterance[turn.frames]) ?? SILENT_FRAME);
    if (!turn) return;
    turn.frames += 1;
    if (turn.frames === utterance.length + SILENCE_FRAMES) turn.endedAtMs = nowMs;
    const limitMs = ANSWER_LIMIT_MS + (turn.tool?.takesMs ?? 0);
    if (turn.endedAtMs === null || nowMs - turn.endedAtMs < limitMs) return;
    this.#fail('no answer within 10 s');
  }

  message(data: Buffer, nowMs: number): void {
    const type = peekType(data);
    if (type === 'response.output_audio.delta') {
      const delta = peekAudioDelta(data);
      if (!delta) return;
      if (!this.#heard.has(delta.itemId)) this.#hearFirst(delta.itemId, nowMs);
      this.#playback.append(delta.itemId, samplesToMs(delta.audioBytes, RATE), nowMs);
      return;
    }
    const event = parseServerEvent(data.toString());
    if (event.type !== 'unknown') this.#take(event, nowMs);
  }

  #take(event: ServerEvent, nowMs: number): void {
    switch (event.type) {
      case 'response.created':
        this.#activeResponses += 1;
        break;
      case 'response.done':
        this.#activeResponses -= 1;
        break;
      case 'conversation.item.added':
        if (event.item.type === 'function_call') this.#called(nowMs);
        if (event.item.type === 'function_call_output' && this.#turn) this.#turn.hasResult = true;
        break;
      case 'error':
        this.#options.onFailure(`${event.error.code}: ${event.error.message}`);
        break;
      default:
        break;
    }
  }

  #mayBegin(nowMs: number): boolean {
    const isQuiet =
      this.#activeResponses === 0 &&
      this.#playback.isDrained(nowMs) &&
      nowMs >= Math.max(this.#beginAtMs, this.#endedTurnAtMs + this.#pauseMs);
    this.#quietFrames = isQuiet ? this.#quietFrames + 1 : 0;
    return this.#quietFrames >= QUIET_FRAMES;
  }

  #begin(): void {
    this.#quietFrames = 0;
    if (!this.#isChoiceSent) this.#sendChoice();
    this.#turn = {
      tool: this.#tool,
      frames: 0,
      endedAtMs: null,
      calledAtMs: null,
      coveredAtMs: null,
      hasResult: false,
    };
  }

  #sendChoice(): void {
    this.#isChoiceSent = true;
    const update: WireClientEvent = {
      type: 'session.update',
      session: {
        type: 'realtime',
        tool_choice: this.#tool ? { type: 'function', name: this.#tool.name } : 'none',
      },
    };
    this.#options.send(JSON.stringify(update));
  }

  #called(nowMs: number): void {
    if (!this.#turn) return;
    if (!this.#turn.tool) this.#fail('a tool was called that nobody asked for');
    else this.#turn.calledAtMs ??= nowMs;
  }

  /** The first audio of an item: a cover where the call has no result yet, else the answer. */
  #hearFirst(itemId: string, nowMs: number): void {
    this.#heard.add(itemId);
    const turn = this.#turn;
    if (!turn) return;
    if (turn.calledAtMs !== null && !turn.hasResult) {
      turn.coveredAtMs ??= nowMs;
      return;
    }
    this.#answered(turn, nowMs);
  }

  #answered({ tool, endedAtMs, calledAtMs, coveredAtMs }: OpenTurn, nowMs: number): void {
    if (endedAtMs === null) {
      this.#fail('answered before the silence window was over');
      return;
    }
    if (tool && calledAtMs === null) {
      this.#fail(`${tool.name} was not called`);
      return;
    }
    if (tool && tool.takesMs > COVER_AFTER_MS && coveredAtMs === null) {
      this.#options.onFailure(`${tool.name} was not covered`);
    }
    this.#endTurn(nowMs);
    this.#options.onTurn({
      tool,
      overheadMs: (calledAtMs ?? nowMs) - endedAtMs,
      coverLateMs:
        calledAtMs === null || coveredAtMs === null
          ? null
          : coveredAtMs - calledAtMs - COVER_AFTER_MS,
      addedMs: tool && calledAtMs !== null ? nowMs - calledAtMs - tool.takesMs : null,
    });
  }

  #endTurn(nowMs: number): void {
    this.#turn = null;
    this.#endedTurnAtMs = nowMs;
  }

  #fail(error: string): void {
    this.#options.onFailure(error);
    this.#endTurn(this.#turn?.endedAtMs ?? this.#endedTurnAtMs);
  }
}
