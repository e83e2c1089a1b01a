import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, TimerHandle } from '@antiphon/session';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a {@link FolderMailSender} writes, whole or left half-written by a crash; nothing else is touched. */
const MAIL_FILE = /^antiphon\.[\w-]+\.eml$/u;
const DRAFT_FILE = /^\.[0-9a-f-]{36}\.part$/u;

/** What a keeper needs. */
export interface MailFolderKeeperOptions {
  readonly folder: string;
  readonly keptDays: number;
  readonly clock: Clock;
  /** Told how many mails were deleted, or the code of what went wrong. */
  readonly onSwept?: (count: number, fault: string | null) => void;
}

/**
 * Deletes mails in a folder that are older than they may be, at the start and every hour. What
 * people put there themselves stays. Several processes may keep one folder.
 */
export class MailFolderKeeper {
  readonly #options: MailFolderKeeperOptions;
  #timer: TimerHandle | null = null;
  #isClosed = false;

  constructor(options: MailFolderKeeperOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async sweep(): Promise<void> {
    const { clock, onSwept } = this.#options;
    const deleted = { count: 0 };
    let fault: string | null = null;
    try {
      await this.#deleteOld(deleted);
    } catch (error) {
      const { code = 'EUNKNOWN' } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') fault = code;
    }
    if (deleted.count > 0 || fault !== null) onSwept?.(deleted.count, fault);
    if (this.#isClosed) return;
    this.#timer = clock.setTimeout(() => void this.sweep(), HOUR_MS);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #deleteOld(deleted: { count: number }): Promise<void> {
    const { folder, keptDays, clock } = this.#options;
    const nowMs = clock.now();
    for (const name of await readdir(folder)) {
      const isMail = MAIL_FILE.test(name);
      if (!isMail && !DRAFT_FILE.test(name)) continue;
      const file = path.join(folder, name);
      const info = await stat(file).catch(() => null);
      const keptMs = isMail ? keptDays * DAY_MS : HOUR_MS;
      if (!info?.isFile() || info.mtimeMs >= nowMs - keptMs) continue;
      await rm(file, { force: true });
      if (isMail) deleted.count += 1;
    }
  }
}
