import { expect, it } from 'vitest';
import { usageOf } from './gemini-usage.ts';

it('counts what is told by its kind, thoughts as text, and the rest as text', () => {
  const counts = usageOf({
    promptTokenCount: 522,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: 332 },
      { modality: 'AUDIO', tokenCount: 165 },
    ],
    responseTokenCount: 42,
    responseTokensDetails: [{ modality: 'AUDIO', tokenCount: 42 }],
    thoughtsTokenCount: 136,
  });
  expect(counts).toEqual({
    usage: {
      inputTextTokens: 357,
      inputAudioTokens: 165,
      outputTextTokens: 136,
      outputAudioTokens: 42,
    },
    cachedTextTokens: 0,
    cachedAudioTokens: 0,
  });
});

it('counts nothing where nothing is told, or what is told is no count', () => {
  const none = {
    inputTextTokens: 0,
    inputAudioTokens: 0,
    outputTextTokens: 0,
    outputAudioTokens: 0,
  };
  expect(usageOf({}).usage).toEqual(none);
  const odd = { promptTokenCount: 'many', promptTokensDetails: [null], responseTokenCount: -1 };
  expect(usageOf(odd as object).usage).toEqual(none);
});
