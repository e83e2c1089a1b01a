import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Debian's package redis-server; without it the tests that need a Redis are skipped. */
const PROGRAM = '/usr/bin/redis-server';

/**
 * Runs a Redis until its standard input says a word or ends. That it ends without one means that
 * the process that started it is gone, and its folder with it: nothing outlives a test that is killed.
 */
const KEEPER = `
trap '' INT TERM HUP
folder=$1; shift
"$@" </dev/null 2>&1 & redis=$!
echo "pid $redis"
read -r word; gone=$?
kill -9 $redis 2>/dev/null; wait $redis 2>/dev/null
[ $gone = 0 ] || rm -rf -- "$folder"
`;

/** How a private Redis is started. */
export interface PrivateRedisOptions {
  /** When what it was told reaches the disk; `never` loses all when it is killed. `everysec` unless given. */
  readonly appendFsync?: 'always' | 'everysec' | 'never';
}

/**
 * A Redis of a test's own: on a Unix socket in a temporary folder, with no TCP port and without
 * eviction. It can be killed, hung and started again with what it had written.
 */
export class PrivateRedis {
  /** The path of its socket. */
  readonly socket: string;
  /** Its address as `REDIS_URL` has it. */
  readonly url: string;
  readonly #folder: string;
  readonly #options: PrivateRedisOptions;
  #keeper: ChildProcess | null = null;
  #pid = 0;

  private constructor(folder: string, options: PrivateRedisOptions) {
    this.#folder = folder;
    this.#options = options;
    this.socket = path.join(folder, 'redis.sock');
    this.url = `unix://${this.socket}`;
  }

  /** Resolves when it takes commands; rejects with what it printed when it ends before. */
  static async start(options: PrivateRedisOptions = {}): Promise<PrivateRedis> {
    const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-redis-'));
    const redis = new PrivateRedis(folder, options);
    try {
      await redis.restart();
    } catch (error) {
      await redis.close();
      throw error;
    }
    return redis;
  }

  /** Kills it with -9; resolves when it is gone. */
  async kill(): Promise<void> {
    const keeper = this.#keeper;
    if (!keeper) return;
    this.#keeper = null;
    const gone = once(keeper, 'close');
    keeper.stdin?.end('end\n');
    await gone;
  }

  /** It answers nothing from now on, and keeps its connections. */
  hang(): void {
    process.kill(this.#pid, 'SIGSTOP');
  }

  /** It goes on where it was hung. */
  resume(): void {
    process.kill(this.#pid, 'SIGCONT');
  }

  /** Starts it with the data on its disk, after killing it where it runs. */
  async restart(): Promise<void> {
    await this.kill();
    const keeper = spawn('sh', ['-c', KEEPER, 'sh', this.#folder, PROGRAM, ...this.#arguments()], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#keeper = keeper;
    // It may be gone when it is told to end.
    keeper.stdin.on('error', () => {});
    await new Promise<void>((resolve, reject) => {
      const printed: string[] = [];
      const fail = (): void => {
        void this.kill();
        reject(new Error(`redis-server did not start:\n${printed.join('\n')}`));
      };
      keeper.once('error', fail);
      keeper.once('close', fail);
      createInterface({ input: keeper.stdout }).on('line', (line) => {
        if (line.startsWith('pid ')) this.#pid = Number(line.slice('pid '.length));
        if (printed.length < MOST_LINES) printed.push(line);
        if (line.includes('eady to accept connections')) {
          keeper.off('close', fail);
          resolve();
        } else if (/exiting|FATAL|not found/iu.test(line)) fail();
      });
    });
  }

  /** Ends it and removes its folder. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #arguments(): string[] {
    const { appendFsync = 'everysec' } = this.#options;
    const settings = {
      port: '0',
      unixsocket: this.socket,
      dir: this.#folder,
      daemonize: 'no',
      save: '',
      'maxmemory-policy': 'noeviction',
      appendonly: appendFsync === 'never' ? 'no' : 'yes',
      appendfsync: appendFsync === 'never' ? 'no' : appendFsync,
    };
    return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  }
}

/** Enough to see why it does not start. */
const MOST_LINES = 30;
