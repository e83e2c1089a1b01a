export { CascadeEngine } from './cascade/cascade-engine.ts';
export { speakablePieces } from './cascade/sentence-cutter.ts';
export { FliteTextToSpeech } from './embedded/flite/flite-text-to-speech.ts';
export { ScriptedLanguageModel } from './embedded/scripted-model/scripted-language-model.ts';
export { SoundSwallowerSpeechToText } from './embedded/soundswallower/soundswallower-speech-to-text.ts';
export { StubEngine } from './stub/stub-engine.ts';
export { EnergyTurnDetectors } from './turn-detection/energy-turn-detectors.ts';
export { NeuralTurnDetectors } from './turn-detection/neural-turn-detectors.ts';
