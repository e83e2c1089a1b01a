import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Where process ids mean the same, which process of it, and when that began; null where unknown. */
export interface ProcessMark {
  readonly place: string | null;
  readonly pid: number;
  readonly began: string | null;
}

/** The mark of this process. */
export async function ownMark(): Promise<ProcessMark> {
  const began = (await listedProcess(process.pid))?.began ?? null;
  return { place: await placeOf(), pid: process.pid, began };
}

/** The mark that a text holds; of a process that wrote none nothing is known. */
export function markIn(text: string): ProcessMark {
  try {
    const { place, pid, began } = JSON.parse(text) as Partial<ProcessMark>;
    if (typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0) {
      return { place: place ?? null, pid, began: began ?? null };
    }
  } catch {
    // No mark.
  }
  return { place: null, pid: 0, began: null };
}

/** Whether the process of a mark lives; null where this one, of mark `own`, cannot tell. */
export async function isAlive(mark: ProcessMark, own: ProcessMark): Promise<boolean | null> {
  if (mark.place === null || mark.place !== own.place) return null;
  if (!isRunning(mark.pid)) return false;
  const listed = await listedProcess(mark.pid);
  // There may be no such list, and those of other users may not be in it.
  if (mark.began === null || listed === null) return null;
  // Another process may have its number by now.
  return listed.began === mark.began && !listed.isOver;
}

/** Containers of one machine number their processes each for itself, and may share its name. */
async function placeOf(): Promise<string | null> {
  if (process.platform !== 'linux') return hostname();
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
  } catch {
    return null;
  }
}

interface ListedProcess {
  /** In ticks since the machine began. */
  readonly began: string;
  /** It has ended, and its parent has not asked how. */
  readonly isOver: boolean;
}

/** What the system lists of a process; null where it lists none. */
async function listedProcess(pid: number): Promise<ListedProcess | null> {
  const told = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in the second field may hold anything; the third is the state, the 22nd the time.
  const fields = told.slice(told.lastIndexOf(')') + 2).split(' ');
  const [state = '', began] = [fields[0], fields[19]];
  return began === undefined ? null : { began, isOver: /^[ZX]/iu.test(state) };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
