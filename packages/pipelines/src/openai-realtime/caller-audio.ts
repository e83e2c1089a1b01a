import { encodeAudio, pcm16ToBytes, StreamingResampler } from '@antiphon/audio';
import type { AudioEncoding, SampleRate } from '@antiphon/audio';
import type { AudioFrame } from '@antiphon/session';

/** What is spoken on an upstream connection, both ways. */
export type UpstreamFormat =
  | { readonly type: 'audio/pcmu' }
  | { readonly type: 'audio/pcma' }
  | { readonly type: 'audio/pcm'; readonly rate: 24000 };

const ULAW: UpstreamFormat = { type: 'audio/pcmu' };
const ALAW: UpstreamFormat = { type: 'audio/pcma' };
const PCM: UpstreamFormat = { type: 'audio/pcm', rate: 24000 };

/** What a caller's line is like; null where that is not known. */
export interface LineKind {
  readonly rate: SampleRate | null;
  readonly encoding?: AudioEncoding | null | undefined;
}

/** Frames of 8 kHz come from a telephone, and G.711, of the law they came in, holds all of them. */
export function formatFor(
  { rate, encoding }: LineKind,
  audio: 'auto' | 'pcm' | 'g711' = 'auto',
): UpstreamFormat {
  const isG711 = audio === 'auto' ? rate === 8000 : audio === 'g711';
  if (!isG711) return PCM;
  return encoding === 'g711_alaw' ? ALAW : ULAW;
}

/** A format of any rate. */
export type CallerAudioFormat =
  UpstreamFormat | { readonly type: 'audio/pcm'; readonly rate: SampleRate };

const rateOf = (format: CallerAudioFormat): SampleRate =>
  format.type === 'audio/pcm' ? format.rate : 8000;

/** How much of the wire a millisecond of sound takes, before base64. */
export function bytesPerMs(format: CallerAudioFormat): number {
  return (rateOf(format) / 1000) * (format.type === 'audio/pcm' ? 2 : 1);
}

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
    const { type } = this.#format;
    if (type === 'audio/pcm') return Buffer.from(pcm16ToBytes(pcm));
    const bytes = encodeAudio(pcm, type === 'audio/pcma' ? 'g711_alaw' : 'g711_ulaw');
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
