import type { Clock, FollowUps } from '@antiphon/session';
import { ToolError } from '../tool-error.ts';
import { FolderMailSender } from './folder-mail-sender.ts';
import { FollowUpOutbox, type FollowUpChange } from './follow-up-outbox.ts';
import { readSenderAddress } from './mail-address.ts';
import type { MailSender } from './mail-sender.ts';
import { MemoryOutboxStore } from './memory-outbox-store.ts';
import { RedisOutboxStore } from './redis-outbox-store.ts';
import { SmtpMailSender } from './smtp-mail-sender.ts';
import { readSmtpUrl } from './smtp-url.ts';

/** Whom mails in a folder come from when nobody was named. */
const FOLDER_SENDER = { name: 'Antiphon', address: 'antiphon@localhost' };

/** What {@link openFollowUps} chooses by. */
export interface FollowUpsConfig {
  /** Where promises are kept; `null` is this process. */
  readonly redisUrl: string | null;
  /** The mail server; `null` puts mails into the folder. */
  readonly smtpUrl: string | null;
  /** `address` or `Name <address>`; required with a mail server. */
  readonly from: string | null;
  readonly folder: string;
  readonly clock: Clock;
  /** Told of every change of state of this process's making, without address or content. */
  readonly onChange?: (change: FollowUpChange) => void;
  /** Told of what was not promised, with a code. */
  readonly onRefusal?: (id: string, reason: string) => void;
  /** Told of a loss of Redis, with a code. */
  readonly onStoreFault?: (code: string) => void;
}

/** Follow-ups that are ready, and where their mails go. */
export interface OpenFollowUps {
  readonly followUps: FollowUps;
  /** A line for the person who runs it; holds no secret. */
  readonly summary: string;
  /** Whether the store can be reached now; without it nothing is promised until it can. */
  readonly isStoreReady: boolean;
  close(): Promise<void>;
}

/** Opens follow-ups. Rejects with a ToolError, `invalid_mail_settings`, that shows no password. */
export async function openFollowUps(config: FollowUpsConfig): Promise<OpenFollowUps> {
  const { redisUrl, clock, onChange, onRefusal, onStoreFault } = config;
  const { sender, domain } = senderOf(config);
  const redis =
    redisUrl === null
      ? null
      : new RedisOutboxStore({ url: redisUrl, ...(onStoreFault && { onFault: onStoreFault }) });
  const isStoreReady = redis === null || (await redis.connected());
  const outbox = new FollowUpOutbox({
    store: redis ?? new MemoryOutboxStore(),
    sender,
    domain,
    clock,
    ...(onChange && { onChange }),
    ...(onRefusal && { onRefusal }),
  });
  const kept = redis ? 'promises are kept in Redis' : 'promises are lost when this process ends';
  return {
    followUps: outbox,
    summary: `E-mailed answers go to ${sender.destination}; ${kept}.`,
    isStoreReady,
    close: () => outbox.close(),
  };
}

function senderOf({ smtpUrl, from: fromText, folder, clock }: FollowUpsConfig): {
  readonly sender: MailSender;
  readonly domain: string;
} {
  const from = fromText === null ? null : readSenderAddress(fromText);
  if (fromText !== null && !from) {
    throw new ToolError('invalid_mail_settings', 'the sender is no mail address');
  }
  if (smtpUrl === null) {
    const sender = new FolderMailSender({ folder, from: from ?? FOLDER_SENDER, clock });
    return { sender, domain: domainOf((from ?? FOLDER_SENDER).address) };
  }
  const server = readSmtpUrl(smtpUrl);
  if (!server)
    throw new ToolError('invalid_mail_settings', 'the mail server has no usable address');
  if (!from) throw new ToolError('invalid_mail_settings', 'mails to a server need a sender');
  return { sender: new SmtpMailSender({ server, from, clock }), domain: domainOf(from.address) };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
