import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, TimerHandle } from '@antiphon/session';
import { isMissing, keepFile } from './kept-file.ts';
import { isAlive, markIn, ownMark } from './process-mark.ts';
import type { ProcessMark } from './process-mark.ts';

const BEAT_MS = 5_000;
/**
 * A process of elsewhere whose sign stood still for so many beats of this one, half a minute, is
 * gone. What counts is what was seen: no clock of another machine, and no time held up, matters.
 */
const GONE_AFTER_BEATS = 6;

/** A disk that hangs holds up no end for longer. */
const CLOSING_MS = 1_000;

const SERVER_ID = /^[\w-]{1,64}$/u;

/** What signs are given with. */
export interface ServerSignsOptions {
  /** Where those of all processes are. */
  readonly folder: string;
  readonly clock: Clock;
  /** Of this process; found out unless given. */
  readonly mark?: ProcessMark | undefined;
  /** Told when no sign can be given, and with null when one can again. */
  readonly onFault?: ((error: unknown) => void) | undefined;
  /** Called with each beat; `isNew` where there was no sign of this process any more. */
  readonly onBeat: (isNew: boolean) => Promise<void>;
}

/** The sign of another process. */
interface Sign {
  readonly text: string;
  readonly mark: ProcessMark;
  /** Beats of this process that found it as it was. */
  readonly still: number;
}

/**
 * Signs of life that processes give in a folder every five seconds. Whoever finds a process gone
 * takes its sign away, by which one that was only held up knows it. Nothing rejects: what fails is
 * tried with the next beat.
 */
export class ServerSigns {
  /** Names this process. */
  readonly id = `${process.pid}-${randomBytes(8).toString('hex')}`;
  readonly #options: ServerSignsOptions;
  readonly #others = new Map<string, Sign>();
  #mark: ProcessMark = markIn('');
  #timer: TimerHandle | null = null;
  #beating: Promise<void> = Promise.resolve();
  #hasFault = false;
  #isClosed = false;

  constructor(options: ServerSignsOptions) {
    this.#options = options;
  }

  /** Gives the first sign, and finds those of others. */
  async open(): Promise<void> {
    this.#mark = this.#options.mark ?? (await ownMark());
    this.#beating = this.#beat();
    await this.#beating;
  }

  /** Whether the process of this name lives; one of which that cannot be read does. */
  async lives(id: string): Promise<boolean> {
    if (id === this.id) return true;
    if (!SERVER_ID.test(id)) return false;
    try {
      const sign = this.#others.get(id) ?? (await this.#read(id));
      return sign !== null && (await this.#isGiven(sign));
    } catch {
      return true;
    }
  }

  /** Takes the sign of this process away. */
  async close(): Promise<void> {
    const { clock } = this.#options;
    this.#isClosed = true;
    if (this.#timer !== null) clock.clearTimeout(this.#timer);
    const isAway = this.#beating.then(() => this.#remove(this.id));
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, CLOSING_MS);
      void isAway.then(() => {
        clock.clearTimeout(timer);
        resolve();
      });
    });
  }

  async #beat(): Promise<void> {
    await this.#options.onBeat(await this.#give());
    await this.#watch();
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#beating = this.#beat();
    }, BEAT_MS);
  }

  /** Whether the sign had to be made. */
  async #give(): Promise<boolean> {
    const { clock, onFault } = this.#options;
    const file = this.#file(this.id);
    // Of one length, and different each time.
    const text = JSON.stringify({ ...this.#mark, at: new Date(clock.now()).toISOString() });
    let isNew = false;
    try {
      if (!(await writeOver(file, text))) {
        isNew = true;
        await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
        await keepFile(file, text);
      }
      if (this.#hasFault) onFault?.(null);
      this.#hasFault = false;
    } catch (error) {
      if (!this.#hasFault) onFault?.(error);
      this.#hasFault = true;
    }
    return isNew;
  }

  /** Sees who gave a sign since the last beat, and takes away those of processes that are gone. */
  async #watch(): Promise<void> {
    const names = await readdir(this.#options.folder).catch(() => null);
    if (!names) return;
    const ids = new Set(names.filter((name) => SERVER_ID.test(name) && name !== this.id));
    for (const id of this.#others.keys()) if (!ids.has(id)) this.#others.delete(id);
    for (const id of ids) {
      const found = await this.#read(id).catch(() => null);
      if (!found) continue;
      const before = this.#others.get(id);
      const sign = before?.text === found.text ? { ...before, still: before.still + 1 } : found;
      this.#others.set(id, sign);
      if (!(await this.#isGiven(sign))) await this.#remove(id);
    }
  }

  /** Null where there is none. */
  async #read(id: string): Promise<Sign | null> {
    try {
      const text = await readFile(this.#file(id), 'utf8');
      return { text, mark: markIn(text), still: 0 };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async #isGiven({ mark, still }: Sign): Promise<boolean> {
    return (await isAlive(mark, this.#mark)) ?? still < GONE_AFTER_BEATS;
  }

  async #remove(id: string): Promise<void> {
    await rm(this.#file(id), { force: true }).catch(() => {});
  }

  #file(id: string): string {
    return path.join(this.#options.folder, id);
  }
}

/** Writes over what is there, which most disks that are full take too; false where nothing is. */
async function writeOver(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'r+' });
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
