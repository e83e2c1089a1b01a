export { readSenderAddress } from './follow-ups/mail-address.ts';
export { openFollowUps } from './follow-ups/open-follow-ups.ts';
export type { FollowUpsConfig, OpenFollowUps } from './follow-ups/open-follow-ups.ts';
export type { FollowUpChange } from './follow-ups/follow-up-outbox.ts';
export { readSmtpUrl } from './follow-ups/smtp-url.ts';
export { InProcessToolRunner } from './in-process-tool-runner.ts';
