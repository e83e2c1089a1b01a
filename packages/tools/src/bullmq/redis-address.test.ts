import { describe, expect, it } from 'vitest';
import { redisAddress } from './redis-address.ts';

describe('redisAddress', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', port: 6379, db: 0 }],
    [
      'redis://me:p%40ss@10.0.0.1:7000/3',
      { host: '10.0.0.1', port: 7000, db: 3, username: 'me', password: 'p@ss' },
    ],
    ['redis://:secret@[::1]', { host: '::1', port: 6379, db: 0, password: 'secret' }],
    ['rediss://cache.example', { host: 'cache.example', port: 6379, db: 0, tls: {} }],
    ['unix:///run/redis/redis.sock', { path: '/run/redis/redis.sock', db: 0 }],
    ['unix:///tmp/a%20b.sock?db=2', { path: '/tmp/a b.sock', db: 2 }],
  ])('reads %s', (url, address) => {
    expect(redisAddress(url)).toEqual(address);
  });

  it.each([
    ['localhost', /^The Redis URL: it is no URL/u],
    ['http://localhost', /http:\/\/ is not known; use redis:\/\//u],
    ['redis://', /it names no host/u],
    ['redis://host/many', /the database must be a number/u],
    ['unix://redis.sock', /the path of the socket must be absolute/u],
    ['redis://user:secret@host/x', /^(?!.*secret)/u],
  ])('refuses %s, says why and shows no password', (url, message) => {
    expect(() => redisAddress(url)).toThrow(message);
    expect(() => redisAddress(url)).toThrow(
      expect.objectContaining({ code: 'invalid_redis_url' }) as Error,
    );
  });
});
