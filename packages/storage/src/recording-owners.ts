import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '@antiphon/session';
import { isMissing, keepFile } from './kept-file.ts';
import type { ProcessMark } from './process-mark.ts';
import type { RecordingDisk } from './recording-disk.ts';
import { ServerSigns } from './server-signs.ts';

/** Beside the sessions; no session is called that. */
const SIGNS = '.servers';
/** In the folder of a session that is being written. */
const OWNER = 'owner';

/**
 * Whose a recording is: one that a process which lives is `writing`; one that a process `left` when
 * it went; or nobody's, which is complete, or of a process that marks nothing.
 */
export type RecordingStanding = 'writing' | 'left' | 'nobodys';

/** What owners are opened with. */
export interface RecordingOwnersOptions {
  /** The folder of the recordings, which other processes may share. */
  readonly folder: string;
  readonly clock: Clock;
  /** Of this process; found out unless given. */
  readonly mark?: ProcessMark;
  /** Told when others cannot be told that this process lives, and with null when they can again. */
  readonly onFault?: (error: unknown) => void;
}

/**
 * Which processes write recordings of a folder. Each gives signs of life there and marks what it
 * writes as its own, so that nobody takes it for that of a process that died; where somebody did,
 * it marks all again. Nothing rejects: what fails is tried with the next sign.
 */
export class RecordingOwners {
  readonly #folder: string;
  readonly #signs: ServerSigns;
  /** Recordings of this process, and whether they are marked. */
  readonly #own = new Map<string, boolean>();

  constructor({ folder, clock, mark, onFault }: RecordingOwnersOptions) {
    this.#folder = folder;
    this.#signs = new ServerSigns({
      folder: path.join(folder, SIGNS),
      clock,
      mark,
      onFault,
      onBeat: (isNew) => this.#markAll(isNew),
    });
  }

  /** Gives the first sign, and finds those of others. */
  open(): Promise<void> {
    return this.#signs.open();
  }

  /** A disk on which the folder of each recording is marked as this process's own. */
  marking(disk: RecordingDisk): RecordingDisk {
    return {
      ...disk,
      makeFolder: async (folder) => {
        await disk.makeFolder(folder);
        const id = path.basename(folder);
        this.#own.set(id, false);
        await this.#mark(id);
      },
    };
  }

  /** Nothing is written of the recording any more. */
  async release(sessionId: string): Promise<void> {
    this.#own.delete(sessionId);
    await rm(this.#ownerFile(sessionId), { force: true }).catch(() => {});
  }

  /** Whose a recording is; one of which that cannot be read is not for this process to change. */
  async standing(sessionId: string): Promise<RecordingStanding> {
    try {
      const owner = await readFile(this.#ownerFile(sessionId), 'utf8');
      return (await this.#signs.lives(owner)) ? 'writing' : 'left';
    } catch (error) {
      return isMissing(error) ? 'nobodys' : 'writing';
    }
  }

  /** What this process has not released by then is taken for what it left. */
  close(): Promise<void> {
    return this.#signs.close();
  }

  async #markAll(isNew: boolean): Promise<void> {
    for (const [id, isMarked] of this.#own) if (isNew || !isMarked) await this.#mark(id);
  }

  async #mark(id: string): Promise<void> {
    const file = this.#ownerFile(id);
    const isMarked = await keepFile(file, this.#signs.id).then(
      () => true,
      () => false,
    );
    // It may be released meanwhile.
    if (this.#own.has(id)) this.#own.set(id, isMarked);
    else await rm(file, { force: true }).catch(() => {});
  }

  #ownerFile(sessionId: string): string {
    return path.join(this.#folder, sessionId, OWNER);
  }
}
