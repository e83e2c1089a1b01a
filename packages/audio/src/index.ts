export { AudioError, type AudioErrorCode } from './audio-error.ts';
export { decodeAudio, encodeAudio, type AudioEncoding } from './audio-encoding.ts';
export { Framer, type PartialFrame } from './framer.ts';
export {
  ALAW_SILENCE,
  alawToPcm16,
  pcm16ToAlaw,
  pcm16ToUlaw,
  ULAW_SILENCE,
  ulawToPcm16,
} from './g711.ts';
export { applyGain, dbfs, peak, rms } from './loudness.ts';
export { bytesToPcm16, pcm16ToBytes } from './pcm-bytes.ts';
export { readWav, type WavAudio } from './read-wav.ts';
export { SampleRing } from './sample-ring.ts';
export {
  isSampleRate,
  msToSamples,
  SAMPLE_RATES,
  samplesToMs,
  type SampleRate,
} from './sample-rate.ts';
export { speechIntervals, type SpeechInterval } from './speech-intervals.ts';
export { StreamingResampler } from './streaming-resampler.ts';
export { type WavFormat } from './wav-format.ts';
export {
  wavHeader,
  writeUlawWav,
  writeWav,
  type WavHeaderOptions,
  type WavLayout,
} from './write-wav.ts';
