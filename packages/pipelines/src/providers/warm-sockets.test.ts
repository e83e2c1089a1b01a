import { DrivenClock } from '@antiphon/session/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { PipelineError } from '../pipeline-error.ts';
import { until } from '../testing/until.ts';
import type { SocketLease } from './socket-seat.ts';
import { LocalSocketServer } from './testing/local-socket-server.ts';
import type { LocalSocketBehaviour } from './testing/local-socket-server.ts';
import { WarmSockets } from './warm-sockets.ts';
import type { WarmSocketsOptions } from './warm-sockets.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

class Trial {
  readonly clock = new DrivenClock();
  readonly server: LocalSocketServer;
  readonly sockets: WarmSockets;

  private constructor(server: LocalSocketServer, options: Partial<WarmSocketsOptions>) {
    this.server = server;
    this.sockets = new WarmSockets({
      provider: 'Acme',
      clock: this.clock,
      address: () => ({ url: server.url, headers: { 'x-key': 'secret' } }),
      userOf: (frame) => frame['id'] as string | undefined,
      ...options,
    });
  }

  static async start(
    options: Partial<WarmSocketsOptions> = {},
    behaviour: LocalSocketBehaviour = {},
  ): Promise<Trial> {
    const server = await LocalSocketServer.start(behaviour);
    const trial = new Trial(server, options);
    closing.push(
      () => server.close(),
      async () => {
        await trial.sockets.close();
        // Nothing is left behind.
        expect(trial.clock.pending).toBe(0);
        await until(() => server.open === 0);
      },
    );
    return trial;
  }

  /** Waits until this many connections are open, on both sides. */
  async opened(count: number): Promise<void> {
    await until(() => this.server.open === count);
    for (const connection of this.server.connections) connection.send({ hello: true });
    await this.settle();
  }

  /** A round trip on a connection of its own kind takes several turns of the event loop. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }

  use(id: string): User {
    return new User(this.sockets, id);
  }
}

class User {
  readonly heard: unknown[] = [];
  lost: PipelineError | null = null;
  readonly lease: SocketLease;

  constructor(sockets: WarmSockets, id: string) {
    this.lease = sockets.lease({
      id,
      frame: (frame) => this.heard.push(frame),
      lost: (fault) => (this.lost = fault),
    });
  }

  say(word: string): void {
    this.lease.send(JSON.stringify({ word }));
  }
}

const echo: LocalSocketBehaviour = {
  onConnection: (connection) => {
    connection.onFrame(({ word }) => connection.send({ id: word, word }));
  },
};

describe('WarmSockets', () => {
  it('opens connections before anybody needs one, with the key', async () => {
    const { server } = await Trial.start({ warm: 2 });
    await until(() => server.open === 2);
    expect(server.upgrades.map(({ headers }) => headers['x-key'])).toEqual(['secret', 'secret']);
  });

  it('gives a user a connection that is open, and opens another for the next one', async () => {
    const trial = await Trial.start({}, echo);
    await trial.opened(1);
    trial.use('a').say('a');
    await until(() => trial.server.connections[0]!.heard.length === 1);
    await until(() => trial.server.open === 2);
  });

  it('keeps what is sent before the connection is open', async () => {
    const trial = await Trial.start({ warm: 0 }, echo);
    const user = trial.use('a');
    user.say('a');
    user.say('a');
    await until(() => user.heard.length === 2);
  });

  it('serves several users on one connection and tells each its own', async () => {
    const trial = await Trial.start({ maxUsers: 3 }, echo);
    const [a, b] = [trial.use('a'), trial.use('b')];
    a.say('a');
    b.say('b');
    a.say('nobody');
    a.say('b');
    await until(() => b.heard.length === 2 && a.heard.length === 1);
    expect(trial.server.connections).toHaveLength(1);
    expect(a.heard).toEqual([{ id: 'a', word: 'a' }]);
  });

  it('gives a seat on to the next user, and tells the one who left nothing', async () => {
    const trial = await Trial.start({ maxConnections: 1 }, echo);
    const a = trial.use('a');
    const b = trial.use('b');
    b.say('b');
    a.say('a');
    await until(() => a.heard.length === 1);
    expect(b.heard).toEqual([]);
    a.lease.release();
    await until(() => b.heard.length === 1);
    trial.server.connections[0]!.send({ id: 'a' });
    b.say('b');
    await until(() => b.heard.length === 2);
    expect(a.heard).toHaveLength(1);
  });

  it('has those who wait give up after a time, and refuses more than may wait', async () => {
    const trial = await Trial.start({ maxConnections: 1, connectMs: 500 });
    await trial.opened(1);
    trial.use('first');
    const waiting = Array.from({ length: 200 }, (_, index) => trial.use(`w${index}`));
    const refused = trial.use('one more');
    await until(() => refused.lost !== null);
    expect(refused.lost?.code).toBe('queue_full');
    trial.clock.advance(500);
    expect(waiting.every(({ lost }) => lost?.code === 'provider_timeout')).toBe(true);
    expect(waiting[0]?.lost?.message).toBe(
      'Acme took too long (no room on a connection in 500 ms)',
    );
  });

  it('uses no connection again that somebody left spoiled, and closes it when all have gone', async () => {
    const trial = await Trial.start({ maxUsers: 2 }, echo);
    await trial.opened(1);
    const [a, b] = [trial.use('a'), trial.use('b')];
    await until(() => trial.server.open === 2);
    a.lease.release(true);
    trial.use('c').say('c');
    await until(() => trial.server.connections[1]!.heard.length === 1);
    expect(trial.server.connections[0]!.isOpen).toBe(true);
    b.lease.release();
    await until(() => !trial.server.connections[0]!.isOpen);
  });

  it('closes a connection that has served as often as it may', async () => {
    const trial = await Trial.start({ maxUses: 1 }, echo);
    const user = trial.use('a');
    user.say('a');
    await until(() => user.heard.length === 1);
    user.lease.release();
    await until(() => trial.server.connections.length === 2 && trial.server.open === 1);
  });

  it('replaces a connection before it has been idle for too long, without a moment without one', async () => {
    const trial = await Trial.start({ idleMs: 60_000, pingMs: 100_000 }, echo);
    await trial.opened(1);
    trial.clock.advance(60_000);
    await until(() => trial.server.connections.length === 2);
    await until(() => trial.server.open === 1);
    expect(trial.server.connections[0]!.closeCode).toBe(1000);
    trial.use('a').say('a');
    await until(() => trial.server.connections[1]!.heard.length === 1);
  });

  it('opens another connection when one is lost, and tells its users', async () => {
    const trial = await Trial.start({}, echo);
    const user = trial.use('a');
    user.say('a');
    await until(() => user.heard.length === 1 && trial.server.open === 2);
    trial.server.connections[0]!.cut();
    await until(() => user.lost !== null);
    expect(user.lost?.message).toBe('Acme was lost (closed with 1006)');
    await until(() => trial.server.open === 1);
  });

  it('waits longer and longer while it is refused, and serves again when it is not', async () => {
    let isOpen = false;
    const trial = await Trial.start(
      {},
      { ...echo, refuses: () => (isOpen ? null : { status: 503, body: '' }) },
    );
    const upgrades = trial.server.upgrades;
    for (const [index, pauseMs] of [250, 500, 1_000, 2_000, 5_000, 10_000, 10_000].entries()) {
      await until(() => upgrades.length === index + 1 && trial.sockets.size === 0);
      trial.clock.advance(pauseMs - 1);
      await trial.settle();
      expect(upgrades).toHaveLength(index + 1);
      isOpen = index === 6;
      trial.clock.advance(1);
    }
    const user = trial.use('a');
    user.say('a');
    await until(() => user.heard.length === 1);
  });

  it('does not try a wrong key again for every user', async () => {
    const trial = await Trial.start({}, { refuses: () => ({ status: 401, body: '' }) });
    const first = trial.use('a');
    await until(() => first.lost !== null && trial.sockets.size === 0);
    const before = trial.server.upgrades.length;
    const second = trial.use('b');
    await until(() => second.lost !== null);
    expect(second.lost?.message).toBe('Acme refused the key (HTTP 401)');
    expect(trial.server.upgrades).toHaveLength(before);
    trial.clock.advance(10_000);
    await until(() => trial.server.upgrades.length > before);
  });

  it('tries for a user at once when the last attempt is not a moment ago', async () => {
    const trial = await Trial.start({}, { refuses: () => ({ status: 503, body: '' }) });
    await until(() => trial.server.upgrades.length === 1 && trial.sockets.size === 0);
    trial.clock.advance(249);
    const early = trial.use('a');
    await trial.settle();
    expect(trial.server.upgrades).toHaveLength(1);
    trial.clock.advance(1);
    await until(() => early.lost !== null);
    expect(early.lost?.message).toBe('Acme failed (HTTP 503)');
  });

  it('gives up a connection that does not open', async () => {
    const trial = await Trial.start({}, { isMute: true });
    const user = trial.use('a');
    trial.clock.advance(2_000);
    expect(user.lost?.message).toBe('Acme took too long (no connection in 2000 ms)');
  });

  it('gives up a connection that answers no ping', async () => {
    const trial = await Trial.start();
    await trial.opened(1);
    trial.use('a');
    const user = trial.use('b');
    await until(() => trial.server.open >= 2);
    await trial.settle();
    for (const connection of trial.server.connections) connection.freeze();
    trial.clock.advance(20_000);
    trial.clock.advance(20_000);
    expect(user.lost?.message).toBe('Acme was lost (it answers no ping)');
    for (const connection of trial.server.connections) connection.thaw();
  });

  it('sends what keeps a connection alive', async () => {
    const keepAlive = { text: '{"type":"KeepAlive"}', everyMs: 5_000 };
    const trial = await Trial.start({ keepAlive });
    await trial.opened(1);
    trial.clock.advance(10_000);
    await until(() => trial.server.connections[0]!.heard.length === 2);
  });

  it.each([
    ['bytes', 'sendBytes'],
    ['half a frame', 'sendHalfFrame'],
  ] as const)('ends a connection that sends %s', async (_what, send) => {
    const trial = await Trial.start({}, { onConnection: (connection) => connection[send]() });
    const user = trial.use('a');
    await until(() => user.lost !== null);
    expect(user.lost?.code).toBe(send === 'sendBytes' ? 'provider_garbled' : 'provider_lost');
  });

  it.each(['nonsense', '[]', '"text"', 'null'])('ends a connection that sends %s', async (text) => {
    const trial = await Trial.start(
      {},
      { onConnection: (connection) => connection.sendText(text) },
    );
    const user = trial.use('a');
    await until(() => user.lost !== null);
    expect(user.lost?.code).toBe('provider_garbled');
  });

  it('tells nothing after it was closed, and refuses those who come then', async () => {
    const trial = await Trial.start({ maxConnections: 1 }, echo);
    const [a, b] = [trial.use('a'), trial.use('b')];
    await trial.sockets.close();
    await trial.sockets.close();
    const late = trial.use('c');
    await until(() => late.lost !== null);
    expect([a.lost, b.lost, late.lost?.code]).toEqual([null, null, 'closed']);
  });
});
