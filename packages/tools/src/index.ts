export type { AgentTools } from './agent-tools.ts';
export { BullmqToolRunner } from './bullmq/bullmq-tool-runner.ts';
export { LastingRedis, redisAddress } from './bullmq/redis-address.ts';
export { QueueView } from './bullmq/queue-view.ts';
export { ToolQueue } from './bullmq/tool-queue.ts';
export { ToolWorker } from './bullmq/tool-worker.ts';
export { openFollowUps } from './follow-ups/open-follow-ups.ts';
export { sessionOfFollowUp } from './follow-ups/session-of-follow-up.ts';
export type { OpenFollowUps } from './follow-ups/open-follow-ups.ts';
export { InProcessToolRunner } from './in-process-tool-runner.ts';
export { ToolError } from './tool-error.ts';
export { RoutedToolRunner } from './routed-tool-runner.ts';
export {
  faultOfToolVariables,
  readToolSettings,
  SECRET_TOOL_SETTINGS,
  TOOL_SETTINGS,
} from './tool-settings.ts';
export type { ToolSetting, ToolSettings } from './tool-settings.ts';
export { AddressGuard } from './webhooks/address-guard.ts';
export { toolFunctions } from './webhooks/tool-functions.ts';
