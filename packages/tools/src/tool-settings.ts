import path from 'node:path';
import { REDIS_URL_FORMS, redisAddress } from './bullmq/redis-address.ts';
import { readSenderAddress } from './follow-ups/mail-address.ts';
import { readSmtpUrl } from './follow-ups/smtp-url.ts';
import { AddressGuard } from './webhooks/address-guard.ts';

/** A variable of the environment. */
export interface ToolSetting {
  readonly accepts: (text: string) => boolean;
  /** What it may be, to end the sentence "use …". */
  readonly allowed: string;
}

/** Ten years, as recordings. */
const MOST_MAIL_DAYS = 3_650;
const DEFAULT_MAIL_DAYS = 30;

/** What servers and workers read alike, so that they cannot take one value for two things. */
export const TOOL_SETTINGS = {
  REDIS_URL: { accepts: isRedisUrl, allowed: REDIS_URL_FORMS },
  ANTIPHON_WEBHOOK_ALLOW: {
    accepts: (text) => areAllowances(entriesOf(text)),
    allowed: 'hosts, addresses or ranges such as 10.0.0.0/8, separated by commas',
  },
  SMTP_URL: {
    accepts: (text) => readSmtpUrl(text) !== null,
    allowed:
      'smtp://user:password@host:port, or smtps:// for TLS from the start; percent-encode ' +
      'special characters in the user and password',
  },
  SMTP_FROM: {
    accepts: (text) => readSenderAddress(text) !== null,
    allowed:
      'one e-mail address, such as support@example.com or Acme Support <support@example.com>',
  },
  SMTP_CA_FILE: { accepts: isGiven, allowed: 'a file with certificates in PEM' },
  ANTIPHON_DATA_DIR: { accepts: isGiven, allowed: 'a folder' },
  ANTIPHON_MAIL_DIR: { accepts: isGiven, allowed: 'a folder' },
  ANTIPHON_MAIL_DAYS: {
    accepts: (text) => /^[1-9]\d{0,3}$/u.test(text) && Number(text) <= MOST_MAIL_DAYS,
    allowed: `a whole number from 1 to ${MOST_MAIL_DAYS}`,
  },
} as const satisfies Record<string, ToolSetting>;

/** Their values may hold a password, even when they are malformed. */
export const SECRET_TOOL_SETTINGS: readonly string[] = ['REDIS_URL', 'SMTP_URL'];

/** The settings as they are given; each one is accepted. */
export type ToolVariables = { readonly [Name in keyof typeof TOOL_SETTINGS]?: string | undefined };

/** What servers and workers do with tools and e-mailed answers. Paths are absolute. */
export interface ToolSettings {
  /** Where queued tools and promised e-mails are kept; may hold a password. `null` is this process. */
  readonly redisUrl: string | null;
  /** Hosts, addresses and ranges that webhooks may call although they are not public. */
  readonly webhookAllow: readonly string[];
  /** The server that e-mailed answers are handed to; `null` puts them into `mailDir`. */
  readonly smtpUrl: string | null;
  /** Whom they come from, `address` or `Name <address>`; never `null` with a mail server. */
  readonly smtpFrom: string | null;
  /** Certificates that the mail server's may be signed by, besides the public ones. */
  readonly smtpCaFile: string | null;
  readonly mailDir: string;
  /** How long mails stay in `mailDir`. */
  readonly mailDays: number;
}

/** Reads them; relative paths are taken from the working folder. */
export function readToolSettings(given: ToolVariables, workingDir: string): ToolSettings {
  const dataDir = path.resolve(workingDir, given.ANTIPHON_DATA_DIR ?? '.antiphon');
  const caFile = given.SMTP_CA_FILE;
  return {
    redisUrl: given.REDIS_URL ?? null,
    webhookAllow: given.ANTIPHON_WEBHOOK_ALLOW ? entriesOf(given.ANTIPHON_WEBHOOK_ALLOW) : [],
    smtpUrl: given.SMTP_URL ?? null,
    smtpFrom: given.SMTP_FROM ?? null,
    smtpCaFile: caFile === undefined ? null : path.resolve(workingDir, caFile),
    mailDir: path.resolve(workingDir, given.ANTIPHON_MAIL_DIR ?? path.join(dataDir, 'mail')),
    mailDays: Number(given.ANTIPHON_MAIL_DAYS ?? DEFAULT_MAIL_DAYS),
  };
}

/** What is wrong with settings that are fine one by one, for people; `null` when nothing is. */
export function faultOfToolVariables({
  SMTP_URL,
  SMTP_FROM,
  SMTP_CA_FILE,
}: ToolVariables): string | null {
  if (SMTP_URL !== undefined && SMTP_FROM === undefined) {
    return `SMTP_URL is set, but SMTP_FROM is not; use ${TOOL_SETTINGS.SMTP_FROM.allowed}.`;
  }
  if (SMTP_CA_FILE !== undefined && SMTP_URL === undefined) {
    return 'SMTP_CA_FILE is set, but SMTP_URL is not; name the mail server, or leave both out.';
  }
  return null;
}

function isGiven(text: string): boolean {
  return text !== '';
}

function entriesOf(text: string): string[] {
  return text.split(',').map((entry) => entry.trim());
}

function areAllowances(allowed: readonly string[]): boolean {
  try {
    return Boolean(new AddressGuard({ allowed }));
  } catch {
    return false;
  }
}

function isRedisUrl(url: string): boolean {
  try {
    redisAddress(url);
    return true;
  } catch {
    return false;
  }
}
