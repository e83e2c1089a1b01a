import type { Transcript } from '../../cascade/ports/speech-to-text.ts';
import {
  AVERAGE_CHANNEL,
  blendChannels,
  measureChannel,
  type ChannelMean,
} from './channel-mean.ts';
import { isSound } from './recognition-graph.ts';
import {
  RECOGNITION_RATE,
  setChannel,
  type NativeDecoder,
  type SoundSwallower,
} from './sound-swallower.ts';

const FULL_SCALE = 32768;

/**
 * Noise of 80 dB below full scale, added to what is heard: the model was trained on real lines, and
 * takes a short word in digital silence for a click.
 */
const LINE_NOISE = whiteNoise(0.5 * RECOGNITION_RATE, 5);

/** Audio heard before decoding begins: 0.2 s of voice with the usual padding before the onset. */
const FIRST_SAMPLES = 0.5 * RECOGNITION_RATE;

/**
 * Audio that tells the channel of an unknown caller well enough. Then decoding begins anew, and the
 * errors that the first guess would have made, a half more, are gone.
 */
const CHANNEL_SAMPLES = 0.8 * RECOGNITION_RATE;

/** The part of a turn that tells the channel for the caller's next turns. */
const MEASURED_SAMPLES = 5 * RECOGNITION_RATE;

/** What was heard of a turn, and whether the last of it was a word of the vocabulary. */
export interface WordsSoFar {
  readonly words: readonly string[];
  readonly isClear: boolean;
}

/** As many whole numbers from `-peak` to `peak`, always the same. */
function whiteNoise(length: number, peak: number): Int16Array {
  let state = 1;
  return Int16Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return (state % (2 * peak + 1)) - peak;
  });
}

/** One turn on its way through a decoder. */
export class TurnDecoding {
  readonly #module: SoundSwallower;
  readonly #knownChannel: ChannelMean | undefined;
  readonly #measured = new Float32Array(MEASURED_SAMPLES);
  #measuredSamples = 0;
  #gathered: Float32Array[] = [];
  #heardSamples = 0;
  #decoder: NativeDecoder | undefined;
  #isDecoding = false;
  /** Whether decoding goes on to the end as it is; until then, what was heard is kept. */
  #isSettled = false;

  constructor(module: SoundSwallower, knownChannel: ChannelMean | undefined) {
    this.#module = module;
    this.#knownChannel = knownChannel;
  }

  /** Gives the turn its decoder, once. */
  attach(decoder: NativeDecoder): void {
    this.#decoder = decoder;
    this.#decodeGathered(decoder);
  }

  /** Takes the next samples at 8 kHz. */
  accept(pcm: Int16Array): void {
    const audio = Float32Array.from(pcm, (sample, index) => {
      const noise = LINE_NOISE[(this.#heardSamples + index) % LINE_NOISE.length]!;
      return (sample + noise) / FULL_SCALE;
    });
    this.#heardSamples += audio.length;
    const measured = audio.subarray(0, MEASURED_SAMPLES - this.#measuredSamples);
    this.#measured.set(measured, this.#measuredSamples);
    this.#measuredSamples += measured.length;
    if (this.#isDecoding) this.#decoder?.process_audio(audio);
    if (this.#isSettled) return;
    this.#gathered.push(audio);
    if (this.#decoder) this.#decodeGathered(this.#decoder);
  }

  /** The words so far. */
  words(): WordsSoFar {
    if (!this.#decoder || !this.#isDecoding) return { words: [], isClear: true };
    const heard = this.#decoder.get_text().split(' ');
    return { words: plainWords(heard), isClear: !isSound(heard.at(-1) ?? '') };
  }

  /** Ends the turn; the decoder is free for another. */
  finish(decoder: NativeDecoder): Transcript {
    if (!this.#isDecoding) this.#begin(decoder);
    decoder.stop();
    this.#isDecoding = false;
    return transcriptOf(decoder);
  }

  /** What the turn tells about the caller's channel; asked for after `finish`. */
  channel(decoder: NativeDecoder): ChannelMean | undefined {
    return this.#blend(decoder);
  }

  /** Drops the turn; the decoder is free for another. */
  cancel(): void {
    if (this.#isDecoding) this.#decoder?.stop();
    this.#isDecoding = false;
  }

  #decodeGathered(decoder: NativeDecoder): void {
    const settledAfter = this.#knownChannel ? FIRST_SAMPLES : CHANNEL_SAMPLES;
    this.#isSettled = this.#heardSamples >= settledAfter;
    const isFirst = !this.#isDecoding && this.#heardSamples >= FIRST_SAMPLES;
    if (this.#isSettled || isFirst) this.#begin(decoder);
    if (this.#isSettled) this.#gathered = [];
  }

  #begin(decoder: NativeDecoder): void {
    if (this.#isDecoding) decoder.stop();
    setChannel(this.#module, decoder, this.#blend(decoder) ?? AVERAGE_CHANNEL);
    decoder.start();
    this.#isDecoding = true;
    for (const audio of this.#gathered) decoder.process_audio(audio);
  }

  #blend(decoder: NativeDecoder): ChannelMean | undefined {
    const audio = this.#measured.subarray(0, this.#measuredSamples);
    const heard = measureChannel(decoder, audio);
    return heard ? blendChannels(heard, audio.length, this.#knownChannel) : this.#knownChannel;
  }
}

function transcriptOf(decoder: NativeDecoder): Transcript {
  const segments = (decoder.get_alignment().w ?? []).filter(({ t }) => isSpoken(t));
  const totalSeconds = segments.reduce((sum, { d }) => sum + d, 0);
  const unclearSeconds = segments.filter(({ t }) => isSound(t)).reduce((sum, { d }) => sum + d, 0);
  return {
    text: plainWords(segments.map(({ t }) => t)).join(' '),
    unclear: totalSeconds > 0 ? unclearSeconds / totalSeconds : 0,
  };
}

/** Neither silence, noise nor the ends of the sentence. */
function isSpoken(word: string): boolean {
  return /^[a-z'_]/.test(word);
}

/** Words of the vocabulary, without the numbers of alternative pronunciations. */
function plainWords(words: readonly string[]): string[] {
  return words
    .filter((word) => isSpoken(word) && !isSound(word))
    .map((word) => word.replace(/\(\d+\)$/, ''));
}
