import { pcm16ToBytes, pcm16ToUlaw, StreamingResampler } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { AudioFrame } from '@antiphon/session';

/** What is spoken on an upstream connection, both ways. */
export type UpstreamFormat =
  { readonly type: 'audio/pcmu' } | { readonly type: 'audio/pcm'; readonly rate: 24000 };

const G711: UpstreamFormat = { type: 'audio/pcmu' };
const PCM: UpstreamFormat = { type: 'audio/pcm', rate: 24000 };

/** Frames of 8 kHz come from a telephone, and G.711 holds all that is in them. */
export function formatFor(
  rate: SampleRate | null,
  audio: 'auto' | 'pcm' | 'g711' = 'auto',
): UpstreamFormat {
  if (audio === 'auto') return rate === 8000 ? G711 : PCM;
  return audio === 'g711' ? G711 : PCM;
}

/** A format of any rate. */
export type CallerAudioFormat =
  UpstreamFormat | { readonly type: 'audio/pcm'; readonly rate: SampleRate };

const rateOf = (format: CallerAudioFormat): SampleRate =>
  format.type === 'audio/pcm' ? format.rate : 8000;

/** One turn's audio on its way to the format of the provider. */
export class CallerAudioEncoder {
  readonly #format: CallerAudioFormat;
  #resampler: { readonly from: SampleRate; readonly to: StreamingResampler } | null = null;

  constructor(format: CallerAudioFormat) {
    this.#format = format;
  }

  /** The bytes of a frame; perhaps none yet. */
  encode({ pcm, sampleRate }: AudioFrame): Buffer {
    const rate = rateOf(this.#format);
    if (sampleRate === rate) return this.#bytes(pcm);
    if (this.#resampler?.from !== sampleRate) {
      this.#resampler = { from: sampleRate, to: new StreamingResampler(sampleRate, rate) };
    }
    return this.#bytes(this.#resampler.to.process(pcm));
  }

  /** What a resampler kept back, and silence that makes `bytesSoFar` long enough to be committed. */
  finish(bytesSoFar: number, leastMs: number): Buffer {
    const rest = this.#resampler?.to.flush() ?? new Int16Array(0);
    const perMs = rateOf(this.#format) / 1000;
    const soFar = bytesSoFar / (this.#format.type === 'audio/pcm' ? 2 : 1) + rest.length;
    const missing = Math.max(0, Math.ceil(leastMs * perMs) - soFar);
    const padded = new Int16Array(rest.length + missing);
    padded.set(rest);
    return this.#bytes(padded);
  }

  /** A copy: frames belong to the leg. */
  #bytes(pcm: Int16Array): Buffer {
    return this.#format.type === 'audio/pcm'
      ? Buffer.from(pcm16ToBytes(pcm))
      : Buffer.from(pcm16ToUlaw(pcm).buffer, 0, pcm.length);
  }
}
