import type { AgentDefinition } from '@antiphon/session';
import { TEST_CONFIG } from '@antiphon/session/testing';
import { expect, it } from 'vitest';
import { modelsOf } from './models-of.ts';

const agent: AgentDefinition = {
  name: 'a',
  description: '',
  pipeline: 'cascade',
  detector: 'energy',
  config: TEST_CONFIG,
  dialogue: null,
};

it('names the models of each service, as far as the folder does', () => {
  const cascade = {
    speechToText: { provider: 'deepgram' },
    languageModel: { provider: 'openai', model: 'gpt-mini' },
    textToSpeech: { provider: 'embedded' },
  };
  expect(modelsOf({ ...agent, cascade })).toEqual({
    operation: 'chat',
    inference: 'gpt-mini',
    recognition: null,
    synthesis: 'flite',
  });
  expect(modelsOf({ ...agent, pipeline: 'stub' }).inference).toBeNull();
});
