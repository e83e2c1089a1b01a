import { systemClock } from '@antiphon/session';
import { afterEach, describe, expect, it } from 'vitest';
import { FollowUpOutbox, type FollowUpChange } from './follow-up-outbox.ts';
import type { Mail } from './mail-sender.ts';
import { MemoryOutboxStore } from './memory-outbox-store.ts';
import { SmtpMailSender } from './smtp-mail-sender.ts';
import { readSmtpUrl } from './smtp-url.ts';
import { MailServer, type MailServerMove } from './testing/mail-server.ts';
import { DrivenClock } from '@antiphon/session/testing';

const FROM = { name: 'Acme Support', address: 'support@example.org' };

const MAIL: Mail = {
  messageId: 'antiphon.1@example.org',
  to: 'ann@example.com',
  subject: 'Order 4471 – größer',
  text: 'It is shipped.\n.\nFrom here on: <b>text</b> in « UTF-8 ».\n',
};

const NEVER = new AbortController().signal;

describe('SmtpMailSender', () => {
  const closings: (() => unknown)[] = [];

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  async function opened(options: Parameters<typeof MailServer.start>[0] = {}): Promise<MailServer> {
    const server = await MailServer.start(options);
    closings.push(() => server.close());
    return server;
  }

  function senderTo(url: string, clock = systemClock): SmtpMailSender {
    const server = readSmtpUrl(url)!;
    return new SmtpMailSender({ server, from: FROM, clock, connectingMs: 1_000, silenceMs: 500 });
  }

  it('hands over a whole mail in plain text', async () => {
    const server = await opened();
    expect(await senderTo(server.url).send(MAIL, NEVER)).toEqual({ kind: 'accepted' });
    expect(server.delivered).toMatchObject([
      { messageId: MAIL.messageId, from: FROM.address, to: ['ann@example.com'] },
    ]);
    const { source } = server.delivered[0]!;
    const [head = '', body = ''] = source.split('\r\n\r\n');
    expect(head).toContain('From: Acme Support <support@example.org>');
    expect(head).toContain('Content-Type: text/plain; charset=utf-8');
    expect(head).toMatch(/^Date: .*\+0000\r$/mu);
    expect(head).not.toMatch(/html|multipart/iu);
    expect(Buffer.from(body.replaceAll(/=\r\n/gu, ''), 'latin1').toString()).toContain(
      '<b>text</b>',
    );
  });

  const refusals: [MailServerMove, object][] = [
    [{ recipient: 550 }, { kind: 'refused', isPermanent: true, reason: 'EENVELOPE 550' }],
    [{ recipient: 450 }, { kind: 'refused', isPermanent: false, reason: 'EENVELOPE 450' }],
    [{ data: 554 }, { kind: 'refused', isPermanent: true, reason: 'EMESSAGE 554' }],
    [{ data: 451 }, { kind: 'refused', isPermanent: false, reason: 'EMESSAGE 451' }],
    ['hangAtConnect', { kind: 'refused', isPermanent: false, reason: 'ETIMEDOUT' }],
    ['hangAtRecipient', { kind: 'refused', isPermanent: false, reason: 'ETIMEDOUT' }],
    ['closeAtConnect', { kind: 'refused', isPermanent: false }],
    ['closeAtRecipient', { kind: 'refused', isPermanent: false }],
  ];

  it.each(refusals)('knows that %j left nothing behind', async (move, outcome) => {
    const server = await opened();
    server.play(move);
    expect(await senderTo(server.url).send(MAIL, NEVER)).toMatchObject(outcome);
    expect(server.delivered).toHaveLength(0);
  });

  it.each(['hangAfterData', 'closeAfterData'] as const)(
    'does not know what became of a mail after %s',
    async (move) => {
      const server = await opened();
      server.play(move);
      expect(await senderTo(server.url).send(MAIL, NEVER)).toMatchObject({ kind: 'unknown' });
      expect(server.delivered).toHaveLength(1);
    },
  );

  it('believes a reply that the end of the connection follows', async () => {
    const server = await opened();
    server.play('closeAfterReply');
    expect(await senderTo(server.url).send(MAIL, NEVER)).toEqual({ kind: 'accepted' });
    expect(server.delivered).toHaveLength(1);
  });

  it('finds nobody at a port where nobody listens', async () => {
    const server = await opened();
    const { url } = server;
    await server.close();
    closings.length = 0;
    expect(await senderTo(url).send(MAIL, NEVER)).toMatchObject({
      kind: 'refused',
      isPermanent: false,
    });
  });

  it('says what is known when it is told to stop', async () => {
    const server = await opened();
    server.play('hangAfterData', 'hangAtRecipient');
    const sender = senderTo(server.url);
    const delivered = new Promise((resolve) => (server.onDelivered = resolve));
    const stop = new AbortController();
    const first = sender.send(MAIL, stop.signal);
    await delivered;
    stop.abort();
    expect(await first).toEqual({ kind: 'unknown', reason: 'EABORT' });
    expect(await sender.send(MAIL, stop.signal)).toMatchObject({ kind: 'refused' });
    expect(server.connectionCount).toBe(1);
  });

  it('bounds a server that always says a little more', async () => {
    const clock = new DrivenClock();
    const server = await opened();
    server.play('hangAfterData');
    server.onDelivered = () => clock.advance(600_000);
    expect(await senderTo(server.url, clock).send(MAIL, NEVER)).toEqual({
      kind: 'unknown',
      reason: 'ETOOSLOW',
    });
    expect(clock.pending).toBe(0);
  });

  it('logs in where it has a password', async () => {
    const server = await opened({ authOptional: false });
    const host = `127.0.0.1:${server.port}`;
    expect(await senderTo(`smtp://us%40er:right@${host}`).send(MAIL, NEVER)).toEqual({
      kind: 'accepted',
    });
    expect(server.logins).toEqual(['us@er']);
    // Somebody may mend a password before the last attempt.
    expect(await senderTo(`smtp://user:wrong@${host}`).send(MAIL, NEVER)).toEqual({
      kind: 'refused',
      isPermanent: false,
      reason: 'EAUTH 535',
    });
    expect(server.delivered).toHaveLength(1);
  });

  it('tells no password to a server whose certificate it does not trust', async () => {
    const server = await opened({ disabledCommands: [] });
    const url = `smtp://user:right@127.0.0.1:${server.port}?requireTLS=true`;
    expect(await senderTo(url).send(MAIL, NEVER)).toMatchObject({
      kind: 'refused',
      isPermanent: false,
    });
    expect(server.logins).toEqual([]);
  });

  it('tells no password to a server that offers no encryption where it is required', async () => {
    const server = await opened();
    const url = `smtp://user:right@127.0.0.1:${server.port}?requireTLS=true`;
    expect(await senderTo(url).send(MAIL, NEVER)).toMatchObject({ kind: 'refused' });
    expect(server.logins).toEqual([]);
    expect(server.delivered).toHaveLength(0);
  });

  it('refuses what is no single address before anybody is told', async () => {
    const server = await opened();
    const to = 'ann@example.com>\r\nRCPT TO:<all@example.com';
    const outcome = await senderTo(server.url).send({ ...MAIL, to }, NEVER);
    expect(outcome).toMatchObject({ kind: 'refused', isPermanent: true });
    expect(server.delivered).toHaveLength(0);
  });

  it('does not let a subject begin another header', async () => {
    const server = await opened();
    const subject = 'Hello\r\nBcc: all@example.com\r\n\r\nbody';
    await senderTo(server.url).send({ ...MAIL, subject }, NEVER);
    const [head = ''] = server.delivered[0]!.source.split('\r\n\r\n');
    expect(head).not.toMatch(/^Bcc:/imu);
    expect(server.delivered[0]!.to).toEqual(['ann@example.com']);
  });

  describe('under an outbox', () => {
    const trials: { how: string; moves: MailServerMove[]; state: string; count: number }[] = [
      { how: 'refused for good', moves: [{ recipient: 550 }], state: 'failed', count: 0 },
      {
        how: 'told to come back',
        moves: [{ recipient: 451 }, { data: 452 }],
        state: 'sent',
        count: 1,
      },
      {
        how: 'hung at the connection',
        moves: ['hangAtConnect', 'closeAtConnect'],
        state: 'sent',
        count: 1,
      },
      { how: 'cut off before the data', moves: ['closeAtRecipient'], state: 'sent', count: 1 },
      { how: 'left without a reply', moves: ['hangAfterData'], state: 'unknown', count: 1 },
      { how: 'cut off after the data', moves: ['closeAfterData'], state: 'unknown', count: 1 },
      { how: 'cut off after the reply', moves: ['closeAfterReply'], state: 'sent', count: 1 },
    ];

    it.each(trials)(
      'when $how, is $state after $count deliveries',
      async ({ moves, state, count }) => {
        const server = await opened();
        server.play(...moves);
        const clock = new DrivenClock();
        const changes: FollowUpChange[] = [];
        const outbox = new FollowUpOutbox({
          store: new MemoryOutboxStore(),
          sender: senderTo(server.url),
          domain: 'example.org',
          clock,
          onChange: (change) => changes.push(change),
        });
        closings.push(() => outbox.close());
        const id = 'sess_1.call_1';
        const template = { subject: 'Order', body: 'It is {result}.' };
        const followUp = { id, agent: 'acme', tool: 'lookup_order', template, arguments: '{}' };
        expect(await outbox.promise({ ...followUp, to: 'ann@example.com' })).toBe(true);
        await outbox.settle(id, { kind: 'result', output: 'shipped' });
        for (let minutes = 0; minutes < 180; minutes++) {
          await outbox.idle();
          clock.advance(60_000);
        }
        expect(await outbox.state(id)).toBe(state);
        expect(server.delivered).toHaveLength(count);
        expect(JSON.stringify(changes)).not.toMatch(/example|shipped|Order/u);
        expect(changes.at(-1)).toMatchObject({ id, tool: 'lookup_order', state });
      },
    );
  });
});
