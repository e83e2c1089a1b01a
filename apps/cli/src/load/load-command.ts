import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';
import { LoadCaller } from './load-caller.ts';
import type { LoadEngine } from './load-engine.ts';
import { findsTurns, isProvided, LOAD_ENGINES, loadScript } from './load-engine.ts';
import { LoadMeasurements } from './load-measurements.ts';
import { loadJson, loadTables } from './load-report.ts';
import type { LoadResult, ServerCost } from './load-report.ts';
import { LoadRun } from './load-run.ts';
import type { LocalProviders } from './local-providers.ts';
import { delaysOf } from './provider-delays.ts';
import type { DelaysName } from './provider-delays.ts';
import { addRelayWays } from './relay-ways.ts';
import type { LoadTurnDetection } from './load-run.ts';
import { measuredServer } from './measured-server.ts';
import type { ServerChoice } from './measured-server.ts';

/** What a server touches for the first time after its start is no cost of a session. */
const IDLE_MS = 2_000;

const PROGRESS_MS = 500;

/** A connection to a model is closed with its session, and gone a second later at the latest. */
const CLOSED_LIMIT_MS = 5_000;

/** The options of `antiphon load`, as they were given. */
export interface LoadCommand extends ServerChoice {
  readonly sessions: number;
  readonly engine: LoadEngine;
  /** The agent's own unless given. */
  readonly turnDetection?: LoadTurnDetection | undefined;
  /** Of a cascade's providers; none unless given. */
  readonly providerDelays?: DelaysName | undefined;
  /** Whether a cascade's recogniser is asked for final words in pauses; it is not unless given. */
  readonly finalizesPauses?: boolean | undefined;
  readonly durationSeconds: number;
  readonly voiceSet: string;
  readonly json: boolean;
}

/**
 * Drives callers against a server in a process of its own and reports; true when there were no
 * errors. Stops early, and cleans up, when the signal aborts.
 */
export async function runLoadCommand(
  command: LoadCommand,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const { agent, utteranceSets } = loadScript(command.engine, command.voiceSet);
  const { engine, sessions, providerDelays = 'none' } = command;
  requireUsable(command);
  const bench = {
    engine,
    sessions,
    recordings: 'off',
    providerDelays,
    findsTurns: command.turnDetection === 'provider',
    finalizesPauses: command.finalizesPauses,
  } as const;
  const server = await measuredServer(command, terminal, bench);
  const { providers } = server;
  const lateWord = providers?.lateWord ?? null;
  const waits = lateWord === null ? null : { lateWord, delays: delaysOf(providerDelays) };
  const measurements = new LoadMeasurements();
  const run = new LoadRun({
    server: server.url,
    key: server.key,
    agent,
    sessions: command.sessions,
    turnDetection: command.turnDetection,
    // By them a model knows the callers apart.
    ...(providers && { instructionsOf: (index) => `Caller ${index}.` }),
    callerOf: (index, send) =>
      new LoadCaller({
        utterances: utteranceSets[index % utteranceSets.length]!,
        measurements,
        send,
        number: index,
        waits,
      }),
    onFailure: (error) => measurements.fail(error),
  });
  try {
    const { usage } = server;
    if (usage()) await pause(IDLE_MS, signal);
    const idle = usage();
    await run.arrive(signal);
    await providers?.report();
    measurements.restart();
    run.wheel.resetCounts();
    const before = usage();
    const ownBefore = process.cpuUsage();
    const startAtMs = performance.now();
    let residentBytes = before?.residentBytes ?? 0;
    const look = () => {
      residentBytes = Math.max(residentBytes, usage()?.residentBytes ?? 0);
    };
    await measure({ command, run, measurements, terminal, signal, look });
    const measuredMs = performance.now() - startAtMs;
    const after = usage();
    const own = process.cpuUsage(ownBefore);
    let cost: ServerCost | null = null;
    if (idle && before && after) {
      cost = {
        cpuPercent: (100 * (after.cpuMs - before.cpuMs)) / measuredMs,
        idleResidentBytes: idle.residentBytes,
        residentBytes,
      };
    }
    const { connected } = run;
    const connectionsLeft =
      providers && (await seeThrough(providers, { run, measurements, engine }));
    const result: LoadResult = {
      engine: command.engine,
      agent,
      sessions: command.sessions,
      connected,
      measuredMs,
      measurements,
      frames: run.wheel.frames,
      lateFrames: run.wheel.lateFrames,
      driverCpuPercent: (100 * (own.user + own.system)) / 1000 / measuredMs,
      server: cost,
      providerDelays: engine === 'cascade' ? providerDelays : null,
      turnDetection: command.turnDetection ?? null,
      connectionsLeft,
    };
    if (command.json) terminal.stdout.write(`${JSON.stringify(loadJson(result), null, 2)}\n`);
    (command.json ? terminal.stderr : terminal.stdout).write(`${loadTables(result)}\n`);
    return measurements.errors.size === 0;
  } finally {
    run.stop();
    await server.stop();
  }
}

/** Throws a CliError for options that each are right and do not go together. */
function requireUsable(command: LoadCommand): void {
  const { engine, url, providerDelays, turnDetection, finalizesPauses } = command;
  if (url !== undefined && isProvided(engine)) {
    throw new CliError(
      'invalid_option',
      `--url cannot be used with --engine ${engine}, whose models are started beside the server. Leave it out.`,
    );
  }
  if (turnDetection === 'provider' && !findsTurns(engine)) {
    const able = LOAD_ENGINES.filter(findsTurns).join(' or ');
    throw new CliError(
      'invalid_option',
      `--turn-detection provider is of engines whose models find turns, and --engine is ${engine}. Use vad or semantic, or --engine ${able}.`,
    );
  }
  const ofCascade = [
    ['--provider-delays', providerDelays !== undefined],
    ['--finalizes-pauses', finalizesPauses === true],
  ] as const;
  const [name] = ofCascade.find(([, isGiven]) => isGiven) ?? [];
  if (name !== undefined && engine !== 'cascade') {
    throw new CliError(
      'invalid_option',
      `${name} is of the providers of a cascade, and --engine is ${engine}. Leave it out, or use --engine cascade.`,
    );
  }
}

interface SeenRun {
  readonly run: LoadRun;
  readonly measurements: LoadMeasurements;
  readonly engine: LoadEngine;
}

/**
 * Ends the calls and adds what the providers saw of them. Gives the connections that are left; null
 * for a cascade, whose connections are no session's.
 */
async function seeThrough(
  providers: LocalProviders,
  { run, measurements, engine }: SeenRun,
): Promise<number | null> {
  run.stop();
  const first = await providers.report();
  addRelayWays(measurements, first.turns);
  if (engine === 'cascade') return null;
  let { open } = first;
  const deadlineAtMs = performance.now() + CLOSED_LIMIT_MS;
  while (open > 0 && performance.now() < deadlineAtMs) {
    await sleep(PROGRESS_MS);
    ({ open } = await providers.report());
  }
  if (open > 0) measurements.fail(`${open} connections to the model outlived their sessions`);
  return open;
}

interface Measuring {
  readonly command: LoadCommand;
  readonly run: LoadRun;
  readonly measurements: LoadMeasurements;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Called twice a second. */
  readonly look: () => void;
}

/** Waits for the measured time with one line on a terminal that says how far it is. */
async function measure(measuring: Measuring): Promise<void> {
  const { command, run, measurements, terminal, signal, look } = measuring;
  const endAtMs = performance.now() + command.durationSeconds * 1000;
  for (;;) {
    const leftMs = endAtMs - performance.now();
    if (leftMs <= 0 || signal.aborted) break;
    if (terminal.stderr.isTTY) {
      terminal.stderr.write(
        `\r\u001b[K${(leftMs / 1000).toFixed(0)} s left, ${run.connected} callers, ` +
          `${measurements.turns} turns, ${run.wheel.lateFrames} late frames`,
      );
    }
    await pause(Math.min(PROGRESS_MS, leftMs), signal);
    look();
  }
  if (terminal.stderr.isTTY) terminal.stderr.write('\r\u001b[K');
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
