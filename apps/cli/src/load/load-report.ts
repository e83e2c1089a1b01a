import { distributionOf, rounded, roundedDistribution } from '../percentiles.ts';
import type { Distribution } from '../percentiles.ts';
import { plainTable } from '../plain-table.ts';
import type { LoadEngine } from './load-engine.ts';
import type { LoadMeasurements, Measure } from './load-measurements.ts';
import { MEASURES } from './load-measurements.ts';
import type { LoadTurnDetection } from './load-run.ts';
import type { DelaysName } from './provider-delays.ts';

const TITLES: Readonly<Record<Measure, string>> = {
  turnOverhead: 'turn overhead',
  postEndpoint: 'post-endpoint',
  voiceToVoice: 'voice to voice',
  madeReady: 'post-endpoint, made ready',
  notMadeReady: 'post-endpoint, not made ready',
  overProviders: 'turn overhead over the providers’ delays',
  relayUp: 'relay: end of turn → at the model',
  relayBetween: 'relay: transcript → asked to answer',
  relayDown: 'relay: first audio → at the caller',
  bargeInDetected: 'barge-in: onset → speech_started',
  bargeInSilenced: 'barge-in: onset → agent silent',
  bargeInStopped: 'barge-in: speech_started → last agent audio',
  bargeInCancelled: 'barge-in: speech_started → response.done',
};

/** What the server used, where it could be read. */
export interface ServerCost {
  /** Of one core, in per cent, over the measured time. */
  readonly cpuPercent: number;
  /** Before the first caller. */
  readonly idleResidentBytes: number;
  /** The most that was seen over the measured time. */
  readonly residentBytes: number;
}

/** A run that is over. */
export interface LoadResult {
  readonly engine: LoadEngine;
  readonly agent: string;
  readonly sessions: number;
  /** Callers that were still connected at the end. */
  readonly connected: number;
  readonly measuredMs: number;
  readonly measurements: LoadMeasurements;
  readonly frames: number;
  readonly lateFrames: number;
  /** Of one core, in per cent, used by the callers. */
  readonly driverCpuPercent: number;
  readonly server: ServerCost | null;
  /** Of a cascade's providers; null where there is no cascade. */
  readonly providerDelays: DelaysName | null;
  /** What found the turns; null where it was as the agent has it. */
  readonly turnDetection: LoadTurnDetection | null;
  /** To the model, after all callers had hung up; null where sessions have none of their own. */
  readonly connectionsLeft: number | null;
}

/** Everything a program wants to know of a run, for JSON. */
export function loadJson(result: LoadResult): Record<string, unknown> {
  const { measurements, server } = result;
  return {
    engine: result.engine,
    agent: result.agent,
    providerDelays: result.providerDelays,
    turnDetection: result.turnDetection,
    sessions: result.sessions,
    connectedAtEnd: result.connected,
    measuredMs: Math.round(result.measuredMs),
    turns: measurements.turns,
    bargeIns: measurements.bargeIns,
    milliseconds: Object.fromEntries(
      distributions(result).map(([measure, distribution]) => [
        measure,
        roundedDistribution(distribution),
      ]),
    ),
    gaps: { count: measurements.gaps, totalMs: Math.round(measurements.gapMs) },
    driver: {
      frames: result.frames,
      lateFrames: result.lateFrames,
      cpuPercent: rounded(result.driverCpuPercent),
    },
    server: server && {
      cpuPercent: rounded(server.cpuPercent),
      cpuPercentPerSession: rounded(server.cpuPercent / result.sessions),
      idleResidentBytes: server.idleResidentBytes,
      residentBytes: server.residentBytes,
      residentBytesPerSession: perSessionBytes(result.sessions, server),
    },
    connectionsLeft: result.connectionsLeft,
    errors: Object.fromEntries(measurements.errors),
  };
}

/** The run as tables to read. */
export function loadTables(result: LoadResult): string {
  const { measurements } = result;
  const seconds = (result.measuredMs / 1000).toFixed(0);
  const milliseconds = plainTable(
    ['milliseconds', 'count', 'p50', 'p95', 'p99', 'max'],
    distributions(result).map(([measure, { count, p50, p95, p99, max }]) => [
      TITLES[measure],
      `${count}`,
      ...[p50, p95, p99, max].map((value) => value.toFixed(1)),
    ]),
  );
  const failures = [...measurements.errors].map(([error, count]) => `${count} × ${error}`);
  const late = ((100 * result.lateFrames) / Math.max(1, result.frames)).toFixed(2);
  const facts = plainTable(
    [],
    [
      ['sessions', `${result.connected} of ${result.sessions} at the end`],
      ['turns answered', `${measurements.turns}, ${measurements.bargeIns} by interrupting`],
      ['gaps inside answers', `${measurements.gaps}, ${measurements.gapMs.toFixed(0)} ms in all`],
      ...serverFacts(result),
      ...providerFacts(result),
      ['caller frames late', `${result.lateFrames} of ${result.frames} (${late} %)`],
      ['callers’ own CPU', `${result.driverCpuPercent.toFixed(0)} % of one core`],
      ['errors', failures.length === 0 ? 'none' : failures.join('\n')],
    ],
  );
  return `${result.sessions} sessions, ${result.engine} engine, ${seconds} s\n${milliseconds}\n${facts}`;
}

function serverFacts({ server, sessions }: LoadResult): string[][] {
  if (!server) return [['server', 'not started by this run, so not measured']];
  const { cpuPercent, residentBytes, idleResidentBytes } = server;
  const perSession = perSessionBytes(sessions, server);
  return [
    [
      'server CPU',
      `${cpuPercent.toFixed(0)} % of one core, ${(cpuPercent / sessions).toFixed(2)} % a session`,
    ],
    ['server memory', `${mib(residentBytes)} MiB (${mib(idleResidentBytes)} MiB idle)`],
    [
      'memory per session',
      perSession === null ? 'lost in what varies' : `${(perSession / 1024).toFixed(0)} KiB`,
    ],
  ];
}

function providerFacts(result: LoadResult): string[][] {
  const { providerDelays, connectionsLeft, turnDetection } = result;
  return [
    ...(turnDetection === null ? [] : [['turn detection', turnDetection]]),
    ...(providerDelays === null ? [] : [['providers’ delays', providerDelays]]),
    ...(connectionsLeft === null ? [] : [['connections left to the model', `${connectionsLeft}`]]),
  ];
}

function distributions({ measurements, engine }: LoadResult): [Measure, Distribution][] {
  return MEASURES.flatMap((measure): [Measure, Distribution][] => {
    // Behind models the time after the silence window is theirs; what answers at once shows the service.
    if (measure === 'turnOverhead' && engine === 'embedded') return [];
    const distribution = distributionOf(measurements.values[measure]);
    return distribution ? [[measure, distribution]] : [];
  });
}

/** Null when the process had freed more since its start than the sessions took. */
function perSessionBytes(sessions: number, server: ServerCost): number | null {
  const bytes = server.residentBytes - server.idleResidentBytes;
  return bytes > 0 ? Math.round(bytes / sessions) : null;
}

function mib(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}
