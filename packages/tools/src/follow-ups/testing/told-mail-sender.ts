import type { HandedMail, MailAnswer } from '@antiphon/session/testing';
import type { Mail, MailOutcome, MailSender } from '../mail-sender.ts';

const OUTCOMES: Readonly<Record<Exclude<MailAnswer, 'held'>, MailOutcome>> = {
  taken: { kind: 'accepted' },
  refusedNow: { kind: 'refused', isPermanent: false, reason: 'EENVELOPE 450' },
  refused: { kind: 'refused', isPermanent: true, reason: 'EENVELOPE 550' },
  lost: { kind: 'unknown', reason: 'ECONNECTION' },
};

/** What several senders are told and were handed. */
export interface MailScript {
  readonly attempts: HandedMail[];
  readonly answers: MailAnswer[];
}

/** A sender that answers as its script says; where that has ended, each mail is taken. */
export class ToldMailSender implements MailSender {
  readonly destination = 'nowhere';
  readonly #script: MailScript;
  readonly #held = new Set<(outcome: MailOutcome) => void>();

  constructor(script: MailScript) {
    this.#script = script;
  }

  /** How many mails wait to be released. */
  get heldCount(): number {
    return this.#held.size;
  }

  release(): void {
    for (const end of this.#held) end({ kind: 'accepted' });
  }

  send(mail: Mail, signal: AbortSignal): Promise<MailOutcome> {
    const { attempts, answers } = this.#script;
    attempts.push(mail);
    const answer = answers.shift() ?? 'taken';
    if (answer !== 'held') return Promise.resolve(OUTCOMES[answer]);
    return new Promise((resolve) => {
      const end = (outcome: MailOutcome): void => {
        this.#held.delete(end);
        signal.removeEventListener('abort', stop);
        resolve(outcome);
      };
      const stop = (): void => end({ kind: 'unknown', reason: 'EABORT' });
      signal.addEventListener('abort', stop);
      this.#held.add(end);
    });
  }
}
