import { describe, expect, it } from 'vitest';
import type { BenchTool } from './bench-tools.ts';
import type { ToolTurn } from './tool-caller.ts';
import { toolJson, toolTables } from './tool-report.ts';
import type { ToolPhase, ToolResult } from './tool-report.ts';

const WAIT: BenchTool = { name: 'short_wait', takesMs: 1_200 };

function plain(overheadMs: number): ToolTurn {
  return { tool: null, overheadMs, coverLateMs: null, addedMs: null };
}

function phase(turns: readonly ToolTurn[]): ToolPhase {
  return { turns, measuredMs: 30_000, frames: 1_000, lateFrames: 1, serverCpuPercent: 12.4 };
}

function result(change: Partial<ToolResult> = {}): ToolResult {
  const covered: ToolTurn = { tool: WAIT, overheadMs: 3, coverLateMs: 7.5, addedMs: 2.25 };
  return {
    tools: 'mixed',
    sessions: 4,
    connected: 4,
    without: phase([plain(4), plain(10)]),
    beside: phase([plain(5), plain(9), covered]),
    errors: new Map(),
    ...change,
  };
}

describe('the report of a load with tools', () => {
  it('shows covers, what tools add and what they do to the turns of others', () => {
    const text = toolTables(result());
    expect(text).toMatch(/cover due → its first audio +│ +1 │ +7\.5 /u);
    expect(text).toMatch(/short_wait adds to its 1200 ms +│ +1 │ +2\.3 /u);
    expect(text).toMatch(/with tools against without +│ p50 \+25\.0 %, p95 -10\.0 %/u);
    expect(text).toMatch(/errors +│ none/u);
  });

  it('is complete for programs', () => {
    const errors = new Map([['short_wait was not covered', 2]]);
    expect(JSON.parse(JSON.stringify(toolJson(result({ errors }))))).toMatchObject({
      sessions: 4,
      without: { turns: 2, serverCpuPercent: 12.4 },
      with: { turns: 3, lateFrames: 1 },
      milliseconds: {
        turnOverheadWithout: { count: 2, p50: 4 },
        turnOverheadBeside: { count: 2, p50: 5 },
        coverLate: { count: 1, p50: 7.5 },
        short_waitAdds: { count: 1, p50: 2.25 },
      },
      turnOverheadChangePercent: { p50: 25, p95: -10 },
      errors: { 'short_wait was not covered': 2 },
    });
  });

  it('makes up no change where nothing was measured', () => {
    const { turnOverheadChangePercent } = toolJson(result({ without: phase([]) }));
    expect(turnOverheadChangePercent).toBeNull();
    expect(toolTables(result({ without: phase([]) }))).toMatch(/without +│ not measured/u);
  });
});
