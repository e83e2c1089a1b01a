import type { FeedEvent, TurnReport } from '@antiphon/observability';
import type { ServerEvent } from '@antiphon/protocol';
import { followUpTold } from './follow-up-told.ts';
import type { FollowUpTold } from './follow-up-told.ts';
import type { ScriptEnd } from './script.ts';

/** A tool call as the feed told it. */
export interface ToolCallRecord {
  readonly callId: string;
  readonly name: string;
  /** JSON text; `null` when it was settled without being run. */
  readonly arguments: string | null;
  outcome: string | null;
  output: string | null;
  durationMs: number | null;
}

/** One line of the caller as it was sent. Instants are milliseconds since the call began. */
export interface SpokenLine {
  readonly text: string;
  readonly voiceStartAtMs: number;
  readonly voiceEndAtMs: number;
  /** From the end of the voice to the first audio of the answer, at the caller. */
  answeredAfterMs: number | null;
}

/** An interruption as the caller had it. */
export interface InterruptionRecord {
  /** The line of the scenario that was being played, from 1. */
  readonly line: number;
  readonly itemId: string;
  /** What the caller says it heard of the item. */
  readonly playedMs: number;
  /** From the beginning of the caller's voice to the agent's silence; null when nobody spoke. */
  readonly silencedAfterMs: number | null;
  /** The server's own record of the item, as `conversation.item.retrieve` gave it afterwards. */
  transcript: string | null;
}

/** Everything that was seen of a call from outside, as it came. */
export class CallRecord {
  readonly tools: ToolCallRecord[] = [];
  /** States of the turn region in the order they were entered, dotted paths. */
  readonly turnStates: string[] = [];
  readonly reports: TurnReport[] = [];
  readonly spoken: SpokenLine[] = [];
  readonly interruptions: InterruptionRecord[] = [];
  /** What was told of e-mails, in order. */
  readonly followUps: FollowUpTold[] = [];
  /** Errors on the wire and faults of the feed. */
  readonly errors: string[] = [];
  /** What the agent says, turn by turn. */
  agentTurns: readonly string[] = [];
  /** JSON text of the transfer's details. */
  handoff: string | null = null;
  endReason: string | null = null;
  /** Audio of an interrupted item that came after its interruption. */
  staleAudioMs = 0;
  lateFrames = 0;
  script: ScriptEnd | null = null;

  wire(event: ServerEvent): void {
    if (event.type === 'error') {
      this.errors.push(`${event.error.code ?? event.error.type}: ${event.error.message}`);
    }
    if (event.type === 'conversation.item.retrieved') {
      const { item } = event;
      const part = item.type === 'message' ? item.content[0] : undefined;
      const transcript = part?.type === 'output_audio' ? part.transcript : null;
      for (const cut of this.interruptions) {
        if (cut.itemId === item.id) cut.transcript = transcript ?? '';
      }
    }
  }

  feed(event: FeedEvent): void {
    const followUp = followUpTold(event);
    if (followUp) this.followUps.push(followUp);
    switch (event.type) {
      case 'state':
        if (event.region === 'turn') this.turnStates.push(event.to);
        break;
      case 'tool.started': {
        const { callId, name } = event;
        this.tools.push({
          callId,
          name,
          arguments: event.arguments,
          outcome: null,
          output: null,
          durationMs: null,
        });
        break;
      }
      case 'tool.settled': {
        const call = this.tools.find(({ callId }) => callId === event.callId);
        const { callId, name, outcome, output, durationMs } = event;
        if (call) Object.assign(call, { outcome, output, durationMs });
        else this.tools.push({ callId, name, arguments: null, outcome, output, durationMs });
        break;
      }
      case 'turn':
        this.reports.push(event.report);
        break;
      case 'handoff':
        this.handoff = event.details;
        break;
      case 'session.ended':
        this.endReason = event.reason;
        break;
      case 'fault':
        this.errors.push(`${event.code}: ${event.message}`);
        break;
      default:
        break;
    }
  }
}
