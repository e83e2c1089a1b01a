import { describeToolRunner } from '@antiphon/session/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { isRedisMissing } from '../testing/needs-redis.ts';
import { PrivateRedis } from '../testing/private-redis.ts';
import { BullmqToolRunner } from './bullmq-tool-runner.ts';
import { ToolQueue } from './tool-queue.ts';
import { ToolWorker } from './tool-worker.ts';

describe.skipIf(isRedisMissing)('BullmqToolRunner', () => {
  let redis: PrivateRedis;

  beforeAll(async () => {
    redis = await PrivateRedis.start();
  });

  afterAll(() => redis.close());

  let sessions = 0;

  describeToolRunner('BullmqToolRunner', async (tools) => {
    const definitions = tools.map((tool) => tool.definition);
    const functions = new Map(tools.map((tool) => [tool.definition.name, tool.run]));
    const queue = new ToolQueue({ url: redis.url });
    const worker = new ToolWorker({
      url: redis.url,
      agents: new Map([['suite', { definitions, functions }]]),
      followUps: null,
    });
    sessions += 1;
    const sessionId = `session_${sessions}`;
    const runner = new BullmqToolRunner(queue, { agent: 'suite', definitions });
    // Both are connected then; a call that comes before may fail on a busy machine.
    for (let turn = 1, kind = ''; kind !== 'result'; turn++) {
      const first = { sessionId, callId: `first_${turn}`, name: 'say', arguments: '{}' };
      ({ kind } = await runner.run(first, new AbortController().signal));
    }
    return {
      runner,
      sessionId,
      close: async () => {
        await worker.close();
        await queue.close();
      },
    };
  });
});
