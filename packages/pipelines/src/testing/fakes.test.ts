import { DrivenClock } from '@antiphon/session/testing';
import { FIXTURE_CONFIG, FIXTURE_FRAME } from '../cascade/cascade-fixture.ts';
import {
  FAKE_END,
  FakeLanguageModel,
  fakeText,
  FakeSpeechToText,
  FakeTextToSpeech,
  FakeWordAligner,
  describeLanguageModel,
  describeSpeechToText,
  describeTextToSpeech,
  describeWordAligner,
} from './index.ts';

const request = {
  sessionId: 'session-a',
  instructions: '',
  history: [],
  tools: FIXTURE_CONFIG.tools,
  toolChoice: 'auto',
  maxOutputTokens: null,
  temperature: null,
} as const;

for (const delayMs of [0, 30]) {
  describeSpeechToText(`FakeSpeechToText after ${delayMs} ms`, () => {
    const clock = new DrivenClock();
    const turn = { text: 'where is it', partials: ['where', 'where is'], delayMs };
    return {
      speechToText: new FakeSpeechToText(clock, [turn]),
      speech: [FIXTURE_FRAME, FIXTURE_FRAME],
      text: 'where is it',
      drive: () => clock.advance(10),
    };
  });

  describeTextToSpeech(`FakeTextToSpeech after ${delayMs} ms`, () => {
    const clock = new DrivenClock();
    return {
      textToSpeech: new FakeTextToSpeech(clock, { delayMs }),
      drive: () => clock.advance(10),
    };
  });

  const slowly = () => {
    const clock = new DrivenClock();
    const answer = fakeText('It has shipped.').flatMap((step) => [
      { type: 'wait', ms: delayMs } as const,
      step,
    ]);
    return {
      languageModel: new FakeLanguageModel(clock, [answer]),
      spoken: request,
      drive: () => clock.advance(10),
    };
  };
  describeLanguageModel(`FakeLanguageModel with waits of ${delayMs} ms`, slowly, {
    callsTools: false,
  });
}

describeLanguageModel('FakeLanguageModel that calls a tool', () => {
  const call = {
    type: 'toolCall',
    callId: 'call_1',
    name: 'lookup_order',
    arguments: '{}',
  } as const;
  const answer = [{ type: 'text', delta: 'Sure.' } as const, call, FAKE_END];
  const languageModel = new FakeLanguageModel(new DrivenClock(), [answer]);
  return { languageModel, spoken: request, calling: request };
});

describeWordAligner('FakeWordAligner', () => ({
  aligner: new FakeWordAligner(),
  speak: (text) => ({ text, pcm: new Int16Array(text.length * 80), sampleRate: 8000 }),
}));
