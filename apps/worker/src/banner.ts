import { redisAddress } from '@antiphon/tools';
import type { WorkerConfig } from './config.ts';
import type { RunningWorker } from './start-worker.ts';

/** What is printed once the worker runs: whose tools it takes, and from where. */
export function banner(
  { queuedTools, mails, analyses, metricsUrl }: RunningWorker,
  { redisUrl, concurrency }: WorkerConfig,
): string {
  const { host, port, path } = redisAddress(redisUrl);
  const tools = [...queuedTools].flatMap(([agent, names]) =>
    names.map((name) => `${agent}/${name}`),
  );
  const lines = [
    'The Antiphon worker runs.',
    '',
    `  Redis  ${path ?? `${host}:${port}`}`,
    `  Tools  ${tools.length === 0 ? 'no agent has a queued tool' : tools.join(', ')}`,
    `  Jobs   up to ${concurrency} at a time`,
    `  Mails  ${mails}`,
    ...(analyses === null ? [] : [`  Judges ${analyses}`]),
    ...(metricsUrl === null ? [] : [`  Metrics ${metricsUrl}`]),
    '',
    'Ctrl-C stops it.',
  ];
  return `${lines.join('\n')}\n`;
}
