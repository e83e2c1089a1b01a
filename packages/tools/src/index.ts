export { readSenderAddress } from './follow-ups/mail-address.ts';
export { openFollowUps } from './follow-ups/open-follow-ups.ts';
export type { OpenFollowUps } from './follow-ups/open-follow-ups.ts';
export { readSmtpUrl } from './follow-ups/smtp-url.ts';
export { InProcessToolRunner } from './in-process-tool-runner.ts';
