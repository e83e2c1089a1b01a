import { setTimeout as after } from 'node:timers/promises';
import { PLAIN_TOOL, type ToolDefinition, type ToolFunction } from '@antiphon/session';

/** The agent whose tools the trials call. */
export const TRIAL_AGENT = 'trial';

/** Longer than a trial may take: nothing is given up by itself. */
const TIMEOUT_MS = 25_000;

/** One tool of each effect, which waits, notes its effect, and waits again. */
export const TRIAL_DEFINITIONS: readonly ToolDefinition[] = (
  ['none', 'idempotent', 'at_most_once'] as const
).map((effect) => ({
  ...PLAIN_TOOL,
  name: effect,
  description: effect,
  parameters: {
    type: 'object',
    properties: { beforeMs: { type: 'number' }, afterMs: { type: 'number' } },
    required: ['beforeMs', 'afterMs'],
  },
  runs: 'server',
  run: 'queued',
  effect,
  timeoutMs: TIMEOUT_MS,
}));

/** The function of each; `note` keeps a line even when the process dies right after it. */
export function trialFunctions(note: (line: string) => void): ReadonlyMap<string, ToolFunction> {
  const run: ToolFunction = async (
    { beforeMs, afterMs }: { beforeMs: number; afterMs: number },
    { callId },
  ) => {
    note(`begin ${callId} ${Date.now()}`);
    await after(beforeMs);
    note(`effect ${callId} ${Date.now()}`);
    await after(afterMs);
    return callId;
  };
  return new Map(TRIAL_DEFINITIONS.map(({ name }) => [name, run]));
}
