import { AudioError, requireInteger } from './audio-error.ts';
import { pcm16ToBytes } from './pcm-bytes.ts';
import { UNKNOWN_SIZE, WAV_CODINGS, type WavFormat } from './wav-format.ts';

/** What a WAV header says about the samples of a file. */
export interface WavLayout {
  readonly sampleRate: number;
  readonly channels: number;
}

/** What `wavHeader` needs to know. */
export interface WavHeaderOptions extends WavLayout {
  /** Bytes of samples that follow the header; left out while a stream's length is not known. */
  readonly dataBytes?: number | undefined;
  /** Default `pcm16`. */
  readonly format?: WavFormat | undefined;
}

/**
 * The header in front of the samples: 44 bytes for `pcm16`, 58 for `ulaw` and `alaw` (which carry a
 * fact chunk). Its length does not depend on `dataBytes`, so a streaming writer starts with a header
 * without `dataBytes`, which `readWav` takes as lasting to the end of the file, and at the end writes
 * one zero byte if `dataBytes` is odd and the true header over the first. Throws `invalid_argument`
 * for numbers that do not fit their fields, and `odd_length` for part of a sample frame.
 */
export function wavHeader(options: WavHeaderOptions): Uint8Array {
  const { sampleRate, channels, dataBytes, format = 'pcm16' } = options;
  const { tag, bytesPerSample } = WAV_CODINGS[format];
  requireField('channels', channels, Math.floor(0xffff / bytesPerSample));
  const frameBytes = channels * bytesPerSample;
  const formatBytes = format === 'pcm16' ? 16 : 18;
  const factBytes = format === 'pcm16' ? 0 : 12;
  const headerBytes = 12 + 8 + formatBytes + factBytes + 8;
  requireField('sampleRate', sampleRate, Math.floor(UNKNOWN_SIZE / frameBytes));
  if (dataBytes !== undefined) requireDataBytes(dataBytes, frameBytes, headerBytes);

  const header = new Uint8Array(headerBytes);
  const view = new DataView(header.buffer);
  const riffBytes =
    dataBytes === undefined ? UNKNOWN_SIZE : headerBytes - 8 + dataBytes + (dataBytes % 2);
  writeChunkHeader(view, 0, { id: 'RIFF', bytes: riffBytes });
  writeCharacters(view, 8, 'WAVE');
  writeChunkHeader(view, 12, { id: 'fmt ', bytes: formatBytes });
  view.setUint16(20, tag, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 8 * bytesPerSample, true);
  if (factBytes > 0) {
    const frames = dataBytes === undefined ? UNKNOWN_SIZE : dataBytes / frameBytes;
    writeChunkHeader(view, 38, { id: 'fact', bytes: 4 });
    view.setUint32(46, frames, true);
  }
  writeChunkHeader(view, headerBytes - 8, { id: 'data', bytes: dataBytes ?? UNKNOWN_SIZE });
  return header;
}

/**
 * A whole 16-bit PCM WAV file with the interleaved samples of `pcm`. Throws `odd_length` when they
 * do not fill every channel, and otherwise like `wavHeader`.
 */
export function writeWav(pcm: Int16Array, layout: WavLayout): Uint8Array {
  return joinWav(pcm16ToBytes(pcm), layout, 'pcm16');
}

/**
 * A whole mu-law WAV file (format tag 7) with the interleaved mu-law bytes of `ulaw` unchanged.
 * Throws `odd_length` when they do not fill every channel, and otherwise like `wavHeader`.
 */
export function writeUlawWav(ulaw: Uint8Array, layout: WavLayout): Uint8Array {
  return joinWav(ulaw, layout, 'ulaw');
}

function joinWav(data: Uint8Array, layout: WavLayout, format: WavFormat): Uint8Array {
  const header = wavHeader({ ...layout, dataBytes: data.length, format });
  const file = new Uint8Array(header.length + data.length + (data.length % 2));
  file.set(header);
  file.set(data, header.length);
  return file;
}

function requireField(name: string, value: number, maximum: number): void {
  requireInteger(name, value, 1);
  if (value <= maximum) return;
  throw new AudioError('invalid_argument', `${name} is ${value}; a WAV header holds ${maximum}`);
}

function requireDataBytes(dataBytes: number, frameBytes: number, headerBytes: number): void {
  requireInteger('dataBytes', dataBytes, 0);
  const maximum = UNKNOWN_SIZE - 1 - headerBytes;
  if (dataBytes > maximum) {
    throw new AudioError(
      'invalid_argument',
      `dataBytes is ${dataBytes}; a WAV file holds ${maximum}, so start another file`,
    );
  }
  if (dataBytes % frameBytes !== 0) {
    throw new AudioError(
      'odd_length',
      `${dataBytes} bytes of samples are not a multiple of the ${frameBytes} of a sample frame`,
    );
  }
}

function writeChunkHeader(view: DataView, at: number, chunk: { id: string; bytes: number }): void {
  writeCharacters(view, at, chunk.id);
  view.setUint32(at + 4, chunk.bytes, true);
}

function writeCharacters(view: DataView, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
}
