import type { FollowUpsTrial } from '@antiphon/session/testing';
import { DrivenClock } from '@antiphon/session/testing';
import { FollowUpOutbox } from '../follow-up-outbox.ts';
import type { OutboxStore } from '../outbox-store.ts';
import { ToldMailSender, type MailScript } from './told-mail-sender.ts';

/** Outboxes over stores that share what they keep, ready for the suite of the port. */
export function outboxTrial(stores: readonly OutboxStore[]): FollowUpsTrial {
  const clock = new DrivenClock();
  const script: MailScript = { attempts: [], answers: [] };
  const parts = stores.map((store) => {
    const sender = new ToldMailSender(script);
    const outbox = new FollowUpOutbox({ store, sender, domain: 'example.org', clock });
    return { sender, outbox };
  });
  const release = (): void => {
    for (const { sender } of parts) sender.release();
  };
  return {
    followUps: parts[0]!.outbox,
    other: parts[1]?.outbox ?? null,
    clock,
    attempts: script.attempts,
    answer: (...answers) => script.answers.push(...answers),
    release,
    quiet: async () => {
      for (const { outbox, sender } of parts) await outbox.idle(() => sender.heldCount);
    },
    close: async () => {
      release();
      await Promise.all(parts.map(({ outbox }) => outbox.close()));
    },
  };
}
