import { RECOGNITION_RATE, type NativeDecoder } from './sound-swallower.ts';

/**
 * What a caller's voice, microphone and line sound like on average: the mean of the cepstra, which
 * the recogniser takes away from what it hears. Its first value is the level.
 */
export type ChannelMean = readonly number[];

const CEPSTRA = 13;

/** The mean of the recordings that the model was trained on. */
export const AVERAGE_CHANNEL: ChannelMean = Array.from(
  { length: CEPSTRA },
  (_, index) => [40, 3, -1][index] ?? 0,
);

/** The model lifts higher cepstra with a half sine of this length. */
const LIFTER = 22;

const FRAMES_PER_SECOND = 100;

/** Seconds of its own that a guess counts for against what is heard. */
const AVERAGE_CHANNEL_SECONDS = 0.3;
const KNOWN_CHANNEL_SECONDS = 3;

/** The channel expected after hearing some audio, given what was known of the caller before. */
export function blendChannels(
  heard: ChannelMean,
  heardSamples: number,
  known: ChannelMean | undefined,
): ChannelMean {
  const before = known ?? AVERAGE_CHANNEL;
  const beforeSeconds = known ? KNOWN_CHANNEL_SECONDS : AVERAGE_CHANNEL_SECONDS;
  const heardSeconds = heardSamples / RECOGNITION_RATE;
  const share = heardSeconds / (heardSeconds + beforeSeconds);
  return before.map((value, index) => value + share * (heard[index]! - value));
}

/** Measures the channel of some audio, samples of -1 to 1; undefined when it is too short. */
export function measureChannel(
  decoder: NativeDecoder,
  audio: Float32Array,
): ChannelMean | undefined {
  if (audio.length < (2 * RECOGNITION_RATE) / FRAMES_PER_SECOND + 200) return undefined;
  const { data, nfr: frames, nfeat: bands } = decoder.spectrogram(audio);
  if (frames === 0) return undefined;
  const meanBands = new Float64Array(bands);
  for (let frame = 0; frame < frames; frame++) {
    for (let band = 0; band < bands; band++) {
      meanBands[band]! += data[frame * bands + band]! / frames;
    }
  }
  return Array.from({ length: CEPSTRA }, (_, index) => cepstrum(meanBands, index));
}

/** One value of the discrete cosine transform that the model's features are made with. */
function cepstrum(bands: Float64Array, index: number): number {
  let sum = 0;
  for (let band = 0; band < bands.length; band++) {
    sum += bands[band]! * Math.cos((index * Math.PI * (band + 0.5)) / bands.length);
  }
  const scale = Math.sqrt((index === 0 ? 1 : 2) / bands.length);
  return sum * scale * (1 + (LIFTER / 2) * Math.sin((index * Math.PI) / LIFTER));
}
