import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from '../terminal.ts';
import { benchToolOf } from './bench-tools.ts';
import type { ToolLoad } from './bench-tools.ts';
import { STUB_AGENT } from './load-engine.ts';
import { LoadRun } from './load-run.ts';
import { measuredServer } from './measured-server.ts';
import type { ServerChoice } from './measured-server.ts';
import { ToolCaller } from './tool-caller.ts';
import type { ToolTurn } from './tool-caller.ts';
import { toolJson, toolTables } from './tool-report.ts';
import type { ToolPhase } from './tool-report.ts';
import { burstUtterance } from './utterance.ts';

/** A server that has just started compiles a while longer. */
const WARM_UP_MS = 2_000;

/** As long as a turn with the slowest tool takes, from its first word to the next one's. */
const TURN_MS = 9_300;

/** What the lines of a wait add to it: they are spoken to their end. */
const SPOKEN_IN_WAIT_MS = 2_000;

/** The options of `antiphon load --tools`, as they were given. */
export interface ToolCommand extends ServerChoice {
  readonly tools: ToolLoad;
  readonly sessions: number;
  readonly durationSeconds: number;
  readonly json: boolean;
}

/**
 * Measures what tools cost: the same callers first without tools, speaking as often as they will
 * with them, then with them. True when there were no errors. Stops early, and cleans up, when the
 * signal aborts.
 */
export async function runToolCommand(
  command: ToolCommand,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const { tools, sessions, durationSeconds } = command;
  const say = (text: string) => {
    if (terminal.stderr.isTTY) terminal.stderr.write(`\r\u001b[K${text}`);
  };
  const bench = { engine: 'stub', sessions, recordings: 'off' } as const;
  const server = await measuredServer(command, terminal, bench);
  const errors = new Map<string, number>();
  const onFailure = (error: string) => errors.set(error, (errors.get(error) ?? 0) + 1);
  let turns: ToolTurn[] = [];
  const callers: ToolCaller[] = [];
  const utterance = burstUtterance();
  const run = new LoadRun({
    server: server.url,
    key: server.key,
    agent: STUB_AGENT,
    sessions,
    turnMs: TURN_MS,
    onFailure,
    callerOf: (index, send) => {
      const onTurn = (turn: ToolTurn) => turns.push(turn);
      const caller = new ToolCaller({ utterance, send, onTurn, onFailure });
      callers[index] = caller;
      return caller;
    },
  });
  const pause = async (ms: number) => {
    await sleep(ms, undefined, { signal }).catch(() => {});
  };
  const measure = async (withTools: boolean): Promise<ToolPhase> => {
    const changeAtMs = performance.now();
    callers.forEach((caller, index) => {
      const tool = benchToolOf(tools, index);
      const pauseMs = tool && !withTools ? tool.takesMs + SPOKEN_IN_WAIT_MS : 0;
      // Spread evenly over a turn, as callers are who know nothing of each other.
      const beginAtMs = changeAtMs + (index * TURN_MS) / sessions;
      caller.use(withTools ? tool : null, pauseMs, beginAtMs);
    });
    await pause(TURN_MS + WARM_UP_MS);
    turns = [];
    run.wheel.resetCounts();
    const before = server.usage();
    const startAtMs = performance.now();
    await pause(durationSeconds * 1000);
    const measuredMs = performance.now() - startAtMs;
    const after = server.usage();
    const { frames, lateFrames } = run.wheel;
    const serverCpuPercent = before && after && (100 * (after.cpuMs - before.cpuMs)) / measuredMs;
    return { turns, measuredMs, frames, lateFrames, serverCpuPercent };
  };
  try {
    say('callers arrive');
    await run.arrive(signal);
    say(`${durationSeconds} s without tools`);
    const without = await measure(false);
    say(`${durationSeconds} s with tools`);
    const beside = await measure(true);
    say('');
    const result = { tools, sessions, connected: run.connected, without, beside, errors };
    if (command.json) terminal.stdout.write(`${JSON.stringify(toolJson(result), null, 2)}\n`);
    (command.json ? terminal.stderr : terminal.stdout).write(`${toolTables(result)}\n`);
    return errors.size === 0;
  } finally {
    say('');
    run.stop();
    await server.stop();
  }
}
