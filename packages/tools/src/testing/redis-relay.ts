import { once } from 'node:events';
import { createServer, createConnection, type Server, type Socket } from 'node:net';

/** Stands between clients and a Redis, and can keep the answers of the commands it is told to. */
export class RedisRelay {
  /** Its address as `REDIS_URL` has it. */
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #keeping: RegExp | null = null;
  #onKept: () => void = () => {};

  private constructor(redisSocket: string) {
    const path = `${redisSocket}.relay`;
    this.url = `unix://${path}`;
    this.#server = createServer((client) => {
      const redis = createConnection(redisSocket);
      let isDeaf = false;
      for (const socket of [client, redis]) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          this.#sockets.delete(socket);
          client.destroy();
          redis.destroy();
        });
      }
      client.on('data', (data) => {
        if (this.#keeping?.test(data.toString('latin1'))) isDeaf = true;
        redis.write(data);
      });
      redis.on('data', (data) => {
        if (isDeaf) this.#onKept();
        else client.write(data);
      });
    });
    this.#server.listen(path);
  }

  static async start(redisSocket: string): Promise<RedisRelay> {
    const relay = new RedisRelay(redisSocket);
    await once(relay.#server, 'listening');
    return relay;
  }

  /** A connection on which such a command comes gets no answer any more; resolves at the first that is kept. */
  keepAnswers(command: RegExp): Promise<void> {
    this.#keeping = command;
    return new Promise((resolve) => (this.#onKept = resolve));
  }

  /** Ends every connection; new ones are answered again. */
  reset(): void {
    this.#keeping = null;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.reset();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
