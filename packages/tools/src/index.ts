export { InProcessToolRunner } from './in-process-tool-runner.ts';
export { AddressGuard } from './webhooks/address-guard.ts';
export { toolFunctions } from './webhooks/tool-functions.ts';
