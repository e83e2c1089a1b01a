import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock, FollowUps } from '@antiphon/session';
import { ToolError } from '../tool-error.ts';
import { FolderMailSender } from './folder-mail-sender.ts';
import { FollowUpOutbox, type FollowUpChange } from './follow-up-outbox.ts';
import { readSenderAddress } from './mail-address.ts';
import type { SenderAddress } from './mail-address.ts';
import { MailAgreement } from './mail-agreement.ts';
import type { MailRoute } from './mail-agreement.ts';
import { MailFolderKeeper } from './mail-folder-keeper.ts';
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
  /** How long mails stay in the folder. */
  readonly folderDays: number;
  /** A file of certificates in PEM that the mail server's may be signed by. */
  readonly caFile: string | null;
  readonly clock: Clock;
  /** Told of every change of state of this process's making, without address or content. */
  readonly onChange?: (change: FollowUpChange) => void;
  /** Told of what was not promised, with a code. */
  readonly onRefusal?: (id: string, reason: string) => void;
  /** Told of a loss of Redis, with a code. */
  readonly onStoreFault?: (code: string) => void;
  /** Told that another process of the Redis sends mails another way, and this one none meanwhile. */
  readonly onMailsDiffer?: (other: MailRoute) => void;
  /** Told of mails in the folder that were deleted for their age, or the code of what went wrong. */
  readonly onSwept?: (count: number, fault: string | null) => void;
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

/**
 * Opens follow-ups. Rejects with a ToolError that shows no password: `invalid_mail_settings`, or
 * `mail_settings_differ` when another process of the Redis would send the same mails elsewhere.
 */
export async function openFollowUps(config: FollowUpsConfig): Promise<OpenFollowUps> {
  const { clock, folder, folderDays, onChange, onRefusal, onSwept } = config;
  const { sender, from } = await senderOf(config);
  const shared =
    config.redisUrl === null
      ? null
      : await openShared(config, config.redisUrl, {
          destination: sender.destination,
          from: from.address,
        });
  const keeper = new MailFolderKeeper({
    folder,
    keptDays: folderDays,
    clock,
    ...(onSwept && { onSwept }),
  });
  await keeper.sweep();
  const outbox = new FollowUpOutbox({
    store: shared?.store ?? new MemoryOutboxStore(),
    sender,
    domain: domainOf(from.address),
    clock,
    ...(onChange && { onChange }),
    ...(onRefusal && { onRefusal }),
  });
  const kept = shared ? 'promises are kept in Redis' : 'promises are lost when this process ends';
  return {
    followUps: outbox,
    summary: `E-mailed answers go to ${sender.destination}; ${kept}.`,
    isStoreReady: shared?.isReady ?? true,
    close: async () => {
      keeper.close();
      await shared?.agreement.close();
      await outbox.close();
    },
  };
}

/** The store that several processes share, once it is known that they send mails alike. */
async function openShared(
  { clock, onStoreFault, onMailsDiffer }: FollowUpsConfig,
  url: string,
  route: MailRoute,
): Promise<{ store: RedisOutboxStore; agreement: MailAgreement; isReady: boolean }> {
  const store = new RedisOutboxStore({
    url,
    maySend: () => agreement.agrees,
    ...(onStoreFault && { onFault: onStoreFault }),
  });
  const agreement = new MailAgreement({
    board: store,
    route,
    clock,
    ...(onMailsDiffer && { onDiffers: onMailsDiffer }),
  });
  const isReady = await store.connected();
  const other = await agreement.open();
  if (other) {
    await agreement.close();
    await store.close();
    throw new ToolError(
      'mail_settings_differ',
      `Another server or worker that uses this Redis, or did 10 seconds ago, sends e-mailed ` +
        `answers to ${other.destination} from ${other.from}; this one would send them to ` +
        `${route.destination} from ${route.from}. Either of them may send any, so give both the ` +
        'same SMTP_URL, SMTP_FROM and ANTIPHON_MAIL_DIR.',
    );
  }
  return { store, agreement, isReady };
}

async function senderOf({
  smtpUrl,
  from: fromText,
  folder,
  caFile,
  clock,
}: FollowUpsConfig): Promise<{ readonly sender: MailSender; readonly from: SenderAddress }> {
  const from = fromText === null ? null : readSenderAddress(fromText);
  if (fromText !== null && !from) {
    throw new ToolError('invalid_mail_settings', 'the sender is no mail address');
  }
  if (smtpUrl === null) {
    const writer = from ?? FOLDER_SENDER;
    return { sender: new FolderMailSender({ folder, from: writer, clock }), from: writer };
  }
  const server = readSmtpUrl(smtpUrl);
  if (!server)
    throw new ToolError('invalid_mail_settings', 'the mail server has no usable address');
  if (!from) throw new ToolError('invalid_mail_settings', 'mails to a server need a sender');
  const ca = caFile === null ? null : await readCertificates(caFile);
  return { sender: new SmtpMailSender({ server, from, clock, ca }), from };
}

/** Throws where there is none that can be read. */
const firstCertificate = (pem: string): X509Certificate => new X509Certificate(pem);

async function readCertificates(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    firstCertificate(text);
    return text;
  } catch (cause) {
    const { code = 'it holds no certificate in PEM' } = cause as NodeJS.ErrnoException;
    const why = code.startsWith('ERR_') ? 'it holds no certificate in PEM' : code;
    throw new ToolError(
      'invalid_mail_settings',
      `SMTP_CA_FILE is "${file}", which cannot be used (${why}); use a file with certificates in PEM.`,
      { cause },
    );
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
