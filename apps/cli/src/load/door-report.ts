import { distributionOf, percentile, rounded, roundedDistribution } from '../percentiles.ts';
import type { Distribution } from '../percentiles.ts';
import { plainTable } from '../plain-table.ts';
import type { ArrivalTimes, DoorMeasurements } from './door-run.ts';
import type { PairTimes } from './pair-timing.ts';

/** A door that was measured. */
export interface DoorResult {
  readonly door: string;
  readonly agent: string;
  readonly connectionsPerSecond: number;
  /** While connections came evenly. */
  readonly steadyMs: number;
  readonly pairs: readonly PairTimes[];
  readonly measurements: DoorMeasurements;
  /** Of one core, in per cent, while connections came evenly. */
  readonly driverCpuPercent: number;
  /** Null where the server was not started by the run. */
  readonly serverCpuPercent: number | null;
}

const ALL_PAIRS = 'all, as a call mixes them';

const PHASES = { steady: 'evenly', bursts: 'in bursts' } as const;
const TIMES = {
  connect: 'connect → session.created',
  reply: 'another session’s event → reply',
  late: 'this process late',
} as const;

type Phase = keyof typeof PHASES;
type Time = keyof ArrivalTimes;

/** Everything a program wants to know, for JSON. */
export function doorJson(result: DoorResult): Record<string, unknown> {
  const { measurements, serverCpuPercent } = result;
  return {
    door: result.door,
    agent: result.agent,
    connectionsPerSecond: result.connectionsPerSecond,
    measuredMs: Math.round(result.steadyMs),
    microsecondsPerPair: Object.fromEntries(
      withAll(result.pairs).map(({ title, bytes, door, floor }) => [
        title,
        { bytes, ...told(door), floor: told(floor) },
      ]),
    ),
    milliseconds: Object.fromEntries(
      (Object.keys(PHASES) as Phase[]).map((phase) => [
        phase,
        Object.fromEntries(
          timesOf(measurements[phase]).map(([time, distribution]) => [
            time,
            roundedDistribution(distribution),
          ]),
        ),
      ]),
    ),
    opened: measurements.opened,
    gotSession: gotSession(measurements),
    driver: { cpuPercent: rounded(result.driverCpuPercent) },
    server: serverCpuPercent === null ? null : { cpuPercent: rounded(serverCpuPercent) },
    errors: Object.fromEntries(measurements.errors),
  };
}

/** The same as tables to read. */
export function doorTables(result: DoorResult): string {
  const { measurements, connectionsPerSecond, serverCpuPercent, steadyMs } = result;
  const perConnectionMs =
    ((serverCpuPercent ?? 0) / 100) * (steadyMs / Math.max(1, measurements.steady.connect.length));
  const microseconds = plainTable(
    ['microseconds per pair of events', 'bytes', 'p50', 'p95', 'floor p50', 'ratio'],
    withAll(result.pairs).map(pairRow),
  );
  const milliseconds = plainTable(
    ['milliseconds', 'count', 'p50', 'p95', 'p99', 'max'],
    (Object.keys(PHASES) as Phase[]).flatMap((phase) =>
      timesOf(measurements[phase]).map(([time, { count, p50, p95, p99, max }]) => [
        `${PHASES[phase]}: ${TIMES[time]}`,
        `${count}`,
        ...[p50, p95, p99, max].map((value) => value.toFixed(1)),
      ]),
    ),
  );
  const failures = [...measurements.errors].map(([error, count]) => `${count} × ${error}`);
  const facts = plainTable(
    [],
    [
      ['connections', `${gotSession(measurements)} of ${measurements.opened} got a session`],
      [
        'server CPU',
        serverCpuPercent === null
          ? 'not started by this run, so not measured'
          : `${serverCpuPercent.toFixed(0)} % of one core, ${perConnectionMs.toFixed(1)} ms per connection`,
      ],
      ['clients’ own CPU', `${result.driverCpuPercent.toFixed(0)} % of one core`],
      ['errors', failures.length === 0 ? 'none' : failures.join('\n')],
    ],
  );
  const head =
    `${result.door} door: reading and writing events in this process; the floor is ` +
    'JSON.parse and JSON.stringify of the same bytes';
  const second =
    `${connectionsPerSecond} connections a second to ${result.agent} for ` +
    `${(steadyMs / 1000).toFixed(0)} s, then in bursts of ${connectionsPerSecond}`;
  return [head, microseconds, second, milliseconds, facts].join('\n');
}

function told(measurements: readonly number[]): Distribution | null {
  const distribution = distributionOf(measurements);
  return distribution && roundedDistribution(distribution);
}

/** The pairs, and all of them as one. */
function withAll(pairs: readonly PairTimes[]): PairTimes[] {
  const all = {
    title: ALL_PAIRS,
    bytes: 0,
    door: pairs.flatMap(({ door }) => door),
    floor: pairs.flatMap(({ floor }) => floor),
  };
  const frames = pairs.reduce((sum, { bytes, door }) => sum + bytes * door.length, 0);
  return [...pairs, { ...all, bytes: Math.round(frames / Math.max(1, all.door.length)) }];
}

function pairRow({ title, bytes, door, floor }: PairTimes): string[] {
  const ascending = door.toSorted((a, b) => a - b);
  const [p50, p95] = [percentile(ascending, 50), percentile(ascending, 95)];
  const floorP50 = percentile(
    floor.toSorted((a, b) => a - b),
    50,
  );
  const numbers = [p50, p95, floorP50].map((value) => value.toFixed(1));
  return [title, `${bytes}`, ...numbers, (p50 / floorP50).toFixed(2)];
}

function timesOf(times: ArrivalTimes): [Time, Distribution][] {
  return (Object.keys(TIMES) as Time[]).flatMap((time): [Time, Distribution][] => {
    const distribution = distributionOf(times[time]);
    return distribution ? [[time, distribution]] : [];
  });
}

function gotSession({ steady, bursts }: DoorMeasurements): number {
  return steady.connect.length + bursts.connect.length;
}
