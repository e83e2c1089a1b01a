import { z } from 'zod';
import type { FeedEvent } from './session-feed.ts';
import type { Hop } from './turn-report.ts';

/** A session as tables show it. Instants are milliseconds since the Unix epoch. */
export interface SessionRow {
  readonly id: string;
  /** Whose it is; null where it is no tenant's. */
  readonly tenant: string | null;
  readonly agent: string;
  /** Kind of the leg, such as `realtime`. */
  readonly leg: string;
  readonly pipeline: string;
  /** How the regions of the machine stand, as dotted paths. */
  readonly state: { readonly caller: string; readonly turn: string; readonly agentAudio: string };
  readonly startedAtMs: number;
  /** Null while it lives. */
  readonly endedAtMs: number | null;
  readonly endReason: string | null;
  /** Turns of the agent so far. */
  readonly turns: number;
  readonly lastTurn: {
    readonly turn: number;
    readonly voiceToVoiceMs: number | null;
    readonly postEndpointMs: number;
    /** What it may take by the budgets of its agent. */
    readonly budgetMs: number;
  } | null;
  /** Names of the tools that are waited for. */
  readonly openTools: readonly string[];
  readonly bargeIns: number;
  readonly hasRecording: boolean;
  /** What is wrong with the recording, in words; null where nothing is. */
  readonly recordingFault: string | null;
}

/** What a console asks over `/console/feed`, JSON text. */
export const consoleRequestSchema = z.discriminatedUnion('type', [
  /** The table: everything once, then what changes, at most every 250 ms. */
  z.object({ type: z.literal('watch.sessions') }),
  z.object({ type: z.literal('unwatch.sessions') }),
  /** One session's feed after the event `after`; without it from the oldest event kept. */
  z.object({
    type: z.literal('watch.session'),
    sessionId: z.string().max(80),
    after: z.number().int().min(0).optional(),
  }),
  z.object({ type: z.literal('unwatch.session'), sessionId: z.string().max(80) }),
]);

/** What a console asks. */
export type ConsoleRequest = z.infer<typeof consoleRequestSchema>;

/** What a console is told over `/console/feed`, JSON text. */
export type ConsoleMessage =
  | {
      readonly type: 'sessions';
      /** The rows are all there are; otherwise they replace or join those known. */
      readonly isWhole: boolean;
      readonly rows: readonly SessionRow[];
      /** Ids that are forgotten. */
      readonly gone: readonly string[];
    }
  | { readonly type: 'session'; readonly event: FeedEvent }
  /** Events between were forgotten, or not sent to a client too slow for them: load the session anew. */
  | { readonly type: 'session.gap'; readonly sessionId: string }
  | { readonly type: 'session.ended'; readonly sessionId: string }
  | {
      readonly type: 'error';
      readonly code: 'bad_request' | 'no_such_session' | 'too_many';
      readonly message: string;
      readonly sessionId: string | null;
    };

/** A state of a machine, as `GET /console/chart` tells it. */
export interface ChartState {
  /** Dotted path below the machine's root; the root's is empty. */
  readonly path: string;
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly description: string | null;
  /** Key of the state it begins in; null unless compound. */
  readonly initial: string | null;
  readonly entry: readonly string[];
  readonly states: readonly ChartState[];
}

/** A transition of a machine. */
export interface ChartTransition {
  readonly from: string;
  /** Paths; none where only actions run. */
  readonly to: readonly string[];
  /** Type of the fact; null for one taken as soon as its guard holds. */
  readonly on: string | null;
  /** The delay, where it is taken after some time. */
  readonly after: string | null;
  readonly guard: string | null;
  readonly actions: readonly string[];
  readonly description: string | null;
}

/** A machine as drawn. */
export interface Chart {
  readonly id: string;
  readonly version: string;
  readonly root: ChartState;
  readonly transitions: readonly ChartTransition[];
}

/** `GET /console/chart`. */
export interface Charts {
  readonly session: Chart;
  readonly toolCall: Chart;
}

/** The machine after one step of a replay. */
export interface ReplayStep {
  readonly atMs: number;
  /** Type of the fact that was heard, `timer` for one of its delays. */
  readonly cause: string;
  /** Active states of the session's machine, leaves only, as dotted paths. */
  readonly states: readonly string[];
  /** Active states of the machine of each pending call, by call id. */
  readonly calls: Readonly<Record<string, readonly string[]>>;
  /** The machine's context, JSON. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** `GET /console/sessions/{id}/replay`: the shipped machine stepped through what was recorded. */
export interface Replay {
  /** The machine that was recorded; null when the recording does not say. */
  readonly recordedVersion: string | null;
  readonly shippedVersion: string;
  readonly steps: readonly ReplayStep[];
  /** Where the shipped machine goes another way than the recorded one; null when nowhere. */
  readonly disagreement: {
    readonly atMs: number;
    readonly recorded: string;
    readonly replayed: string;
  } | null;
  /** Why nothing could be replayed; then there are no steps. */
  readonly problem: string | null;
}

/** `GET /console/sessions/{id}`. */
export interface SessionDetail {
  readonly row: SessionRow;
  /** As the feed told them, the oldest kept first. */
  readonly events: readonly FeedEvent[];
  /** Events before the first of these are forgotten. */
  readonly isPartial: boolean;
  /** Length of the recording; null when there is none, or not yet. */
  readonly recordingMs: number | null;
}

/** `GET /console/sessions/{id}/waveform?points=N`: loudest sample of each slice, 0 to 1. */
export interface Waveform {
  readonly msPerPoint: number;
  readonly caller: readonly number[];
  readonly agent: readonly number[];
}

/** `GET /console/settings`. */
export interface ConsoleSettings {
  /** The address of a trace in a viewer, with `{traceId}` in its place; null where there is none. */
  readonly traceUrl: string | null;
}

/** `GET /console/fleet`: what the turns of the last hour tell. */
export interface Fleet {
  /** Since the server started or an hour ago. */
  readonly sinceMs: number;
  readonly turns: number;
  /** Milliseconds over all those turns, by hop and whole. */
  readonly hops: Readonly<Record<Hop | 'voiceToVoice' | 'postEndpoint', Spread | null>>;
  /** The same minute by minute, oldest first; minutes without turns are left out. */
  readonly minutes: readonly {
    readonly atMs: number;
    readonly turns: number;
    readonly hops: Readonly<Record<Hop | 'voiceToVoice' | 'postEndpoint', Spread | null>>;
  }[];
  /** What a hop may take, and a turn that waits for nothing: the most that an agent of these allows. */
  readonly budgetsMs: Readonly<Record<Hop | 'voiceToVoice', number>>;
  readonly slowest: readonly {
    readonly sessionId: string;
    readonly agent: string;
    readonly turn: number;
    readonly atMs: number;
    readonly voiceToVoiceMs: number;
    /** What it may take by the budgets of its agent. */
    readonly budgetMs: number;
    readonly traceId: string | null;
  }[];
  readonly tools: readonly {
    readonly agent: string;
    readonly tool: string;
    readonly calls: number;
    readonly failed: number;
    readonly overdue: number;
    readonly byEmail: number;
    /** Callers handed to a person because of it. */
    readonly handedOff: number;
  }[];
  /** Callers handed to a person, by why: `asked`, or what went wrong with a tool. */
  readonly handOffs: readonly { readonly reason: string; readonly count: number }[];
  readonly bargeIns: { readonly cut: number; readonly falseAlarm: number };
  /** The servers that hold sessions: this one first, then those that share its Redis. */
  readonly workers: readonly {
    /** Host and process. */
    readonly name: string;
    /** Those that whoever asks may see. */
    readonly sessions: number;
    readonly max: number;
  }[];
  /** Where queued tools run. */
  readonly queue: QueueStanding;
}

/**
 * The queue of tools: there is `none`, because no Redis is configured; Redis is `away`; or it is
 * `there`, with so many workers and jobs that wait for one, null where Redis does not say.
 */
export type QueueStanding =
  | { readonly state: 'none' }
  | { readonly state: 'away' }
  | { readonly state: 'there'; readonly workers: number | null; readonly waiting: number };

/** Percentiles, in milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
}
