import type { ToolMetrics } from '@antiphon/observability';
import type { Clock } from '@antiphon/session';
import { openFollowUps, sessionOfFollowUp, ToolError } from '@antiphon/tools';
import type { OpenFollowUps } from '@antiphon/tools';
import type { Logger } from 'pino';
import type { ServerConfig } from './config.ts';
import { ServerError } from './server-error.ts';

const MAILS_DIFFER =
  'another server or worker of this Redis sends e-mailed answers elsewhere: none are sent from here';

/** What the e-mailed answers of a server need. */
export interface ServerFollowUpsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ToolMetrics;
}

/** Opens the server's e-mailed answers; logs say ids, states and codes, and nothing else of them. */
export async function openServerFollowUps(
  { redisUrl, smtpUrl, smtpFrom, smtpCaFile, mailDir, mailDays }: ServerConfig,
  { clock, log, metrics }: ServerFollowUpsOptions,
): Promise<OpenFollowUps> {
  const opened = await openFollowUps({
    redisUrl,
    smtpUrl,
    from: smtpFrom,
    folder: mailDir,
    folderDays: mailDays,
    caFile: smtpCaFile,
    clock,
    onChange: ({ id, tool, state, reason }) => {
      metrics.followUp({ tool }, state);
      const isBad = state === 'failed' || state === 'unknown';
      log[isBad ? 'warn' : 'info']({ ...namesOf(id), tool, state, reason }, 'follow-up');
    },
    onRefusal: (id, reason) => log.warn({ ...namesOf(id), reason }, 'follow-up not promised'),
    onStoreFault: (code) => log.warn({ code }, 'the store of follow-ups was lost'),
    onMailsDiffer: (other) => log.error(other, MAILS_DIFFER),
    onSwept: (count, code) =>
      code === null
        ? log.info({ count, mailDays }, 'old mails deleted')
        : log.warn({ code }, 'old mails could not be deleted'),
  }).catch((error: unknown) => {
    if (!(error instanceof ToolError)) throw error;
    throw new ServerError('invalid_config', error.message, { cause: error });
  });
  if (!opened.isStoreReady) {
    log.warn('Redis does not answer: no answer is promised by e-mail until it does');
  }
  return opened;
}

function namesOf(id: string): { readonly followUp: string; readonly sessionId: string } {
  return { followUp: id, sessionId: sessionOfFollowUp(id) };
}
