export { CascadeEngine } from './cascade/cascade-engine.ts';
export type { CascadeEngineOptions } from './cascade/cascade-engine.ts';
export type { CascadeTimeouts } from './cascade/cascade-timeouts.ts';
export type {
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
} from './cascade/ports/language-model.ts';
export type {
  Recognition,
  RecognitionEvents,
  SpeechToText,
  Transcript,
} from './cascade/ports/speech-to-text.ts';
export type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from './cascade/ports/text-to-speech.ts';
export { PipelineError } from './pipeline-error.ts';
export type { PipelineErrorCode } from './pipeline-error.ts';
export { StubEngine } from './stub/stub-engine.ts';
export type { StubEngineOptions } from './stub/stub-engine.ts';
