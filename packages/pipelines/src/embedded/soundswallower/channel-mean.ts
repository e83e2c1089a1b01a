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

/** Frames whose logarithmic bands lie so far below those of the loudest, 22 dB, are not of the voice. */
const QUIET_BELOW = 5;

/**
 * What the pauses of a turn count for, however long they are. Otherwise a short answer with much
 * silence around it would tell a channel that the caller's next words are not heard through.
 */
const QUIET_SHARE = 0.2;

/** Measures the channel of some audio, samples of -1 to 1; undefined when it is too short. */
export function measureChannel(
  decoder: NativeDecoder,
  audio: Float32Array,
): ChannelMean | undefined {
  if (audio.length < (2 * RECOGNITION_RATE) / FRAMES_PER_SECOND + 200) return undefined;
  const { data, nfr: frames, nfeat: bands } = decoder.spectrogram(audio);
  if (frames === 0) return undefined;
  const mean = meanBands(
    Array.from({ length: frames }, (_, frame) => data.subarray(frame * bands, (frame + 1) * bands)),
  );
  return Array.from({ length: CEPSTRA }, (_, index) => cepstrum(mean, index));
}

/** The mean of logarithmic bands over frames, with a fixed share of those that hold no voice. */
export function meanBands(frames: readonly Float32Array[]): Float64Array {
  const levels = frames.map((bands) => bands.reduce((sum, band) => sum + band, 0) / bands.length);
  const limit = Math.max(...levels) - QUIET_BELOW;
  const voice = meanOf(frames.filter((_, frame) => levels[frame]! >= limit));
  const quiet = meanOf(frames.filter((_, frame) => levels[frame]! < limit));
  if (!voice || !quiet) return voice ?? new Float64Array();
  return voice.map((band, index) => band + QUIET_SHARE * (quiet[index]! - band));
}

function meanOf(frames: readonly Float32Array[]): Float64Array | null {
  const [first] = frames;
  if (!first) return null;
  const sums = new Float64Array(first.length);
  for (const bands of frames) bands.forEach((band, index) => (sums[index]! += band));
  return sums.map((sum) => sum / frames.length);
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
