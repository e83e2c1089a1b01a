import { KILL_FAULTS, killTrial, type KillTrialReport } from './kill-trial.ts';

/** Trials at a time: each is a Redis and two workers, which mostly wait. */
const AT_A_TIME = 4;

/** Runs trials with these seeds, several at a time, and returns what came of each, in order. */
export async function killTrials(
  seeds: readonly number[],
  onEnded: (report: KillTrialReport) => void = () => {},
): Promise<readonly KillTrialReport[]> {
  const reports: KillTrialReport[] = [];
  const left = [...seeds];
  const work = async (): Promise<void> => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const report = await killTrial(seed);
      reports.push(report);
      onEnded(report);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return reports.toSorted((one, other) => one.seed - other.seed);
}

/** The counts of trials by fault and in all, one line each. */
export function killTable(reports: readonly KillTrialReport[]): string {
  const counted = ['calls', 'results', 'restarted', 'unknown', 'refused'] as const;
  const faulty = ['duplicated', 'lost', 'untrue'] as const;
  const columns = [...counted, ...faulty];
  const rows = [...KILL_FAULTS, 'all'].map((name) => {
    const of = reports.filter(({ fault }) => name === 'all' || fault === name);
    const sums = columns.map((column) => of.reduce((sum, report) => sum + report[column], 0));
    const restarts = of.flatMap(({ restartMs }) => restartMs).toSorted((a, b) => a - b);
    const middle = restarts[Math.floor(restarts.length / 2)];
    const ms = middle === undefined ? '-' : `${middle} / ${restarts.at(-1)}`;
    return [name, of.length, ...sums, ms].map(String);
  });
  const heads = ['fault', 'runs', ...columns, 'restart ms, p50 / max'];
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]!.length)),
  );
  return [heads, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
