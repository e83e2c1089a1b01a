export { FAKE_END, FakeLanguageModel, fakeText } from './fake-language-model.ts';
export type { FakeAnswers, FakeStep } from './fake-language-model.ts';
export { FakeSpeechToText } from './fake-speech-to-text.ts';
export type { FakeTurn } from './fake-speech-to-text.ts';
export { FakeTextToSpeech } from './fake-text-to-speech.ts';
export type { FakeVoiceOptions } from './fake-text-to-speech.ts';
export { describeLanguageModel } from './language-model-suite.ts';
export { describeSpeechToText } from './speech-to-text-suite.ts';
export { describeTextToSpeech } from './text-to-speech-suite.ts';
