import { encodeAudio, StreamingResampler } from '@antiphon/audio';
import type { AudioEncoding, SampleRate } from '@antiphon/audio';
import { DeclaredFormat } from '../declared-format.ts';
import type { Arrival } from './live-arrivals.ts';

/** An encoding at a rate. */
export interface TrialFormat {
  readonly encoding: AudioEncoding;
  readonly hz: number;
}

/** What was told of a stream, and how much of it had come by then, in its own time. */
export interface Told {
  readonly looksLike: string;
  readonly afterMs: number;
}

/** What a client may declare. */
export const DECLARABLE: readonly (TrialFormat & { readonly hz: SampleRate })[] = [
  { encoding: 'pcm16', hz: 24000 },
  { encoding: 'g711_ulaw', hz: 8000 },
  { encoding: 'g711_alaw', hz: 8000 },
];

/** What clients send. */
export const SENT: readonly TrialFormat[] = [
  ...[8000, 16000, 24000, 44100, 48000].map((hz) => ({ encoding: 'pcm16', hz }) as const),
  ...[8000, 16000].map((hz) => ({ encoding: 'g711_ulaw', hz }) as const),
  ...[8000, 16000].map((hz) => ({ encoding: 'g711_alaw', hz }) as const),
];

/** Whether what is sent is not what is declared. */
export function isWrong(sent: TrialFormat, declared: TrialFormat): boolean {
  return sent.encoding !== declared.encoding || sent.hz !== declared.hz;
}

/** Such as `pcm16 at 24000 Hz`. */
export function nameOfFormat({ encoding, hz }: TrialFormat): string {
  return `${encoding} at ${hz} Hz`;
}

/** What is to be told where `sent` was declared to be another encoding, or only another rate. */
export function expectedName(sent: TrialFormat, declared: TrialFormat): string {
  return sent.encoding === declared.encoding ? nameOfFormat(sent) : sent.encoding;
}

/** The bytes of PCM16 at 8 kHz in another format. */
export function sentAs(pcm: Int16Array, { encoding, hz }: TrialFormat): Uint8Array {
  if (hz !== 44100) return encodeAudio(resampled(pcm, hz as SampleRate), encoding);
  // Every sample of 8 kHz audio is near to its neighbours at 48 kHz, so a straight line joins them.
  const fine = resampled(pcm, 48000);
  const between = new Int16Array(Math.floor((fine.length * 441) / 480));
  for (let index = 0; index < between.length; index++) {
    const place = (index * 480) / 441;
    const before = Math.floor(place);
    const next = fine[before + 1] ?? fine[before]!;
    between[index] = fine[before]! + (next - fine[before]!) * (place - before);
  }
  return encodeAudio(between, encoding);
}

/** Bytes in one sample of an encoding. */
export function sampleBytes(encoding: AudioEncoding): number {
  return encoding === 'pcm16' ? 2 : 1;
}

/** Everything told while `bytes`, in the format `sent`, come as `arrivals` say and are declared. */
export function toldOfStream(
  { bytes, sent }: { readonly bytes: Uint8Array; readonly sent: TrialFormat },
  declared: TrialFormat & { readonly hz: SampleRate },
  arrivals: Iterable<Arrival>,
): Told[] {
  const told: Told[] = [];
  let end = 0;
  const watch = new DeclaredFormat((_, looksLike) => {
    told.push({ looksLike, afterMs: (end * 1000) / (sent.hz * sampleBytes(sent.encoding)) });
  });
  for (const { samples, atMs } of arrivals) {
    const start = end;
    end += samples * sampleBytes(sent.encoding);
    const { encoding, hz: rate } = declared;
    watch.hear(bytes.subarray(start, end), { encoding, rate, atMs });
  }
  return told;
}

function resampled(pcm: Int16Array, hz: SampleRate): Int16Array {
  const resampler = new StreamingResampler(8000, hz);
  const begun = resampler.process(pcm);
  const rest = resampler.flush();
  const all = new Int16Array(begun.length + rest.length);
  all.set(begun);
  all.set(rest, begun.length);
  return all;
}
