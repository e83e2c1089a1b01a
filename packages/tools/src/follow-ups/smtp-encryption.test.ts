import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '@antiphon/session';
import type { SMTPServerOptions } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FollowUpChange } from './follow-up-outbox.ts';
import { openFollowUps } from './open-follow-ups.ts';
import type { FollowUpsConfig, OpenFollowUps } from './open-follow-ups.ts';
import { SmtpMailSender } from './smtp-mail-sender.ts';
import { readSmtpUrl } from './smtp-url.ts';
import { MailServer } from './testing/mail-server.ts';
import { selfSigned, type SelfSigned } from './testing/self-signed.ts';

const FROM = { name: null, address: 'support@example.org' };
const MAIL = {
  messageId: 'antiphon.1@example.org',
  to: 'ann@example.com',
  subject: 's',
  text: 't',
};
const NEVER = new AbortController().signal;

/** Encrypted from the first byte, or after STARTTLS. */
const WAYS: { way: string; options: SMTPServerOptions; query: string }[] = [
  { way: 'smtps', options: { secure: true }, query: '' },
  { way: 'smtp', options: { disabledCommands: [] }, query: '?requireTLS=true' },
];

describe('mails over an encrypted connection', () => {
  let own: SelfSigned;
  const closings: (() => unknown)[] = [];

  beforeAll(async () => {
    own = await selfSigned();
  });

  afterAll(() => own.close());

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  async function opened(options: SMTPServerOptions, certificate = own): Promise<MailServer> {
    const { cert, key } = certificate;
    const server = await MailServer.start({ cert, key, ...options });
    closings.push(() => server.close());
    return server;
  }

  function senderTo(url: string, ca: string | null): SmtpMailSender {
    const server = readSmtpUrl(url)!;
    const times = { connectingMs: 2_000, silenceMs: 1_000 };
    return new SmtpMailSender({ server, from: FROM, clock: systemClock, ca, ...times });
  }

  describe.each(WAYS)('($way)', ({ way, options, query }) => {
    const urlOf = ({ port }: MailServer, login = '') =>
      `${way}://${login}127.0.0.1:${port}${query}`;

    it('are refused to a server that has signed its certificate itself', async () => {
      const server = await opened(options);
      expect(await senderTo(urlOf(server, 'u:right@'), null).send(MAIL, NEVER)).toEqual({
        kind: 'refused',
        isPermanent: false,
        reason: 'ECERTIFICATE DEPTH_ZERO_SELF_SIGNED_CERT',
      });
      expect([server.logins, server.delivered]).toEqual([[], []]);
    });

    it('are given to it where its certificate is trusted, and so is the password', async () => {
      const server = await opened({ ...options, authOptional: false });
      const sender = senderTo(urlOf(server, 'u:right@'), own.cert);
      expect(await sender.send(MAIL, NEVER)).toEqual({ kind: 'accepted' });
      expect(server.logins).toEqual(['u']);
      expect(server.delivered).toHaveLength(1);
    });

    it('are not given to another server with a certificate of its own', async () => {
      const other = await selfSigned();
      closings.push(() => other.close());
      const server = await opened(options, other);
      expect(await senderTo(urlOf(server), own.cert).send(MAIL, NEVER)).toMatchObject({
        kind: 'refused',
        reason: expect.stringMatching(/^ECERTIFICATE /u) as string,
      });
      expect(server.delivered).toEqual([]);
    });

    it('are not given where the certificate is for another name', async () => {
      const stranger = await selfSigned('DNS:mail.example.org');
      closings.push(() => stranger.close());
      const server = await opened(options, stranger);
      expect(await senderTo(urlOf(server), stranger.cert).send(MAIL, NEVER)).toEqual({
        kind: 'refused',
        isPermanent: false,
        reason: 'ECERTIFICATE ERR_TLS_CERT_ALTNAME_INVALID',
      });
    });

    it('are refused with a wrong password, and may be tried again', async () => {
      const server = await opened({ ...options, authOptional: false });
      const sender = senderTo(urlOf(server, 'u:wrong@'), own.cert);
      expect(await sender.send(MAIL, NEVER)).toEqual({
        kind: 'refused',
        isPermanent: false,
        reason: 'EAUTH 535',
      });
      expect(server.delivered).toEqual([]);
    });

    it.each([
      [{ data: 451 }, { kind: 'refused', isPermanent: false, reason: 'EMESSAGE 451' }, 0],
      ['hangAtRecipient', { kind: 'refused', reason: 'ETIMEDOUT' }, 0],
      ['hangAfterData', { kind: 'unknown' }, 1],
      ['closeAfterData', { kind: 'unknown' }, 1],
      ['closeAfterReply', { kind: 'accepted' }, 1],
    ] as const)('are known to be what they are after %j', async (move, outcome, count) => {
      const server = await opened(options);
      server.play(move);
      expect(await senderTo(urlOf(server), own.cert).send(MAIL, NEVER)).toMatchObject(outcome);
      expect(server.delivered).toHaveLength(count);
    });
  });

  it('are refused to a server that speaks plainly where encryption was asked for', async () => {
    const server = await opened({});
    const url = `smtps://127.0.0.1:${server.port}`;
    expect(await senderTo(url, own.cert).send(MAIL, NEVER)).toMatchObject({
      kind: 'refused',
      isPermanent: false,
    });
    expect(server.delivered).toEqual([]);
  });

  describe('with the settings of a server', () => {
    const CONFIG = {
      redisUrl: null,
      from: 'support@example.org',
      folder: '',
      folderDays: 30,
      clock: systemClock,
    };

    async function changesWith(config: Pick<FollowUpsConfig, 'smtpUrl' | 'caFile'>) {
      const changes: FollowUpChange[] = [];
      const wanted = { tell: (): void => {} };
      const tried = new Promise<void>((resolve) => (wanted.tell = resolve));
      const { followUps, close }: OpenFollowUps = await openFollowUps({
        ...CONFIG,
        ...config,
        onChange: (change) => {
          changes.push(change);
          if (change.state !== 'sending') wanted.tell();
        },
      });
      closings.push(close);
      const template = { subject: 'Order', body: '{result}' };
      const followUp = { id: 'a.1', agent: 'acme', tool: 't', to: 'ann@example.com', template };
      await followUps.promise({ ...followUp, arguments: '{}' });
      await followUps.settle('a.1', { kind: 'result', output: 'shipped' });
      await tried;
      return changes.map(({ state, reason }) => ({ state, reason }));
    }

    it('reach a server that SMTP_CA_FILE trusts', async () => {
      const server = await opened({ secure: true });
      const smtpUrl = `smtps://localhost:${server.port}`;
      expect(await changesWith({ smtpUrl, caFile: own.certFile })).toEqual([
        { state: 'sending', reason: null },
        { state: 'sent', reason: null },
      ]);
    });

    it('wait, and say why, where it is not trusted', async () => {
      const server = await opened({ secure: true });
      const smtpUrl = `smtps://localhost:${server.port}`;
      expect(await changesWith({ smtpUrl, caFile: null })).toEqual([
        { state: 'sending', reason: null },
        { state: 'pending', reason: 'ECERTIFICATE DEPTH_ZERO_SELF_SIGNED_CERT' },
      ]);
    });

    it.each([
      ['missing.pem', null, /^SMTP_CA_FILE is ".*missing\.pem", which cannot be used \(ENOENT\)/u],
      ['other.pem', 'no certificate', /other\.pem".*it holds no certificate in PEM/u],
    ])('do not start with %s', async (name, content, message) => {
      const caFile = path.join(path.dirname(own.certFile), name);
      if (content !== null) await writeFile(caFile, content);
      await expect(
        openFollowUps({ ...CONFIG, smtpUrl: 'smtp://localhost', caFile }),
      ).rejects.toThrow(message);
    });
  });
});
