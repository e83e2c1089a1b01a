import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time for user space in hundredths of a second on every architecture. */
const TICK_MS = 10;

/** What a process and its descendants have used. */
export interface ProcessUsage {
  /** Processor time so far. */
  readonly cpuMs: number;
  /** Memory that is resident now. */
  readonly residentBytes: number;
}

/**
 * Reads the usage of a process and its descendants; null where there is no /proc or no such
 * process.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function processUsage(pid: number): ProcessUsage | null {
  try {
    const own = { cpuMs: cpuMsOf(pid), residentBytes: residentBytesOf(pid) };
    return childrenOf(pid).reduce((total, child) => {
      const usage = processUsage(child);
      if (!usage) return total;
      return {
        cpuMs: total.cpuMs + usage.cpuMs,
        residentBytes: total.residentBytes + usage.residentBytes,
      };
    }, own);
  } catch {
    return null;
  }
}

function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function residentBytesOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/mu.exec(status)?.[1] ?? 0) * 1024;
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter((child) => child.trim() !== '')
      .map(Number),
  );
}
