import type { AgentDefinition } from '@antiphon/session';
import { TEST_CONFIG } from '@antiphon/session/testing';

/** An agent for tests that bring an engine of their own. */
export const PLAIN_AGENT: AgentDefinition = {
  name: 'test',
  description: 'For tests.',
  pipeline: 'fake',
  detector: 'energy',
  config: TEST_CONFIG,
  dialogue: null,
};
