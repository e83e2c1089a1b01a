import { GIVE_UP_CHANNEL, type JobClaims } from './job-claims.ts';
import type { Redis } from 'ioredis';
import type { GivenUp } from './tool-job.ts';

/** What a listener needs to know of its worker. */
export interface RunningJobs {
  /** The ids of those that run now. */
  running(): Iterable<string>;
  giveUp(jobId: string, reason: GivenUp): void;
}

/** Hears which running jobs are given up; what it misses while Redis is away it asks for afterwards. */
export class GiveUpListener {
  readonly #subscriber: Redis;
  readonly #claims: JobClaims;
  readonly #jobs: RunningJobs;

  /** The subscriber is for this listener alone and connects at once. */
  constructor(subscriber: Redis, { claims, jobs }: { claims: JobClaims; jobs: RunningJobs }) {
    this.#subscriber = subscriber;
    this.#claims = claims;
    this.#jobs = jobs;
    subscriber.on('message', (_channel, message: string) => {
      const [reason = '', jobId = ''] = message.split(' ', 2);
      jobs.giveUp(jobId, reason as GivenUp);
    });
    subscriber.on('ready', () => void this.#listen().catch(() => {}));
  }

  /** A connection that is lost meanwhile comes back, and then this is done again. */
  async #listen(): Promise<void> {
    await this.#subscriber.subscribe(GIVE_UP_CHANNEL);
    for (const jobId of this.#jobs.running()) {
      const reason = await this.#claims.givenUp(jobId);
      if (reason !== null) this.#jobs.giveUp(jobId, reason);
    }
  }
}
