import { systemClock } from '@antiphon/session';
import { openFollowUps } from '../open-follow-ups.ts';

// Promises and settles mails one after the other, as a server and its worker do, until it is killed.
const [redisUrl = '', smtpUrl = '', session = '', count = ''] = process.argv.slice(2);

const { followUps } = await openFollowUps({
  redisUrl,
  smtpUrl,
  from: 'support@example.org',
  folder: '',
  folderDays: 30,
  caFile: null,
  clock: systemClock,
});

for (let call = 0; call < Number(count); call++) {
  const id = `${session}.${call}`;
  await followUps.promise({
    id,
    agent: 'acme',
    tool: 'lookup_order',
    to: 'ann@example.com',
    template: { subject: 'Your order', body: 'Call {call} is {result}.' },
    arguments: JSON.stringify({ call }),
  });
  await followUps.settle(id, { kind: 'result', output: 'over' });
}
