import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import type { Clock, TimerHandle } from '@antiphon/session';
import type { RecordingDisk } from './recording-disk.ts';

/** Beside the sessions; no session is called that. */
const SIGNS = '.servers';
/** In the folder of a session that is being written. */
const OWNER = 'owner';

const BEAT_MS = 5_000;
/** A process of elsewhere that gave no sign for so long is gone. */
const GONE_MS = 30_000;

const OWNER_ID = /^[\w-]{1,64}$/u;

/** Where process ids mean the same, which process of it, and when that began; null where unknown. */
interface Sign {
  readonly place: string | null;
  readonly pid: number;
  readonly began: string | null;
}

/** What owners are opened with. */
export interface RecordingOwnersOptions {
  /** The folder of the recordings, which other processes may share. */
  readonly folder: string;
  readonly clock: Clock;
}

/**
 * Which processes write recordings of a folder. Each gives a sign of life in it every five seconds,
 * and marks the recordings it writes as its own, so that nobody takes them for those of a process
 * that died. Nothing rejects: what cannot be written is tried again with the next sign.
 */
export class RecordingOwners {
  readonly #options: RecordingOwnersOptions;
  readonly #id = `${process.pid}-${randomBytes(8).toString('hex')}`;
  #sign = '';
  #timer: TimerHandle | null = null;
  #beating: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(options: RecordingOwnersOptions) {
    this.#options = options;
  }

  /** Gives the first sign, and takes away those of processes that are gone. */
  static async open(options: RecordingOwnersOptions): Promise<RecordingOwners> {
    const owners = new RecordingOwners(options);
    const sign: Sign = {
      place: await placeOf(),
      pid: process.pid,
      began: await beganOf(process.pid),
    };
    owners.#sign = JSON.stringify(sign);
    await owners.#beat();
    await owners.#tidy();
    return owners;
  }

  /** A disk on which the folder of each recording is marked as this process's own. */
  marking(disk: RecordingDisk): RecordingDisk {
    return {
      ...disk,
      makeFolder: async (folder) => {
        await disk.makeFolder(folder);
        await writeFile(path.join(folder, OWNER), this.#id, { mode: 0o600 }).catch(() => {});
      },
    };
  }

  /** A recording is complete, and what lists show of it is kept. */
  async release(sessionId: string): Promise<void> {
    await rm(this.#ownerFile(sessionId), { force: true }).catch(() => {});
  }

  /** Whether a process that lives writes the recording, this one or another. */
  async isWritten(sessionId: string): Promise<boolean> {
    const id = await readFile(this.#ownerFile(sessionId), 'utf8').catch(() => '');
    return OWNER_ID.test(id) && (id === this.#id || (await this.#lives(id)));
  }

  /** What this process has not released by then is taken for what it left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    await this.#beating;
    await rm(this.#signFile(this.#id), { force: true }).catch(() => {});
  }

  async #beat(): Promise<void> {
    await giveSign(this.#signFile(this.#id), this.#sign).catch(() => {});
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#beating = this.#beat();
    }, BEAT_MS);
  }

  async #lives(id: string): Promise<boolean> {
    const file = this.#signFile(id);
    const found = await stat(file).catch(() => null);
    if (!found) return false;
    const { place, pid, began } = signIn(await readFile(file, 'utf8').catch(() => ''));
    const own = signIn(this.#sign);
    if (place !== null && place === own.place) {
      if (!isRunning(pid)) return false;
      // A process that is only held up gives no sign, and another may have its number by now.
      if (began !== null) return began === (await beganOf(pid));
    }
    // Both times are the file system's, whatever the clocks of two machines say.
    const latest = await stat(this.#signFile(this.#id)).catch(() => null);
    return (latest?.mtimeMs ?? Date.now()) - found.mtimeMs < GONE_MS;
  }

  async #tidy(): Promise<void> {
    const names = await readdir(path.join(this.#options.folder, SIGNS)).catch(() => []);
    for (const id of names.filter((name) => OWNER_ID.test(name) && name !== this.#id)) {
      if (!(await this.#lives(id))) await rm(this.#signFile(id), { force: true }).catch(() => {});
    }
  }

  #signFile(id: string): string {
    return path.join(this.#options.folder, SIGNS, id);
  }

  #ownerFile(sessionId: string): string {
    return path.join(this.#options.folder, sessionId, OWNER);
  }
}

/** Written over what is there, which a disk that is full takes too. */
async function giveSign(file: string, sign: string): Promise<void> {
  const there = await open(file, 'r+').catch(() => null);
  if (there) {
    try {
      await there.write(sign, 0);
    } finally {
      await there.close();
    }
    return;
  }
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, sign, { mode: 0o600 });
}

/** Half a sign is that of a process of which only its age is known. */
function signIn(text: string): Sign {
  try {
    const { place, pid, began } = JSON.parse(text) as Partial<Sign>;
    if (typeof pid === 'number') return { place: place ?? null, pid, began: began ?? null };
  } catch {
    // Being written just now.
  }
  return { place: null, pid: 0, began: null };
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

/** When a process began, in ticks since the machine did; null where that cannot be told. */
async function beganOf(pid: number): Promise<string | null> {
  const told = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in the second field may hold anything; the 22nd is the time.
  return told.slice(told.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
