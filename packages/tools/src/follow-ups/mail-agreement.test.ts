import { systemClock } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRedisMissing } from '../testing/needs-redis.ts';
import { PrivateRedis } from '../testing/private-redis.ts';
import { MailAgreement } from './mail-agreement.ts';
import type { MailRoute } from './mail-agreement.ts';
import { openFollowUps } from './open-follow-ups.ts';
import type { FollowUpsConfig, OpenFollowUps } from './open-follow-ups.ts';
import { RedisOutboxStore } from './redis-outbox-store.ts';

const SMTP = {
  smtpUrl: 'smtp://us:secret@127.0.0.1:2525',
  from: 'support@example.org',
  folder: '/nowhere/mail',
  folderDays: 30,
  caFile: null,
};

describe.skipIf(isRedisMissing)('processes that share a Redis', () => {
  const closings: (() => unknown)[] = [];
  let redis: PrivateRedis;

  beforeEach(async () => {
    redis = await PrivateRedis.start();
    closings.push(() => redis.close());
  });

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  async function opened(changes: Partial<FollowUpsConfig> = {}): Promise<OpenFollowUps> {
    const config = { ...SMTP, redisUrl: redis.url, clock: systemClock, ...changes };
    const process = await openFollowUps(config);
    closings.push(process.close);
    return process;
  }

  it('start where they send mails the same way, with whatever password', async () => {
    await opened();
    const other = await opened({ smtpUrl: 'smtp://127.0.0.1:2525' });
    expect(other.isStoreReady).toBe(true);
  });

  it.each([
    ['over another mail server', { smtpUrl: 'smtp://us:secret@127.0.0.1:2526' }],
    ['from another sender', { from: 'help@example.org' }],
    ['into a folder', { smtpUrl: null }],
  ])('do not start where they would send mails %s, and show no password', async (_how, changes) => {
    await opened();
    const problem = opened(changes);
    await expect(problem).rejects.toMatchObject({ code: 'mail_settings_differ' });
    await expect(problem).rejects.toThrow(
      /answers to smtp:\/\/127\.0\.0\.1:2525 from support@example\.org; this one .* same SMTP_URL/u,
    );
    await expect(problem).rejects.not.toThrow(/secret/u);
  });

  it('do not start where they would put mails into different folders', async () => {
    const folders = { smtpUrl: null, from: null };
    await opened({ ...folders, folder: '/nowhere/server' });
    await expect(opened({ ...folders, folder: '/nowhere/worker' })).rejects.toThrow(
      /\/nowhere\/server .*\/nowhere\/worker .*ANTIPHON_MAIL_DIR/u,
    );
  });

  it('may change once the others have stopped', async () => {
    const first = await opened();
    await first.close();
    await expect(opened({ from: 'help@example.org' })).resolves.toBeDefined();
  });

  it('find out when Redis comes, and the later one sends nothing', async () => {
    await redis.kill();
    const clock = new DrivenClock(systemClock.now());
    const told: MailRoute[] = [];
    const agreementOf = (from: string) => {
      const store = new RedisOutboxStore({ url: redis.url });
      const route = { destination: 'smtp://127.0.0.1:2525', from };
      const onDiffers = (other: MailRoute): void => void told.push(other);
      const agreement = new MailAgreement({ board: store, route, clock, onDiffers });
      closings.push(() => store.close());
      return { store, agreement };
    };
    const first = agreementOf('support@example.org');
    const later = agreementOf('help@example.org');
    for (const { agreement } of [first, later]) {
      expect(await agreement.open()).toBeNull();
      expect(agreement.agrees).toBe(false);
    }
    await redis.restart();
    for (const { store } of [first, later]) while (!(await store.connected()));
    clock.advance(3_000);
    while (told.length === 0) await new Promise(setImmediate);
    const [other] = told;
    const winner = other?.from === 'support@example.org' ? first : later;
    const loser = winner === first ? later : first;
    expect([winner.agreement.agrees, loser.agreement.agrees]).toEqual([true, false]);
    await winner.agreement.close();
    clock.advance(3_000);
    while (!loser.agreement.agrees) await new Promise(setImmediate);
    await loser.agreement.close();
    expect([told.length, clock.pending]).toEqual([1, 0]);
  });

  it('claim nothing while they may not send', async () => {
    let may = false;
    const store = new RedisOutboxStore({ url: redis.url, maySend: () => may });
    closings.push(() => store.close());
    await store.connected();
    const template = { subject: 's', body: 'b' };
    const followUp = { id: 'a.1', agent: 'a', tool: 't', to: 'ann@example.com', template };
    await store.promise({ ...followUp, arguments: '{}' }, 1_000);
    await store.settle('a.1', { kind: 'timeout' }, 1_000);
    const instants = { nowMs: 2_000, leaseUntilMs: 3_000 };
    expect((await store.claim('c.1', instants)).claimed).toBeNull();
    expect(await store.state('a.1')).toBe('pending');
    may = true;
    expect((await store.claim('c.1', instants)).claimed).toMatchObject({ followUp: { id: 'a.1' } });
  });
});
