import type { InspectionEvent } from 'xstate';
import type { JudgeTimings } from './barge-in-judge.ts';
import type { AgentDefinition } from './ports/agent-definition.ts';
import type { CallerLeg } from './ports/caller-leg.ts';
import type { Clock } from './ports/clock.ts';
import type { ControlChannel, SessionControl } from './ports/control-channel.ts';
import type { FollowUps } from './ports/follow-ups.ts';
import type { Recorder } from './ports/recorder.ts';
import type { EndReason } from './ports/session-event.ts';
import type { SessionLog } from './ports/session-log.ts';
import type { ToolRunner } from './ports/tool-runner.ts';
import type { TurnDetectors } from './ports/turn-detector.ts';
import type { VoiceEngine } from './ports/voice-engine.ts';
import type { SessionTimings } from './session.context.ts';

/** The rooms a session is put together from. */
export interface SessionOptions {
  readonly sessionId: string;
  /** Whose session it is, for the record; nobody's unless given. */
  readonly tenant?: string | null;
  readonly agent: AgentDefinition;
  readonly leg: CallerLeg;
  /** Told of everything, in this order. */
  readonly channels: readonly ControlChannel[];
  readonly engine: VoiceEngine;
  readonly detectors: TurnDetectors;
  readonly tools: ToolRunner;
  /** Sends answers by e-mail; without it none is offered. */
  readonly followUps?: FollowUps | null;
  /** The caller's e-mail address, where it is known before the call. */
  readonly contactEmail?: string | null;
  readonly clock: Clock;
  readonly recorder?: Recorder | null;
  readonly log?: SessionLog | null;
  readonly timings?: Partial<SessionTimings & JudgeTimings>;
  /** The longest session; 60 minutes, as the Realtime protocol has it, unless said. */
  readonly maxSessionMs?: number;
  /** Told how late the pacing of agent audio woke up, up to ten times a second; must not throw. */
  readonly onPaced?: (lateMs: number) => void;
  /** Told of each microstep of the session's machine, for those who measure or draw it. */
  readonly onStep?: (step: MachineStep) => void;
}

/** One microstep of a session's machine, or of that of one of its tool calls. */
export type MachineStep = Extract<InspectionEvent, { type: '@xstate.microstep' }>;

/** A running session. */
export interface Session {
  readonly control: SessionControl;
  /** Resolves when the session has ended and holds nothing any more. */
  readonly ended: Promise<EndReason>;
}
