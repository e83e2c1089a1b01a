import type { AudioEncoding } from '@antiphon/audio';
import type { TranscriptRef } from '@antiphon/observability';
import type {
  AgentDefinition,
  CallerLeg,
  Clock,
  ControlChannel,
  EndReason,
  FollowUps,
  LegCapabilities,
  Recorder,
  Session,
  SessionEvent,
  TimerHandle,
  ToolRunner,
  TurnDetectors,
  VoiceEngine,
} from '@antiphon/session';
import { startSession } from '@antiphon/session';
import type { Logger } from 'pino';
import { CountedLeg } from './counted-leg.ts';
import type { AudioCounts } from './counted-leg.ts';
import { FollowUpWatch } from './follow-up-watch.ts';
import type { FollowUpWatchOptions } from './follow-up-watch.ts';
import { SessionFeed } from './session-feed.ts';
import type { SessionState } from './session-feed.ts';
import { tracedLog } from './tracing/traced-log.ts';
import type { SpanOfSession } from './tracing/traced-log.ts';
import { transcriptRefOf } from './transcript-ref.ts';

/** Long enough to open the feed of a call that has just ended, or to come back to it. */
const FEED_KEPT_MS = 5 * 60_000;

/** Feeds of ended sessions kept at once, some 100 KiB each; the oldest is forgotten first. */
const MAX_ENDED_FEEDS = 200;

/** The rooms that sessions are put together from. */
export interface SessionRooms {
  engineOf(agent: AgentDefinition): VoiceEngine;
  detectorsOf(agent: AgentDefinition): TurnDetectors;
  toolsOf(agent: AgentDefinition): ToolRunner;
}

/** What a registry needs. */
export interface SessionRegistryOptions {
  readonly rooms: SessionRooms;
  readonly recorder: Recorder | null;
  /** What counts the tool calls of a session of this agent. */
  readonly metricsOf: (agent: AgentDefinition) => ControlChannel;
  /** Who else listens to a session that begins. */
  readonly listenersOf?: (session: NewSession) => readonly ControlChannel[];
  /** The span that the log refers to for a session. */
  readonly spanOf?: SpanOfSession;
  /** A session has ended and holds nothing any more. */
  readonly onEnded?: (sessionId: string) => Promise<void>;
  /** Sends answers by e-mail; without it none is offered. */
  readonly followUps?: FollowUps | null;
  readonly clock: Clock;
  /** Where the audio of all sessions is counted. */
  readonly audio?: AudioCounts;
  /** Told how late the pacing of agent audio woke up. */
  readonly onPaced?: (lateMs: number) => void;
  readonly log: Logger;
  readonly maxSessions: number;
  /** After which a session expires. */
  readonly maxSessionMs: number;
}

/** A door's wish for a session. */
export interface SessionRequest {
  readonly sessionId: string;
  /** Whose it is; nobody's unless given. */
  readonly tenant?: string | null;
  readonly agent: AgentDefinition;
  readonly leg: CallerLeg;
  readonly channel: ControlChannel;
  /** The span that the client works for, as the header field `traceparent` (W3C) has it. */
  readonly traceparent?: () => string | null;
  /** How long its connection took to answer the last ping; null where it did not yet. */
  readonly rttMs?: () => number | null;
}

/** A session that begins. */
export interface NewSession {
  readonly sessionId: string;
  readonly tenant: string | null;
  readonly agent: AgentDefinition;
  readonly startedAtMs: number;
  /** Milliseconds of audio that were sent to the caller so far. */
  readonly sentMs: () => number;
  /** The span that its client works for now, unchecked; null where it names none. */
  readonly traceparent: () => string | null;
  readonly rttMs?: () => number | null;
  /** In which format the caller's audio comes by now. */
  readonly codec?: () => AudioEncoding | null;
  /** Who knows what the caller has heard. */
  readonly playedPosition?: LegCapabilities['playedPosition'];
}

/** A live session as lists show it. */
export interface LiveSession {
  readonly id: string;
  readonly tenant: string | null;
  readonly agent: string;
  readonly state: SessionState;
  readonly startedAtMs: number;
}

interface Entry {
  readonly tenant: string | null;
  readonly agent: string;
  readonly startedAtMs: number;
  readonly feed: SessionFeed;
  readonly session: Session;
}

/** Starts the sessions of this process and knows those that live and those that ended lately. */
export class SessionRegistry {
  readonly #options: SessionRegistryOptions;
  readonly #audio: AudioCounts;
  #isDraining = false;
  readonly #live = new Map<string, Entry>();
  /** Sessions that have ended, while what is kept of them is completed. */
  readonly #finishing = new Map<string, Promise<void>>();
  readonly #ended = new Map<string, { feed: SessionFeed; timer: TimerHandle }>();

  constructor(options: SessionRegistryOptions) {
    this.#options = options;
    this.#audio = options.audio ?? { in: 0, out: 0, late: 0 };
  }

  /** Whether as many sessions live as may. */
  get isFull(): boolean {
    return this.#live.size >= this.#options.maxSessions;
  }

  /** Throws what an engine or detector throws that takes no more sessions. */
  start(request: SessionRequest): Session {
    const { sessionId, tenant = null, agent, leg, channel } = request;
    const { traceparent = () => null, rttMs = () => null } = request;
    const { rooms, recorder, followUps = null, metricsOf, clock, maxSessionMs } = this.#options;
    const { spanOf = () => null, onPaced } = this.#options;
    const log = tracedLog(this.#options.log, spanOf, { sessionId, agent: agent.name });
    const startedAtMs = clock.now();
    const feed = new SessionFeed(this.transcriptRef(sessionId));
    const counted = new CountedLeg(leg, this.#audio, clock);
    const sentMs = () => counted.sentMs;
    const { playedPosition } = leg.capabilities;
    const begins = {
      sessionId,
      tenant,
      agent,
      startedAtMs,
      traceparent,
      rttMs,
      codec: () => leg.codec ?? null,
      playedPosition,
      sentMs,
    };
    const listeners = this.#options.listenersOf?.(begins) ?? [];
    // What they add to the feed comes before its end.
    const channels = [channel, ...listeners, feed, logChannel(log), metricsOf(agent)];
    if (followUps) {
      const onState: FollowUpWatchOptions['onState'] = (callId, tool, state) =>
        feed.tell({ type: 'followUp', callId, tool, state }, clock.now());
      channels.push(new FollowUpWatch({ sessionId, followUps, clock, onState }));
    }
    const session = startSession({
      sessionId,
      tenant,
      agent,
      leg: counted,
      channels,
      engine: rooms.engineOf(agent),
      detectors: rooms.detectorsOf(agent),
      tools: rooms.toolsOf(agent),
      followUps,
      recorder,
      clock,
      maxSessionMs,
      ...(onPaced && { onPaced }),
    });
    this.#live.set(sessionId, { tenant, agent: agent.name, startedAtMs, feed, session });
    log.info('session started');
    void session.ended.then((reason) => {
      this.#live.delete(sessionId);
      this.#keepFeed(feed);
      this.#finish(sessionId);
      log.info({ reason, durationMs: Math.round(clock.now() - startedAtMs) }, 'session ended');
    });
    return session;
  }

  /** Where a session can be read and heard once it has ended. */
  transcriptRef(sessionId: string): TranscriptRef {
    return transcriptRefOf(sessionId, { isKept: this.#options.recorder !== null });
  }

  /** The live sessions, oldest first. */
  list(): LiveSession[] {
    return [...this.#live].map(([id, { tenant, agent, startedAtMs, feed }]) => ({
      id,
      tenant,
      agent,
      state: feed.state,
      startedAtMs,
    }));
  }

  /** Whether a session lives, or what is kept of it is not complete yet. */
  isLive(sessionId: string): boolean {
    return this.#live.has(sessionId) || this.#finishing.has(sessionId);
  }

  /** Sessions that hold something still while all are ended; none before. */
  get remaining(): number {
    return this.#isDraining ? this.#live.size + this.#finishing.size : 0;
  }

  /** The feed of a session that lives or ended lately. */
  feed(sessionId: string): SessionFeed | null {
    return this.#live.get(sessionId)?.feed ?? this.#ended.get(sessionId)?.feed ?? null;
  }

  /** Ends every session; resolves when none holds anything any more. */
  async endAll(reason: EndReason): Promise<void> {
    this.#isDraining = true;
    const sessions = [...this.#live.values()].map(({ session }) => session);
    for (const session of sessions) session.control.end(reason);
    await Promise.all(sessions.map(({ ended }) => ended));
    await Promise.all(this.#finishing.values());
  }

  /** Forgets the feeds of ended sessions. */
  close(): void {
    for (const { timer } of this.#ended.values()) this.#options.clock.clearTimeout(timer);
    this.#ended.clear();
  }

  #finish(sessionId: string): void {
    const finishing = this.#options.onEnded?.(sessionId);
    if (!finishing) return;
    this.#finishing.set(sessionId, finishing);
    void finishing.finally(() => this.#finishing.delete(sessionId));
  }

  #keepFeed(feed: SessionFeed): void {
    const { clock } = this.#options;
    const { sessionId } = feed;
    const timer = clock.setTimeout(() => this.#ended.delete(sessionId), FEED_KEPT_MS);
    this.#ended.set(sessionId, { feed, timer });
    const [oldest] = this.#ended;
    if (this.#ended.size <= MAX_ENDED_FEEDS || oldest === undefined) return;
    clock.clearTimeout(oldest[1].timer);
    this.#ended.delete(oldest[0]);
  }
}

/** Logs what goes wrong in a session; names and codes only, nothing that anyone said. */
function logChannel(log: Logger): ControlChannel {
  return {
    attach: () => {},
    notify: (event: SessionEvent) => {
      if (event.type === 'engine.failed') log.warn({ code: event.code }, 'engine failed');
      if (event.type === 'audio.formatDoubted') {
        const { declared, looksLike } = event;
        log.warn({ declared, looksLike }, 'caller audio is not in its declared format');
      }
      if (event.type === 'invariant.violated') {
        log.error({ invariant: event.name }, 'invariant violated');
      }
    },
  };
}
