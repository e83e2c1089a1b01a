import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '@antiphon/session';
import { composeMail } from './compose-mail.ts';
import type { SenderAddress } from './mail-address.ts';
import type { Mail, MailOutcome, MailSender } from './mail-sender.ts';

/** What a {@link FolderMailSender} needs. */
export interface FolderMailSenderOptions {
  readonly folder: string;
  readonly from: SenderAddress;
  readonly clock: Clock;
}

/**
 * Puts each mail into a folder as `<first part of its message id>.eml`, whole or not at all; the
 * same mail again replaces it.
 */
export class FolderMailSender implements MailSender {
  readonly destination: string;
  readonly #options: FolderMailSenderOptions;

  constructor(options: FolderMailSenderOptions) {
    this.#options = options;
    this.destination = options.folder;
  }

  async send(mail: Mail): Promise<MailOutcome> {
    const { folder, from, clock } = this.#options;
    const [name = ''] = mail.messageId.split('@');
    const draft = path.join(folder, `.${randomUUID()}.part`);
    try {
      const content = await composeMail(mail, from, clock.now());
      // What callers are told is for their eyes.
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
      await rename(draft, path.join(folder, `${name}.eml`));
      return { kind: 'accepted' };
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      const { code = 'EUNKNOWN' } = error as NodeJS.ErrnoException;
      return { kind: 'refused', isPermanent: false, reason: code };
    }
  }
}
