/** Whether the set-up could not install a Redis; tests that need one are skipped then, and counted. */
export const isRedisMissing = (process.env.ANTIPHON_MISSING ?? '')
  .split(',')
  .includes('redis-server');
