/** A wait for tools, and what was said so far. */
export interface Wait {
  /** The covers of each call that is waited for, oldest first; empty where a tool has none. */
  readonly toolCovers: readonly (readonly string[])[];
  readonly agentCovers: readonly string[];
  readonly progress: readonly string[];
  /** How many tool calls the session has had: different waits begin with different lines. */
  readonly callCount: number;
  /** How many lines were said in this wait. */
  readonly spokenCount: number;
  /** The line said last, in this wait or before; `null` when there was none. */
  readonly lastLine: string | null;
}

/**
 * The next line of a wait; `null` where there is nothing to say. The first is a cover, of the first
 * call whose tool has its own, else of the agent: calls that run at the same time share it. Progress
 * lines follow, or covers where there are none. A line is not said twice in a row, unless it is the
 * only one.
 */
export function nextWaitLine(wait: Wait): string | null {
  const own = wait.toolCovers.find((covers) => covers.length > 0);
  const covers = own ?? wait.agentCovers;
  const kinds = wait.spokenCount === 0 ? [covers, wait.progress] : [wait.progress, covers];
  const lines = kinds.find((candidates) => candidates.length > 0);
  if (!lines) return null;
  const from = wait.callCount + wait.spokenCount;
  const turns = lines.map((_, offset) => lines[(from + offset) % lines.length]!);
  return turns.find((line) => !isSame(line, wait.lastLine)) ?? turns[0]!;
}

/** Whether a caller hears the same words. */
function isSame(line: string, other: string | null): boolean {
  return other !== null && heard(line) === heard(other);
}

function heard(line: string): string {
  return line
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
