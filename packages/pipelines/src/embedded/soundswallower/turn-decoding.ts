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
 * Audio heard before decoding begins, to learn the channel from: 0.8 s with the padding before the
 * onset. Errors fall by a third on a usual level and by half at twice that; the text at the end of
 * the turn comes no later, for the silence that ends a turn is longer than the rest.
 */
const CHANNEL_SAMPLES = 0.8 * RECOGNITION_RATE;

/** The part of a turn that tells the channel for the caller's next turns. */
const MEASURED_SAMPLES = 5 * RECOGNITION_RATE;

/** One turn on its way through a decoder. */
export class TurnDecoding {
  readonly #module: SoundSwallower;
  readonly #knownChannel: ChannelMean | undefined;
  readonly #measured = new Float32Array(MEASURED_SAMPLES);
  #measuredSamples = 0;
  #gathered: Float32Array[] = [];
  #gatheredSamples = 0;
  #decoder: NativeDecoder | undefined;
  #isDecoding = false;

  constructor(module: SoundSwallower, knownChannel: ChannelMean | undefined) {
    this.#module = module;
    this.#knownChannel = knownChannel;
  }

  /** Gives the turn its decoder, once. */
  attach(decoder: NativeDecoder): void {
    this.#decoder = decoder;
    if (this.#gatheredSamples >= CHANNEL_SAMPLES) this.#begin(decoder);
  }

  /** Takes the next samples at 8 kHz. */
  accept(pcm: Int16Array): void {
    const audio = Float32Array.from(pcm, (sample) => sample / FULL_SCALE);
    const measured = audio.subarray(0, MEASURED_SAMPLES - this.#measuredSamples);
    this.#measured.set(measured, this.#measuredSamples);
    this.#measuredSamples += measured.length;
    if (this.#decoder && this.#isDecoding) {
      this.#decoder.process_audio(audio);
      return;
    }
    this.#gathered.push(audio);
    this.#gatheredSamples += audio.length;
    if (this.#decoder && this.#gatheredSamples >= CHANNEL_SAMPLES) this.#begin(this.#decoder);
  }

  /** The words so far. */
  text(): string {
    if (!this.#decoder || !this.#isDecoding) return '';
    return plainWords(this.#decoder.get_text().split(' ')).join(' ');
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

  #begin(decoder: NativeDecoder): void {
    setChannel(this.#module, decoder, this.#blend(decoder) ?? AVERAGE_CHANNEL);
    decoder.start();
    this.#isDecoding = true;
    const gathered = this.#gathered;
    this.#gathered = [];
    for (const audio of gathered) decoder.process_audio(audio);
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
