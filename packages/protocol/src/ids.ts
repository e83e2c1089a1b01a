import { randomFillSync } from 'node:crypto';

/** What an id names: session, conversation, item, response, function call, event, client secret. */
export type IdPrefix = 'sess' | 'conv' | 'item' | 'resp' | 'call' | 'event' | 'ek';

/** 144 random bits: written as base64url they fill 24 characters without padding. */
const RANDOM_BYTES = 18;

/** One call into the random generator serves this many ids; a call per id costs thirty times more. */
const IDS_PER_POOL = 256;

const pool = Buffer.alloc(RANDOM_BYTES * IDS_PER_POOL);
let poolOffset = pool.length;

/**
 * A fresh unguessable id `<prefix>_<24 characters>` of the charset `[A-Za-z0-9_-]`, at most 30
 * characters in all (clients and upstreams take item ids of up to 32).
 */
export function newId(prefix: IdPrefix): string {
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const start = poolOffset;
  poolOffset += RANDOM_BYTES;
  return `${prefix}_${pool.toString('base64url', start, poolOffset)}`;
}
