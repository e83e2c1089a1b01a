import type { Timeline, ToolBar } from './timeline-model.ts';

/** Something on a timeline that is pointed at: a tool's call, or what happened at one instant. */
export interface TimelineMark {
  /** Its own among those of its timeline. */
  readonly key: string;
  /** Which stylesheet's class it has. */
  readonly kind: 'tool-bar' | 'tool-mark' | 'barge-in' | 'note';
  readonly atMs: number;
  /** Null where it is an instant. */
  readonly toMs: number | null;
  /** What happened. */
  readonly what: string;
  /** What its colour says: an outcome, a verdict, or what kind of note it is. */
  readonly look: string;
  /** Whose it is; null where it is no tool's. */
  readonly tool: Pick<ToolBar, 'name' | 'row' | 'rows'> | null;
}

/** All marks of a timeline, the earliest first. What is told twice of one instant is one mark. */
export function marksOf({ tools, bargeIns, notes }: Timeline): readonly TimelineMark[] {
  const marks = [
    ...tools.flatMap(marksOfTool),
    ...bargeIns.map(({ atMs, verdict }) => {
      const isCut = verdict === 'cut';
      const what = isCut ? 'the caller cut in' : 'the caller seemed to cut in: it was nothing';
      return instant({ kind: 'barge-in', atMs, what, look: verdict });
    }),
    ...notes.map(({ atMs, kind, what }) => instant({ kind: 'note', atMs, what, look: kind })),
  ];
  const byKey = new Map(marks.map((mark) => [mark.key, mark]));
  return [...byKey.values()].toSorted((a, b) => a.atMs - b.atMs);
}

function instant(told: Pick<TimelineMark, 'kind' | 'atMs' | 'what' | 'look'>): TimelineMark {
  const { kind, atMs, what } = told;
  return { ...told, key: `${kind} ${atMs} ${what}`, toMs: null, tool: null };
}

function marksOfTool(tool: ToolBar): readonly TimelineMark[] {
  const { callId, name, fromMs, toMs, outcome, marks } = tool;
  const look = outcome ?? 'open';
  const what = `${name}: ${outcome ?? 'running'}`;
  return [
    { key: callId, kind: 'tool-bar', atMs: fromMs, toMs, what, look, tool },
    ...marks.map(({ atMs, what: told }): TimelineMark => {
      const key = `${callId} ${atMs} ${told}`;
      return { key, kind: 'tool-mark', atMs, toMs: null, what: `${name}: ${told}`, look, tool };
    }),
  ];
}

/** Where a key leads from a mark; null where it leads nowhere. */
export function markAfter(
  marks: readonly TimelineMark[],
  from: string,
  key: string,
): TimelineMark | null {
  const at = marks.findIndex((mark) => mark.key === from);
  const to = {
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    Home: 0,
    End: marks.length - 1,
  }[key];
  return to === undefined ? null : (marks[to] ?? null);
}
