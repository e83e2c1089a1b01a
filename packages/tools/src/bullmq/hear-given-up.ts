import type { Redis } from 'ioredis';
import { GIVE_UP_CHANNEL, type JobClaims } from './job-claims.ts';
import type { GivenUp } from './tool-job.ts';

/** What is listened for. */
export interface RunningJobs {
  readonly claims: JobClaims;
  /** The ids of the jobs that run now. */
  readonly running: () => Iterable<string>;
  readonly onGivenUp: (jobId: string, reason: GivenUp) => void;
}

/**
 * Tells which running jobs are given up, as long as the subscriber, which is for this alone, is not
 * disconnected. What is missed while Redis is away is asked for when it is back.
 */
export function hearGivenUp(subscriber: Redis, { claims, running, onGivenUp }: RunningJobs): void {
  subscriber.on('message', (_channel, message: string) => {
    const [reason = '', jobId = ''] = message.split(' ', 2);
    onGivenUp(jobId, reason as GivenUp);
  });
  const listen = async (): Promise<void> => {
    await subscriber.subscribe(GIVE_UP_CHANNEL);
    for (const jobId of running()) {
      const reason = await claims.givenUp(jobId);
      if (reason !== null) onGivenUp(jobId, reason);
    }
  };
  // A connection that is lost meanwhile is ready again later.
  subscriber.on('ready', () => void listen().catch(() => {}));
}
