import type { ToolCall, ToolDefinition } from '@antiphon/session';

/** Where the jobs of queued tools are kept in Redis: keys begin with `antiphon:tools:`. */
export const TOOL_QUEUE = { name: 'tools', prefix: 'antiphon' } as const;

/**
 * Finished jobs are kept so that adding one again, which a lost answer may need, does not run it
 * again, and so that operators can look at them; a thousand results are 64 MB at most.
 */
export const KEPT_JOBS = { age: 3_600, count: 1_000 } as const;

/** Ends of jobs that servers have not read yet; results are in them, and servers ask for what they miss. */
export const MOST_EVENTS = 1_000;

/** A call on its way to a worker. */
export interface ToolJob extends Omit<ToolCall, 'name' | 'traceparent'> {
  readonly agent: string;
  readonly tool: string;
  readonly effect: ToolDefinition['effect'];
  /** When the call is given up, whether it has begun or not: wall time, which machines share. */
  readonly expiresAtMs: number;
  /** The span it runs for as W3C header fields; empty without one. */
  readonly trace: Readonly<Record<string, string>>;
}

/** `<session>.<call>`, without the colons that BullMQ keeps for itself. */
export function jobIdOf({ sessionId, callId }: Pick<ToolCall, 'sessionId' | 'callId'>): string {
  return `${sessionId}.${callId}`.replace(/[%:]/gu, encodeURIComponent);
}

/** Why a call is given up; also how it ends when it never began. */
export type GivenUp = 'cancelled' | 'timeout';
