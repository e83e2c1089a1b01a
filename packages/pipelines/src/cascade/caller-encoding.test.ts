import { DrivenClock } from '@antiphon/session/testing';
import { expect, it } from 'vitest';
import { FakeLanguageModel, FakeSpeechToText, FakeTextToSpeech } from '../testing/index.ts';
import { CascadeEngine } from './cascade-engine.ts';
import { CascadeCaller, settle } from './cascade-fixture.ts';
import { CountedSpeechToText } from './counted/counted-speech-to-text.ts';
import { FallbackSpeechToText } from './fallback/fallback-speech-to-text.ts';

it('each turn tells every recogniser how the audio of its caller comes', async () => {
  const clock = new DrivenClock();
  const first = new FakeSpeechToText(clock, [{ error: new Error('down') }]);
  const second = new FakeSpeechToText(clock);
  const engine = new CascadeEngine({
    name: 'fakes',
    clock,
    speechToText: new FallbackSpeechToText({
      clock,
      budgetMs: 100,
      providers: [
        new CountedSpeechToText(first, { provider: 'first', model: null }, clock),
        second,
      ],
    }),
    languageModel: new FakeLanguageModel(clock, []),
    textToSpeech: new FakeTextToSpeech(clock),
  });
  const caller = new CascadeCaller(engine, 'session-a');
  for (const encoding of ['g711_alaw', 'pcm16', undefined] as const) {
    caller.encoding = encoding;
    caller.turn(`in ${encoding}`);
    await settle();
  }
  const told = ({ recognitions }: FakeSpeechToText) =>
    recognitions.map(({ callerEncoding }) => callerEncoding);
  expect(told(first)).toEqual(['g711_alaw', 'pcm16', undefined]);
  expect(told(second)).toEqual(['g711_alaw', 'pcm16', undefined]);
});
