import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { isRedisMissing } from './needs-redis.ts';
import { PrivateRedis } from './private-redis.ts';

describe.skipIf(isRedisMissing)('PrivateRedis', () => {
  const closings: (() => unknown)[] = [];

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  async function started(
    options: Parameters<typeof PrivateRedis.start>[0] = {},
  ): Promise<PrivateRedis> {
    const redis = await PrivateRedis.start(options);
    closings.push(() => redis.close());
    return redis;
  }

  function client(redis: PrivateRedis): Redis {
    const connection = new Redis(redis.socket, { retryStrategy: () => 20 });
    connection.on('error', () => {});
    closings.push(() => connection.disconnect());
    return connection;
  }

  it('never evicts and listens on no port', async () => {
    const connection = client(await started());
    expect(await connection.config('GET', 'maxmemory-policy')).toEqual([
      'maxmemory-policy',
      'noeviction',
    ]);
    expect(await connection.config('GET', 'port')).toEqual(['port', '0']);
  });

  it.each([
    ['always', 'kept'],
    ['everysec', 'kept'],
    ['never', null],
  ] as const)('has after a kill what it wrote to disk %s: %s', async (appendFsync, value) => {
    const redis = await started({ appendFsync });
    const connection = client(redis);
    await connection.set('key', 'kept');
    await redis.kill();
    await redis.restart();
    expect(await connection.get('key')).toBe(value);
  });

  it('answers nothing while it hangs, and all of it afterwards', async () => {
    const redis = await started();
    const hasty = new Redis(redis.socket, { commandTimeout: 100 });
    hasty.on('error', () => {});
    closings.push(() => hasty.disconnect());
    await hasty.ping();
    redis.hang();
    await expect(hasty.incr('key')).rejects.toThrow('timed out');
    redis.resume();
    expect(await client(redis).get('key')).toBe('1');
  });

  it('is gone with its folder when it is closed, hung or not', async () => {
    const redis = await started();
    const folder = path.dirname(redis.socket);
    expect(existsSync(folder)).toBe(true);
    redis.hang();
    await redis.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('does not outlive a process that was killed', async () => {
    const source = new URL('./private-redis.ts', import.meta.url).href;
    const script =
      `import { PrivateRedis } from '${source}';` +
      'console.log((await PrivateRedis.start()).socket);';
    const parent = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    closings.push(() => parent.kill('SIGKILL'));
    const [socket] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    const connection = new Redis(socket, { retryStrategy: () => null });
    closings.push(() => connection.disconnect());
    connection.on('error', () => {});
    await connection.ping();
    const lost = once(connection, 'end');
    parent.kill('SIGKILL');
    await lost;
    await expect(connection.ping()).rejects.toThrow('closed');
  });
});
