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

  describeToolRunner('BullmqToolRunner', (tools) => {
    const definitions = tools.map((tool) => tool.definition);
    const functions = new Map(tools.map((tool) => [tool.definition.name, tool.run]));
    const queue = new ToolQueue({ url: redis.url });
    const worker = new ToolWorker({
      url: redis.url,
      agents: new Map([['suite', { definitions, functions }]]),
      followUps: null,
    });
    sessions += 1;
    return {
      runner: new BullmqToolRunner(queue, { agent: 'suite', definitions }),
      sessionId: `session_${sessions}`,
      close: async () => {
        await worker.close();
        await queue.close();
      },
    };
  });
});
