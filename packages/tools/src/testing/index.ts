export { isRedisMissing } from './needs-redis.ts';
export { PrivateRedis } from './private-redis.ts';
