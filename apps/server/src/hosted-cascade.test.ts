import { describeVoiceEngine, DrivenClock, TEST_CONFIG } from '@antiphon/session/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { openHostedCascade } from './testing/hosted-cascade.ts';
import type { HostedCascade } from './testing/hosted-cascade.ts';

/** 600 ms of a caller. */
const SPEECH = Array.from({ length: 30 }, () => ({
  pcm: new Int16Array(160).fill(500),
  sampleRate: 8000 as const,
  atMs: 0,
}));

describe('a cascade of hosted providers, composed as the server does', () => {
  let cascade: HostedCascade;

  beforeAll(async () => {
    cascade = await openHostedCascade('openai', new DrivenClock());
  });

  afterAll(() => cascade.close());

  // No time passes: no budget runs out, however busy the machine is.
  describeVoiceEngine('hosted cascade, openai', () => ({
    engine: cascade.engine,
    speech: SPEECH,
    config: cascade.config,
    callingConfig: { ...cascade.config, tools: TEST_CONFIG.tools },
  }));
});
