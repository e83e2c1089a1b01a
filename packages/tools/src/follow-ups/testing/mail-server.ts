import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';

/** A mail that the server has whole. */
export interface DeliveredMail {
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
}

/** What the server does with one connection; `take` unless told otherwise. */
export type MailServerMove =
  | 'take'
  | 'hangAtConnect'
  | 'hangAtRecipient'
  | 'closeAtConnect'
  | 'closeAtRecipient'
  /** The mail is delivered, and the client never told. */
  | 'hangAfterData'
  | 'closeAfterData'
  /** The mail is delivered and the client told, just before the connection ends. */
  | 'closeAfterReply'
  /** An SMTP status for the recipient, or for the data. */
  | { readonly recipient: number }
  | { readonly data: number };

/** A real SMTP server on loopback that counts what was delivered, and fails as it is told. */
export class MailServer {
  readonly delivered: DeliveredMail[] = [];
  readonly logins: string[] = [];
  /** Told of each mail once it is delivered, before the client is. */
  onDelivered: (mail: DeliveredMail) => void = () => {};
  connectionCount = 0;
  readonly #server: SMTPServer;
  readonly #moves: MailServerMove[] = [];
  readonly #moveOf = new Map<string, MailServerMove>();

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      closeTimeout: 1,
      ...options,
      onConnect: (session, done) => this.#connected(session, done),
      onAuth: ({ username = '', password }, _session, done) => {
        this.logins.push(username);
        if (password === 'right') done(null, { user: username });
        else done(statusError(535));
      },
      onRcptTo: (_address, session, done) => this.#recipient(session, done),
      onData: (stream, session, done) => {
        void text(stream).then(
          (source) => this.#data(source, session, done),
          // The client went away before it had said everything: there is no mail.
          () => {},
        );
      },
    });
    // Clients that go away are what these tests are about.
    this.#server.on('error', () => {});
  }

  static async start(options: SMTPServerOptions = {}): Promise<MailServer> {
    const server = new MailServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** What it does with the next connections, one after the other. */
  play(...moves: MailServerMove[]): void {
    this.#moves.push(...moves);
  }

  /** How often a mail was delivered. */
  deliveriesOf(messageId: string): number {
    return this.delivered.filter((mail) => mail.messageId === messageId).length;
  }

  async close(): Promise<void> {
    for (const { _socket: socket } of this.#connections()) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }

  #connected(session: SMTPServerSession, done: (error?: Error | null) => void): void {
    this.connectionCount += 1;
    const move = this.#moves.shift() ?? 'take';
    this.#moveOf.set(session.id, move);
    if (move === 'closeAtConnect') this.#cut(session);
    else if (move !== 'hangAtConnect') done();
  }

  #recipient(session: SMTPServerSession, done: (error?: Error | null) => void): void {
    const move = this.#moveOf.get(session.id)!;
    if (move === 'hangAtRecipient') return;
    if (move === 'closeAtRecipient') this.#cut(session);
    else if (typeof move === 'object' && 'recipient' in move) done(statusError(move.recipient));
    else done();
  }

  #data(source: string, session: SMTPServerSession, done: (error?: Error | null) => void): void {
    const move = this.#moveOf.get(session.id)!;
    if (typeof move === 'object' && 'data' in move) return done(statusError(move.data));
    const { mailFrom, rcptTo } = session.envelope;
    const mail: DeliveredMail = {
      messageId: /^Message-ID: <(.*)>\r$/imu.exec(source)?.[1] ?? '',
      from: mailFrom === false ? '' : mailFrom.address,
      to: rcptTo.map(({ address }) => address),
      source,
    };
    this.delivered.push(mail);
    this.onDelivered(mail);
    if (move === 'hangAfterData') return;
    if (move === 'closeAfterData') return this.#cut(session);
    done();
    if (move === 'closeAfterReply') setImmediate(() => this.#cut(session));
  }

  #cut(session: SMTPServerSession): void {
    for (const { id, _socket: socket } of this.#connections()) {
      if (id === session.id) socket.destroy();
    }
  }

  /** The server's own connections, which its types leave out. */
  #connections(): Iterable<{ readonly id: string; readonly _socket: Socket }> {
    return (this.#server as unknown as { connections: Set<{ id: string; _socket: Socket }> })
      .connections;
  }
}

function statusError(responseCode: number): Error {
  return Object.assign(new Error('Not now, ann@example.com'), { responseCode });
}
