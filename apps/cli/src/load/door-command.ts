import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from '../terminal.ts';
import { doorJson, doorTables } from './door-report.ts';
import { DoorRun } from './door-run.ts';
import { EVENT_PAIRS } from './event-pairs.ts';
import { LOAD_AGENTS } from './load-engine.ts';
import type { LoadEngine } from './load-engine.ts';
import { measuredServer } from './measured-server.ts';
import type { ServerChoice } from './measured-server.ts';
import { timePairs } from './pair-timing.ts';

/** Doors that callers come in by. */
export const DOORS = ['realtime'] as const;

/** About 100,000 pairs. */
const TIMING = { warmUpRounds: 3_000, rounds: 1_000, breathe: () => nextTurn() };

const BURSTS = 5;

/** A server that has just started compiles and loads a while longer. */
const IDLE_MS = 2_000;

/** Sessions at once: those of a burst and those that have not ended yet. */
const ROOM = 2_000;

/** The options of `antiphon load` without sessions, as they were given. */
export interface DoorCommand extends ServerChoice {
  readonly door: (typeof DOORS)[number];
  readonly engine: LoadEngine;
  readonly connectionsPerSecond: number;
  readonly durationSeconds: number;
  readonly json: boolean;
}

/**
 * Measures a door: what it takes to read and write events, in this process, and to connect, against
 * a server in a process of its own. True when there were no errors. Stops early, and cleans up,
 * when the signal aborts.
 */
export async function runDoorCommand(
  command: DoorCommand,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const { door, engine, connectionsPerSecond, durationSeconds } = command;
  const say = (text: string) => {
    if (terminal.stderr.isTTY) terminal.stderr.write(`\r\u001b[K${text}`);
  };
  say('timing events');
  const pairs = await timePairs(EVENT_PAIRS, TIMING);
  say('starting the server');
  const bench = { engine, sessions: ROOM, recordings: 'on' } as const;
  const server = await measuredServer(command, terminal, bench);
  const agent = LOAD_AGENTS[engine];
  try {
    const run = new DoorRun({ server: server.url, key: server.key, agent, connectionsPerSecond });
    try {
      await run.start();
      await sleep(IDLE_MS, undefined, { signal }).catch(() => {});
      say(`connecting for ${durationSeconds} s`);
      const before = server.usage();
      const ownBefore = process.cpuUsage();
      const startAtMs = performance.now();
      await run.steady(durationSeconds * 1000, signal);
      const steadyMs = performance.now() - startAtMs;
      const after = server.usage();
      const own = process.cpuUsage(ownBefore);
      say('connecting in bursts');
      await run.bursts(BURSTS, signal);
      say('');
      const result = {
        door,
        agent,
        connectionsPerSecond,
        steadyMs,
        pairs,
        measurements: run.measurements,
        driverCpuPercent: (100 * (own.user + own.system)) / 1000 / steadyMs,
        serverCpuPercent: before && after && (100 * (after.cpuMs - before.cpuMs)) / steadyMs,
      };
      if (command.json) terminal.stdout.write(`${JSON.stringify(doorJson(result), null, 2)}\n`);
      (command.json ? terminal.stderr : terminal.stdout).write(`${doorTables(result)}\n`);
      return run.measurements.errors.size === 0;
    } finally {
      run.stop();
    }
  } finally {
    say('');
    await server.stop();
  }
}
