/** A tool of the bench agent. */
export interface BenchTool {
  readonly name: string;
  /** What it takes by itself. */
  readonly takesMs: number;
}

/** When the bench agent's calls are covered. */
export const COVER_AFTER_MS = 500;

const INSTANT: BenchTool = { name: 'instant', takesMs: 0 };
const SHORT_WAIT: BenchTool = { name: 'short_wait', takesMs: 1_200 };
const LONG_WAIT: BenchTool = { name: 'long_wait', takesMs: 5_000 };

/** Which tools callers' turns take: all kinds, or mostly the one of 5 s. */
export const TOOL_LOADS = ['mixed', 'slow'] as const;

/** An entry of {@link TOOL_LOADS}. */
export type ToolLoad = (typeof TOOL_LOADS)[number];

/** Callers take turns with these; those with none show what the others' tools do to them. */
const SHARES: Readonly<Record<ToolLoad, readonly (BenchTool | null)[]>> = {
  mixed: [null, INSTANT, SHORT_WAIT, LONG_WAIT],
  slow: [LONG_WAIT, LONG_WAIT, null, LONG_WAIT, LONG_WAIT],
};

/** The tool that a caller's turns take, if any. */
export function benchToolOf(load: ToolLoad, caller: number): BenchTool | null {
  const shares = SHARES[load];
  return shares[caller % shares.length] ?? null;
}
