import { AudioError, type AudioErrorCode } from './audio-error.ts';
import { alawToPcm16, ulawToPcm16 } from './g711.ts';
import { bytesToPcm16 } from './pcm-bytes.ts';
import { UNKNOWN_SIZE, WAV_CODINGS, type WavFormat } from './wav-format.ts';

/** The audio of a WAV file. */
export interface WavAudio {
  /** In hertz, as the file says; any positive number. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly format: WavFormat;
  /** Decoded samples, channels interleaved. */
  readonly pcm: Int16Array;
  /** The data chunk as it stands in the file, for passing mu-law or A-law on without transcoding. */
  readonly data: Uint8Array;
}

interface Chunk {
  readonly id: string;
  /** Offset of the chunk's eight-byte header. */
  readonly at: number;
  /** Offset of the chunk's body. */
  readonly bodyAt: number;
  readonly bodyBytes: number;
}

type FormatChunk = Pick<WavAudio, 'sampleRate' | 'channels' | 'format'>;

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const EXTENSIBLE_TAG = 0xfffe;

/** What follows the format tag in the sub-format GUID of WAVE_FORMAT_EXTENSIBLE. */
const SUBFORMAT_GUID_TAIL = '000000001000800000aa00389b71';

/**
 * Reads 16-bit PCM, mu-law and A-law WAV (format tags 1, 7, 6, and those inside
 * WAVE_FORMAT_EXTENSIBLE). Unknown chunks are skipped, odd chunks may or may not be padded at the
 * end of the file, the size in the RIFF header is not looked at, and a data chunk of size 0xFFFFFFFF
 * lasts to the end. 16-bit `pcm` and `data` may share memory with `bytes`.
 *
 * Throws `not_wav`, `truncated_wav`, `malformed_wav`, `unsupported_wav` or `odd_length`, naming the
 * byte in the message and in `byteOffset`.
 */
export function readWav(bytes: Uint8Array): WavAudio {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  requireRiffHeader(view);
  let format: FormatChunk | undefined;
  let at = RIFF_HEADER_BYTES;
  while (at < view.byteLength) {
    const chunk = readChunk(view, at);
    if (chunk.id === 'fmt ') format = readFormat(view, chunk);
    if (chunk.id === 'data') {
      if (!format) throw failure('malformed_wav', 'the data chunk comes before a fmt chunk', at);
      return readData(bytes, chunk, format);
    }
    at = chunk.bodyAt + chunk.bodyBytes + (chunk.bodyBytes % 2);
  }
  const missing = format ? 'no data chunk' : 'neither a fmt nor a data chunk';
  throw failure('truncated_wav', `the file ends with ${missing}`, view.byteLength);
}

function requireRiffHeader(view: DataView): void {
  if (view.byteLength < RIFF_HEADER_BYTES) {
    throw failure(
      view.byteLength >= 4 && fourCharacters(view, 0) === 'RIFF' ? 'truncated_wav' : 'not_wav',
      `${view.byteLength} bytes are too few for the ${RIFF_HEADER_BYTES} of a RIFF header`,
      view.byteLength,
    );
  }
  for (const [at, expected] of [
    [0, 'RIFF'],
    [8, 'WAVE'],
  ] as const) {
    const found = fourCharacters(view, at);
    if (found === expected) continue;
    throw failure(
      'not_wav',
      `expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`,
      at,
    );
  }
}

function readChunk(view: DataView, at: number): Chunk {
  const bodyAt = at + CHUNK_HEADER_BYTES;
  if (bodyAt > view.byteLength) {
    throw failure(
      'truncated_wav',
      `a chunk header needs ${CHUNK_HEADER_BYTES} bytes, ${view.byteLength - at} are left`,
      at,
    );
  }
  const id = fourCharacters(view, at);
  const size = view.getUint32(at + 4, true);
  const left = view.byteLength - bodyAt;
  if (id === 'data' && size === UNKNOWN_SIZE) return { id, at, bodyAt, bodyBytes: left };
  if (size > left) {
    throw failure(
      'truncated_wav',
      `chunk ${JSON.stringify(id)} says it has ${size} bytes, ${left} are left`,
      at,
    );
  }
  return { id, at, bodyAt, bodyBytes: size };
}

function readFormat(view: DataView, chunk: Chunk): FormatChunk {
  const { bodyAt } = chunk;
  requireFormatBytes(chunk, 16);
  const format = codingOf(view, chunk);
  const { bytesPerSample } = WAV_CODINGS[format];
  const channels = view.getUint16(bodyAt + 2, true);
  const sampleRate = view.getUint32(bodyAt + 4, true);
  const frameBytes = view.getUint16(bodyAt + 12, true);
  const bits = view.getUint16(bodyAt + 14, true);
  if (channels === 0) throw failure('malformed_wav', 'the channel count is 0', bodyAt + 2);
  if (sampleRate === 0) throw failure('malformed_wav', 'the sample rate is 0', bodyAt + 4);
  if (bits !== 8 * bytesPerSample) {
    throw failure(
      'unsupported_wav',
      `${format === 'pcm16' ? 'PCM' : format} has ${bits} bits per sample, only ${8 * bytesPerSample} are read`,
      bodyAt + 14,
    );
  }
  if (frameBytes !== channels * bytesPerSample) {
    throw failure(
      'malformed_wav',
      `the block size is ${frameBytes}, ${channels} channels of ${bits} bits have ${channels * bytesPerSample}`,
      bodyAt + 12,
    );
  }
  return { sampleRate, channels, format };
}

function codingOf(view: DataView, chunk: Chunk): WavFormat {
  let tagAt = chunk.bodyAt;
  if (view.getUint16(tagAt, true) === EXTENSIBLE_TAG) {
    requireFormatBytes(chunk, 40);
    tagAt += 24;
    let tail = '';
    for (let i = 2; i < 16; i++)
      tail += view
        .getUint8(tagAt + i)
        .toString(16)
        .padStart(2, '0');
    if (tail !== SUBFORMAT_GUID_TAIL) {
      throw failure('unsupported_wav', 'the sub-format GUID names no wave format tag', tagAt);
    }
  }
  const tag = view.getUint16(tagAt, true);
  for (const format of Object.keys(WAV_CODINGS) as WavFormat[]) {
    if (WAV_CODINGS[format].tag === tag) return format;
  }
  throw failure(
    'unsupported_wav',
    `format tag ${tag} is none of 1 (PCM), 6 (A-law), 7 (mu-law); convert the file first`,
    tagAt,
  );
}

function requireFormatBytes(chunk: Chunk, needed: number): void {
  if (chunk.bodyBytes >= needed) return;
  throw failure(
    'malformed_wav',
    `the fmt chunk has ${chunk.bodyBytes} bytes, this format needs ${needed}`,
    chunk.at,
  );
}

function readData(bytes: Uint8Array, chunk: Chunk, format: FormatChunk): WavAudio {
  const frameBytes = format.channels * WAV_CODINGS[format.format].bytesPerSample;
  const left = chunk.bodyBytes % frameBytes;
  const end = chunk.bodyAt + chunk.bodyBytes;
  if (left !== 0) {
    throw failure(
      'odd_length',
      `${chunk.bodyBytes} bytes of data end in ${left} of the ${frameBytes} bytes of a sample frame`,
      end - left,
    );
  }
  const data = bytes.subarray(chunk.bodyAt, end);
  switch (format.format) {
    case 'pcm16':
      return { ...format, pcm: bytesToPcm16(data), data };
    case 'ulaw':
      return { ...format, pcm: ulawToPcm16(data), data };
    case 'alaw':
      return { ...format, pcm: alawToPcm16(data), data };
  }
}

function fourCharacters(view: DataView, at: number): string {
  let text = '';
  for (let i = 0; i < 4; i++) text += String.fromCharCode(view.getUint8(at + i));
  return text;
}

function failure(code: AudioErrorCode, problem: string, at: number): AudioError {
  return new AudioError(code, `WAV, byte ${at}: ${problem}`, at);
}
