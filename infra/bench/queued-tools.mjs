// What a queued tool takes longer than the same tool in the server's process, with a Redis on this
// machine and a worker in a process of its own, after `npm run build`: npm run bench:queued-tools [calls].
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PLAIN_TOOL, systemClock } from '@antiphon/session';
import { BullmqToolRunner, InProcessToolRunner, ToolQueue, ToolWorker } from '@antiphon/tools';
import { PrivateRedis } from '@antiphon/tools/testing';

/** @typedef {import('@antiphon/session').ToolRunner} ToolRunner */

const definitions = [
  {
    ...PLAIN_TOOL,
    name: 'look_up',
    description: 'Answers at once.',
    parameters: { type: 'object', properties: { order_id: { type: 'string' } } },
    runs: /** @type {const} */ ('server'),
  },
];
const functions = new Map([
  ['look_up', (/** @type {{ order_id: string }} */ { order_id }) => ({ order_id, found: true })],
]);

if (process.argv[2] === 'worker') await work(process.argv[3] ?? '');
else await measure(Number(process.argv[2] ?? 500));

/** @param {string} url */
async function work(url) {
  const agents = new Map([['bench', { definitions, functions }]]);
  const worker = new ToolWorker({
    url,
    agents,
    followUps: null,
    onConnection: (isThere) => isThere && process.send?.('ready'),
  });
  await once(process, 'disconnect');
  await worker.close();
}

/** @param {number} calls */
async function measure(calls) {
  const redis = await PrivateRedis.start();
  const worker = fork(fileURLToPath(import.meta.url), ['worker', redis.url]);
  await once(worker, 'message');
  const queue = new ToolQueue({ url: redis.url });
  const queued = new BullmqToolRunner(queue, { agent: 'bench', definitions });
  const inline = new InProcessToolRunner({ definitions, functions, clock: systemClock });
  await timesOf(queued, { calls: 50, atATime: 1, name: 'warm' });
  for (const atATime of [1, 10, 100]) {
    const here = await timesOf(inline, { calls, atATime, name: `inline-${atATime}` });
    const there = await timesOf(queued, { calls, atATime, name: `queued-${atATime}` });
    const added = [0.5, 0.95, 0.99].map((part) => quantile(there, part) - quantile(here, part));
    console.log(
      `${String(atATime).padStart(3)} at a time: queued adds ` +
        `p50 ${added[0]?.toFixed(1)} ms, p95 ${added[1]?.toFixed(1)} ms, p99 ${added[2]?.toFixed(1)} ms` +
        ` (${calls} calls; inline p95 ${quantile(here, 0.95).toFixed(2)} ms)`,
    );
  }
  await queue.close();
  worker.disconnect();
  await redis.close();
}

/**
 * Milliseconds of each call, sorted; so many are on their way at any time.
 * @param {ToolRunner} runner
 * @param {{ calls: number, atATime: number, name: string }} load
 */
async function timesOf(runner, { calls, atATime, name }) {
  /** @type {number[]} */
  const times = [];
  let next = 0;
  const caller = async () => {
    for (let index = next++; index < calls; index = next++) {
      const call = { sessionId: name, callId: `call_${index}`, name: 'look_up' };
      const startedAtMs = performance.now();
      const outcome = await runner.run(
        { ...call, arguments: '{"order_id":"4471"}' },
        new AbortController().signal,
      );
      times.push(performance.now() - startedAtMs);
      if (outcome.kind !== 'result') throw new Error(`A call ended as ${JSON.stringify(outcome)}.`);
    }
  };
  await Promise.all(Array.from({ length: atATime }, caller));
  return times.toSorted((a, b) => a - b);
}

/** @param {readonly number[]} sorted @param {number} part */
function quantile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}
