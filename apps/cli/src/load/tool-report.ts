import { distributionOf, rounded, roundedDistribution } from '../percentiles.ts';
import type { Distribution } from '../percentiles.ts';
import { plainTable } from '../plain-table.ts';
import type { ToolLoad } from './bench-tools.ts';
import type { ToolTurn } from './tool-caller.ts';

/** Part of a run. */
export interface ToolPhase {
  readonly turns: readonly ToolTurn[];
  readonly measuredMs: number;
  readonly frames: number;
  readonly lateFrames: number;
  /** Of one core; null where the server was not started by the run. */
  readonly serverCpuPercent: number | null;
}

/** A run with tools that is over. */
export interface ToolResult {
  readonly tools: ToolLoad;
  readonly sessions: number;
  /** Callers that were still connected at the end. */
  readonly connected: number;
  readonly without: ToolPhase;
  readonly beside: ToolPhase;
  /** How often each error happened. */
  readonly errors: ReadonlyMap<string, number>;
}

/** Everything a program wants to know of a run, for JSON. */
export function toolJson(result: ToolResult): Record<string, unknown> {
  const phase = ({ turns, measuredMs, frames, lateFrames, serverCpuPercent }: ToolPhase) => ({
    measuredMs: Math.round(measuredMs),
    turns: turns.length,
    frames,
    lateFrames,
    serverCpuPercent: serverCpuPercent === null ? null : rounded(serverCpuPercent),
  });
  const change = overheadChange(result);
  return {
    tools: result.tools,
    sessions: result.sessions,
    connectedAtEnd: result.connected,
    without: phase(result.without),
    with: phase(result.beside),
    milliseconds: Object.fromEntries(
      rowsOf(result).map(({ key, distribution }) => [key, roundedDistribution(distribution)]),
    ),
    turnOverheadChangePercent: change && { p50: rounded(change.p50), p95: rounded(change.p95) },
    errors: Object.fromEntries(result.errors),
  };
}

/** The run as tables to read. */
export function toolTables(result: ToolResult): string {
  const { without, beside, errors } = result;
  const milliseconds = plainTable(
    ['milliseconds', 'count', 'p50', 'p95', 'p99', 'max'],
    rowsOf(result).map(({ title, distribution: { count, p50, p95, p99, max } }) => [
      title,
      `${count}`,
      ...[p50, p95, p99, max].map((value) => value.toFixed(1)),
    ]),
  );
  const change = overheadChange(result);
  const failures = [...errors].map(([error, count]) => `${count} × ${error}`);
  const facts = plainTable(
    [],
    [
      ['sessions', `${result.connected} of ${result.sessions} at the end`],
      ['turns', `${without.turns.length} without tools, ${beside.turns.length} with them`],
      [
        'turn overhead, with tools against without',
        change ? `p50 ${signed(change.p50)}, p95 ${signed(change.p95)}` : 'not measured',
      ],
      ['server CPU', `${cpu(without)} without tools, ${cpu(beside)} with them`],
      ['caller frames late', `${late(without)} without tools, ${late(beside)} with them`],
      ['errors', failures.length === 0 ? 'none' : failures.join('\n')],
    ],
  );
  return `${result.sessions} sessions, ${result.tools} tools\n${milliseconds}\n${facts}`;
}

interface Row {
  readonly key: string;
  readonly title: string;
  readonly distribution: Distribution;
}

function rowsOf({ without, beside }: ToolResult): Row[] {
  const row = (key: string, title: string, values: readonly (number | null)[]): Row[] => {
    const distribution = distributionOf(values.filter((value) => value !== null));
    return distribution ? [{ key, title, distribution }] : [];
  };
  const tools = new Map(beside.turns.flatMap(({ tool }) => (tool ? [[tool.name, tool]] : [])));
  return [
    ...row('turnOverheadWithout', 'turn overhead, no tools anywhere', overheads(without)),
    ...row('turnOverheadBeside', 'turn overhead of turns without, beside tools', overheads(beside)),
    ...row(
      'coverLate',
      'cover due → its first audio',
      beside.turns.map(({ coverLateMs }) => coverLateMs),
    ),
    ...[...tools.values()]
      .toSorted((a, b) => a.takesMs - b.takesMs)
      .flatMap(({ name, takesMs }) =>
        row(
          `${name}Adds`,
          `${name} adds to its ${takesMs} ms`,
          beside.turns.map(({ tool, addedMs }) => (tool?.name === name ? addedMs : null)),
        ),
      ),
  ];
}

/** Of turns without a tool: from the frame that ended the turn to the first audio. */
function overheads({ turns }: ToolPhase): number[] {
  return turns.filter(({ tool }) => tool === null).map(({ overheadMs }) => overheadMs);
}

/** In per cent. */
function overheadChange({ without, beside }: ToolResult): { p50: number; p95: number } | null {
  const [before, after] = [without, beside].map((phase) => distributionOf(overheads(phase)));
  if (!before || !after) return null;
  return {
    p50: 100 * (after.p50 / before.p50 - 1),
    p95: 100 * (after.p95 / before.p95 - 1),
  };
}

function signed(percent: number): string {
  return `${percent < 0 ? '' : '+'}${percent.toFixed(1)} %`;
}

function cpu({ serverCpuPercent }: ToolPhase): string {
  return serverCpuPercent === null ? 'not measured' : `${serverCpuPercent.toFixed(0)} % of a core`;
}

function late({ frames, lateFrames }: ToolPhase): string {
  return `${((100 * lateFrames) / Math.max(1, frames)).toFixed(2)} %`;
}
