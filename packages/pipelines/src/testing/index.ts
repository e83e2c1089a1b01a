export { engineModel } from '../gemini-live/testing/engine-model.ts';
export { GEMINI_KEY, LocalGemini } from '../gemini-live/testing/local-gemini.ts';
export { FAKE_END, FakeLanguageModel, fakeText } from './fake-language-model.ts';
export type { FakeAnswers, FakeStep } from './fake-language-model.ts';
export { FakeSpeechToText } from './fake-speech-to-text.ts';
export type { FakeTurn } from './fake-speech-to-text.ts';
export { FakeTextToSpeech } from './fake-text-to-speech.ts';
export type { FakeVoiceOptions } from './fake-text-to-speech.ts';
export { FakeWordAligner } from './fake-word-aligner.ts';
export { describeLanguageModel } from './language-model-suite.ts';
export { describeSpeechToText } from './speech-to-text-suite.ts';
export { describeTextToSpeech } from './text-to-speech-suite.ts';
export { describeWordAligner } from './word-aligner-suite.ts';
export { CHAT_KEY, LocalChatServer } from '../providers/openai/testing/local-chat-server.ts';
export { answersOf } from '../providers/openai/testing/scripted-chat.ts';
export {
  LocalOpenaiSpeechServer,
  OPENAI_SPEECH_KEY,
} from '../providers/openai/testing/local-openai-speech-server.ts';
export { embeddedVoice } from '../providers/testing/local-voice.ts';
export {
  DEEPGRAM_KEY,
  LocalDeepgramServer,
} from '../providers/deepgram/testing/local-deepgram-server.ts';
export { embeddedEars } from '../providers/testing/local-ear.ts';
export {
  CARTESIA_KEY,
  LocalCartesiaServer,
} from '../providers/cartesia/testing/local-cartesia-server.ts';
export {
  ELEVENLABS_KEY,
  LocalElevenlabsServer,
} from '../providers/elevenlabs/testing/local-elevenlabs-server.ts';
export { HUME_KEY, LocalHumeServer } from '../providers/hume/testing/local-hume-server.ts';
export {
  LocalTranscriptionServer,
  TRANSCRIPTION_KEY,
} from '../providers/openai/testing/local-transcription-server.ts';
