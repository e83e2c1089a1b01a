import type { Line } from './timeline-model.ts';

/** Lines that begin closer together stand one below the other; each has as much room at least. */
const CLOSE_MS = 400;

/** How many stand one below the other; what else begins then goes on in the last of these rows. */
export const MOST_ROWS = 3;

/** Where words are drawn: the room of one line, or of some in the last row. */
export interface WordsBox {
  readonly lines: readonly Line[];
  readonly atMs: number;
  readonly toMs: number;
  /** Where it stands among those that begin with it, from 0, of so many. */
  readonly row: number;
  readonly rows: number;
}

/** Gives lines of one speaker, in the order of time, room that no two of them share. */
export function layOutWords(lines: readonly Line[], lengthMs: number): readonly WordsBox[] {
  const stacks = stacksOf(lines);
  return stacks.flatMap((stack, index) => {
    const nextMs = stacks[index + 1]?.[0]?.atMs ?? lengthMs;
    const rows = Math.min(stack.length, MOST_ROWS);
    return Array.from({ length: rows }, (_, row): WordsBox => {
      const inRow = stack.slice(row, row + 1 === rows ? stack.length : row + 1);
      const atMs = stack[row]!.atMs;
      return { lines: inRow, atMs, toMs: Math.max(nextMs, atMs + CLOSE_MS), row, rows };
    });
  });
}

function stacksOf(lines: readonly Line[]): readonly (readonly Line[])[] {
  const stacks: Line[][] = [];
  for (const line of lines) {
    const stack = stacks.at(-1);
    if (stack && line.atMs - stack.at(-1)!.atMs < CLOSE_MS) stack.push(line);
    else stacks.push([line]);
  }
  return stacks;
}
