import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock, type FollowUpState } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isRedisMissing } from '../testing/needs-redis.ts';
import { PrivateRedis } from '../testing/private-redis.ts';
import { followUpMail } from './follow-up-mail.ts';
import { openFollowUps, type OpenFollowUps } from './open-follow-ups.ts';
import { MailServer } from './testing/mail-server.ts';

const CHILD = fileURLToPath(new URL('./testing/sending-child.mjs', import.meta.url));
const TSX = import.meta.resolve('tsx');

const CALLS = 24;
/** More of them, for those who doubt: `ANTIPHON_MAIL_KILLS=100 npx vitest run crashes`. */
const RANDOM_KILLS = Number(process.env['ANTIPHON_MAIL_KILLS'] ?? 8);
/** Beyond every lease and every wait for an outcome, by the clock of who cleans up. */
const LATER_MS = 2 * 3_600_000;

const NO_FOLDER = { folderDays: 30, caFile: null };
const TEMPLATE = { subject: '', body: '' };

function messageIdOf(id: string): string {
  const followUp = { id, agent: '', tool: '', to: '', template: TEMPLATE, arguments: '' };
  return followUpMail(followUp, { kind: 'timeout' }, 'example.org').messageId;
}

describe.skipIf(isRedisMissing)('a sender that dies', () => {
  let redis: PrivateRedis;
  let server: MailServer;
  let child: ChildProcess | null = null;
  let runs = 0;

  beforeAll(async () => {
    redis = await PrivateRedis.start();
    server = await MailServer.start();
  });

  afterEach(() => {
    server.onDelivered = () => {};
    child?.kill('SIGKILL');
  });

  afterAll(async () => {
    await server.close();
    await redis.close();
  });

  function start(session: string): ChildProcess {
    const args = [CHILD, redis.url, server.url, session, String(CALLS)];
    const options = ['--conditions=antiphon-source', '--import', TSX];
    return spawn(process.execPath, [...options, ...args], { stdio: 'inherit' });
  }

  /** Opens another outbox long after, lets it end everything, and returns how each call ended. */
  async function cleanedUp(ids: readonly string[]): Promise<(FollowUpState | null)[]> {
    const clock = new DrivenClock(systemClock.now() + LATER_MS);
    const config = {
      smtpUrl: server.url,
      from: 'support@example.org',
      folder: '',
      ...NO_FOLDER,
      clock,
    };
    const opened = await openFollowUps({ ...config, redisUrl: redis.url });
    try {
      return await ended(opened, clock, ids);
    } finally {
      await close(opened, clock);
    }
  }

  async function ended(
    { followUps }: OpenFollowUps,
    clock: DrivenClock,
    ids: readonly string[],
  ): Promise<(FollowUpState | null)[]> {
    for (;;) {
      // In small steps, so that a lease outlasts what is really under way.
      clock.advance(100);
      const states = await Promise.all(ids.map((id) => followUps.state(id)));
      if (!states.some((state) => state === 'pending' || state === 'sending')) return states;
      await new Promise(setImmediate);
    }
  }

  async function close(opened: OpenFollowUps, clock: DrivenClock): Promise<void> {
    const closed = opened.close();
    clock.advance(60_000);
    await closed;
  }

  function expectAtMostOnce(ids: readonly string[], states: readonly (FollowUpState | null)[]) {
    const seen = ids.map((id, index) => ({
      state: states[index],
      deliveries: server.deliveriesOf(messageIdOf(id)),
    }));
    const allowed = { sent: [1], failed: [0], unknown: [0, 1], none: [0] } as const;
    const wrong = seen.filter(({ state, deliveries }) => {
      const counts: readonly number[] = allowed[(state ?? 'none') as keyof typeof allowed] ?? [];
      return !counts.includes(deliveries);
    });
    expect(wrong).toEqual([]);
    return seen;
  }

  it('leaves unknown, for good, what the mail server had taken without its knowing', async () => {
    const session = `sess_${(runs += 1)}`;
    const ids = Array.from({ length: CALLS }, (_each, call) => `${session}.${call}`);
    server.play('hangAfterData');
    const delivered = new Promise((resolve) => (server.onDelivered = resolve));
    child = start(session);
    await delivered;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const seen = expectAtMostOnce(ids, await cleanedUp(ids));
    expect(seen[0]).toEqual({ state: 'unknown', deliveries: 1 });
  });

  it.each(Array.from({ length: RANDOM_KILLS }, (_each, index) => index))(
    'never sends twice, wherever it is killed (%i)',
    async () => {
      const session = `sess_${(runs += 1)}`;
      const ids = Array.from({ length: CALLS }, (_each, call) => `${session}.${call}`);
      const fatalDelivery = Math.floor(Math.random() * CALLS) + 1;
      const turnsLater = Math.floor(Math.random() * 30);
      let deliveries = 0;
      const fatal = new Promise<void>((resolve) => {
        server.onDelivered = () => {
          if ((deliveries += 1) === fatalDelivery) resolve();
        };
      });
      child = start(session);
      await fatal;
      for (let turn = 0; turn < turnsLater; turn++) await new Promise(setImmediate);
      child.kill('SIGKILL');
      await once(child, 'exit');
      server.onDelivered = () => {};
      const seen = expectAtMostOnce(ids, await cleanedUp(ids));
      const sent = seen.filter(({ state }) => state === 'sent').length;
      expect(sent).toBeGreaterThanOrEqual(fatalDelivery - 4);
      // What is doubtful is what was under way, and four at most are.
      expect(seen.filter(({ state }) => state === 'unknown').length).toBeLessThanOrEqual(4);
    },
  );

  it.each([1, 5, 12])(
    'never sends twice when Redis is killed at delivery %i and comes back',
    async (fatalDelivery) => {
      const session = `sess_${(runs += 1)}`;
      const ids = Array.from({ length: CALLS }, (_each, call) => `${session}.${call}`);
      const clock = new DrivenClock(systemClock.now());
      const config = {
        smtpUrl: server.url,
        from: 'support@example.org',
        folder: '',
        ...NO_FOLDER,
        clock,
      };
      const opened = await openFollowUps({ ...config, redisUrl: redis.url });
      try {
        let deliveries = 0;
        const fatal = new Promise<void>((resolve) => {
          server.onDelivered = () => {
            if ((deliveries += 1) === fatalDelivery) resolve();
          };
        });
        const promised = await Promise.all(
          ids.map((id) =>
            opened.followUps.promise({
              id,
              agent: 'acme',
              tool: 't',
              to: 'ann@example.com',
              arguments: '{}',
              template: { subject: 'Order', body: '{result}' },
            }),
          ),
        );
        expect(promised).toEqual(ids.map(() => true));
        const settled = ids.map((id) =>
          opened.followUps.settle(id, { kind: 'result', output: 'over' }),
        );
        await fatal;
        await redis.restart();
        await Promise.all(settled);
        while ((await opened.followUps.state(ids[0]!)) === null) await new Promise(setImmediate);
        const states = await ended(opened, clock, ids);
        expect(states).not.toContain(null);
        expectAtMostOnce(ids, states);
      } finally {
        await close(opened, clock);
      }
    },
  );
});
