import { describeTruncation, DrivenClock } from '@antiphon/session/testing';
import { afterAll, beforeAll } from 'vitest';
import { openHostedCascade } from './testing/hosted-cascade.ts';
import type { HostedCascade } from './testing/hosted-cascade.ts';

const clock = new DrivenClock();
let cascade: HostedCascade;

beforeAll(async () => {
  cascade = await openHostedCascade('elevenlabs', clock);
});

afterAll(() => cascade.close());

describeTruncation('a cascade of hosted providers', () => {
  const { engine, config } = cascade;
  return { engine, clock, config, question: 'Where is my order?' };
});
