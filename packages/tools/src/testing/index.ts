export { killTable, killTrials } from './kill-tally.ts';
export { isRedisMissing } from './needs-redis.ts';
export { PrivateRedis } from './private-redis.ts';
