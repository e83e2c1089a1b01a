import { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import type { Clock } from '@antiphon/session';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { NodemailerError } from 'nodemailer/lib/errors';
import { composeMail } from './compose-mail.ts';
import type { SenderAddress } from './mail-address.ts';
import type { Mail, MailOutcome, MailSender } from './mail-sender.ts';
import type { SmtpServer } from './smtp-url.ts';

/** From the look-up of the host to the greeting, and to the end of STARTTLS. */
const CONNECTING_MS = 15_000;
/** Without a byte from the server. */
const SILENCE_MS = 60_000;
/** Of one attempt, so that a server that trickles is bounded too; the lease is longer. */
export const LONGEST_ATTEMPT_MS = 120_000;

/** What an {@link SmtpMailSender} needs; times are for tests, and have defaults. */
export interface SmtpMailSenderOptions {
  readonly server: SmtpServer;
  readonly from: SenderAddress;
  readonly clock: Clock;
  /** Certificates in PEM that the server's may be signed by, besides the public ones. */
  readonly ca?: string | null;
  readonly connectingMs?: number;
  readonly silenceMs?: number;
}

/**
 * Hands mails to an SMTP server, each over a connection of its own.
 *
 * What is known after a failure depends on two things. A reply of the server to the sender, the
 * recipient or the data is believed: 4xx and 5xx mean that it did not take the mail. Without such
 * a reply, the mail is `unknown` from the moment its last byte, after which the end mark follows,
 * may have gone out, and surely not sent before. Only refusals of the mail itself (5xx to sender,
 * recipient or data) are permanent; a login that is refused may be mended meanwhile.
 */
export class SmtpMailSender implements MailSender {
  readonly destination: string;
  readonly #options: SmtpMailSenderOptions;

  constructor(options: SmtpMailSenderOptions) {
    this.#options = options;
    const { host, port, isSecure } = options.server;
    const shownHost = host.includes(':') ? `[${host}]` : host;
    this.destination = `${isSecure ? 'smtps' : 'smtp'}://${shownHost}:${port}`;
  }

  async send(mail: Mail, signal: AbortSignal): Promise<MailOutcome> {
    const { from, clock } = this.#options;
    let content: Buffer;
    try {
      content = await composeMail(mail, from, clock.now());
    } catch {
      return { kind: 'refused', isPermanent: true, reason: 'ECOMPOSE' };
    }
    if (signal.aborted) return { kind: 'refused', isPermanent: false, reason: 'EABORT' };
    return this.#deliver(new MailContent(content), mail.to, signal);
  }

  #deliver(content: MailContent, to: string, signal: AbortSignal): Promise<MailOutcome> {
    const { server, from, clock, ca, connectingMs, silenceMs } = this.#options;
    return new Promise((resolve) => {
      const connection = new SMTPConnection({
        host: server.host,
        port: server.port,
        secure: server.isSecure,
        requireTLS: server.requiresTls,
        ...(ca && { tls: { ca: [...rootCertificates, ca] } }),
        connectionTimeout: connectingMs ?? CONNECTING_MS,
        greetingTimeout: connectingMs ?? CONNECTING_MS,
        dnsTimeout: connectingMs ?? CONNECTING_MS,
        socketTimeout: silenceMs ?? SILENCE_MS,
      });
      let isOver = false;
      const end = (outcome: MailOutcome): void => {
        if (isOver) return;
        isOver = true;
        clock.clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        if (outcome.kind === 'accepted') connection.quit();
        else connection.close();
        resolve(outcome);
      };
      const fail = (error: NodemailerError): void => end(outcomeOf(error, content.isHandedOver));
      const giveUp = (code: string): void => fail(Object.assign(new Error(code), { code }));
      const abort = (): void => giveUp('EABORT');
      signal.addEventListener('abort', abort);
      const timer = clock.setTimeout(() => giveUp('ETOOSLOW'), LONGEST_ATTEMPT_MS);
      // What the connection does after its end is nobody's business, but an error must be heard.
      connection.on('error', fail);
      const transmit = (): void => {
        const envelope = { from: from.address, to: [to], size: content.byteLength };
        connection.send(envelope, content, (error) =>
          error ? fail(error) : end({ kind: 'accepted' }),
        );
      };
      connection.connect((error) => {
        if (error) return fail(error);
        if (isOver) return;
        if (!server.auth || !connection.allowsAuth) return transmit();
        connection.login({ credentials: server.auth }, (refusal) =>
          refusal ? fail(refusal) : transmit(),
        );
      });
    });
  }
}

/** A mail's bytes, which are read only after the server has asked for them (354). */
class MailContent extends Readable {
  readonly byteLength: number;
  readonly #content: Buffer;
  #isRead = false;
  #isHandedOver = false;

  constructor(content: Buffer) {
    super();
    this.#content = content;
    this.byteLength = content.byteLength;
  }

  /** Whether all of it, and so the mark that ends it, may have been sent. */
  get isHandedOver(): boolean {
    return this.#isHandedOver;
  }

  override _read(): void {
    if (!this.#isRead) {
      this.#isRead = true;
      this.push(this.#content);
      return;
    }
    // The end mark is written after this and never before.
    this.#isHandedOver = true;
    this.push(null);
  }
}

function outcomeOf(error: NodemailerError, isHandedOver: boolean): MailOutcome {
  const { code = 'EUNKNOWN', responseCode } = error;
  const isRefusal = responseCode !== undefined && responseCode >= 400 && responseCode < 600;
  const reason = responseCode === undefined ? codeOf(error) : `${code} ${responseCode}`;
  if (isRefusal && (code === 'EENVELOPE' || code === 'EMESSAGE')) {
    return { kind: 'refused', isPermanent: error.permanent === true, reason };
  }
  if (isHandedOver) return { kind: 'unknown', reason };
  // An address that cannot be sent, or a mail larger than the server takes, stays so.
  const isOurs = code === 'EENVELOPE' || code === 'EMESSAGE';
  return { kind: 'refused', isPermanent: isOurs, reason };
}

/** What Node calls a certificate that it does not trust. */
const UNTRUSTED = /CERT|ISSUER|LEAF_SIGNATURE|HOSTNAME_MISMATCH|INVALID_CA/u;

/** One code where the server's certificate is what is wrong, as people can do something about it. */
function codeOf(error: NodemailerError): string {
  const { code = 'EUNKNOWN' } = error;
  const { originalCode = '' } = error as { readonly originalCode?: string };
  return UNTRUSTED.test(originalCode) ? `ECERTIFICATE ${originalCode}` : code;
}
