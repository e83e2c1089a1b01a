import { describeFollowUps } from '@antiphon/session/testing';
import { MemoryOutboxStore } from './memory-outbox-store.ts';
import { outboxTrial } from './testing/outbox-trial.ts';

describeFollowUps('in memory', () => Promise.resolve(outboxTrial([new MemoryOutboxStore()])));
