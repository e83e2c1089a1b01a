export { killTable, killTrials } from './kill-tally.ts';
export { MailServer } from '../follow-ups/testing/mail-server.ts';
export { isRedisMissing } from './needs-redis.ts';
export { PrivateRedis } from './private-redis.ts';
