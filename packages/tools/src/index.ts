export type { AgentTools } from './agent-tools.ts';
export { BullmqToolRunner } from './bullmq/bullmq-tool-runner.ts';
export { REDIS_URL_FORMS, redisAddress } from './bullmq/redis-address.ts';
export { ToolQueue } from './bullmq/tool-queue.ts';
export { ToolWorker } from './bullmq/tool-worker.ts';
export { InProcessToolRunner } from './in-process-tool-runner.ts';
export { RoutedToolRunner } from './routed-tool-runner.ts';
