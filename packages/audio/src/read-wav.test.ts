import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudioError, type AudioErrorCode } from './audio-error.ts';
import { readWav } from './read-wav.ts';

const PCM_MONO_8K = '01000100401f0000803e000002001000';
const ULAW_MONO_8K = '07000100401f0000401f000001000800';
const ALAW_MONO_8K = '06000100401f0000401f000001000800';
const GUID_TAIL = '000000001000800000aa00389b71';

function chunk(id: string, body: string): Buffer {
  const bytes = Buffer.from(body, 'hex');
  const header = Buffer.from(`${id}0000`);
  header.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([header.subarray(0, 8), bytes, Buffer.alloc(bytes.length % 2)]);
}

function riff(...chunks: Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), ...chunks]);
}

function failureOf(bytes: Uint8Array): AudioError {
  try {
    readWav(bytes);
  } catch (error) {
    if (error instanceof AudioError) return error;
    throw error;
  }
  throw new Error('the file was read');
}

function expectFailure(bytes: Uint8Array, code: AudioErrorCode, byteOffset: number): void {
  const failure = failureOf(bytes);
  expect({ code: failure.code, byteOffset: failure.byteOffset }).toEqual({ code, byteOffset });
  expect(failure.message).toContain(`byte ${byteOffset}:`);
}

describe('readable WAV', () => {
  it('gives interleaved 16-bit samples', () => {
    const stereo = '01000200401900000064000004001000';
    const wav = readWav(riff(chunk('fmt ', stereo), chunk('data', '0100feff03000400')));
    expect({ ...wav, data: undefined }).toEqual({
      sampleRate: 6464,
      channels: 2,
      format: 'pcm16',
      pcm: Int16Array.of(1, -2, 3, 4),
      data: undefined,
    });
  });

  it('gives decoded mu-law and A-law samples and their bytes', () => {
    const ulaw = readWav(riff(chunk('fmt ', ULAW_MONO_8K), chunk('data', 'ff7f0080')));
    expect(ulaw.format).toBe('ulaw');
    expect(ulaw.pcm).toEqual(Int16Array.of(0, 0, -32124, 32124));
    expect([...ulaw.data]).toEqual([0xff, 0x7f, 0x00, 0x80]);
    const alaw = readWav(riff(chunk('fmt ', ALAW_MONO_8K), chunk('data', 'd5552aaa')));
    expect(alaw.format).toBe('alaw');
    expect(alaw.pcm).toEqual(Int16Array.of(8, -8, -32256, 32256));
  });

  it.each([
    { format: 'pcm16', tag: '0100', plain: PCM_MONO_8K, data: '0100' },
    { format: 'alaw', tag: '0600', plain: ALAW_MONO_8K, data: 'd5d5' },
    { format: 'ulaw', tag: '0700', plain: ULAW_MONO_8K, data: 'ffff' },
  ])('may hide $format in WAVE_FORMAT_EXTENSIBLE', ({ format, tag, plain, data }) => {
    const extensible = `feff${plain.slice(4)}1600100004000000${tag}${GUID_TAIL}`;
    expect(readWav(riff(chunk('fmt ', extensible), chunk('data', data))).format).toBe(format);
  });

  it('may have chunks of odd length before, between and after', () => {
    const bytes = riff(
      chunk('LIST', '010203'),
      chunk('fmt ', PCM_MONO_8K),
      chunk('cue ', 'ff'),
      chunk('data', '0500'),
      chunk('junk', '00'),
    );
    expect(readWav(bytes).pcm).toEqual(Int16Array.of(5));
  });

  it('may leave out the padding at its end', () => {
    const bytes = riff(chunk('fmt ', ULAW_MONO_8K), chunk('data', 'ff'));
    expect(readWav(bytes.subarray(0, -1)).pcm).toEqual(Int16Array.of(0));
  });

  it('may start at an odd address', () => {
    const file = riff(chunk('fmt ', PCM_MONO_8K), chunk('data', '01000200'));
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect(readWav(shifted.subarray(1)).pcm).toEqual(Int16Array.of(1, 2));
  });

  it('may have no samples', () => {
    expect(readWav(riff(chunk('fmt ', PCM_MONO_8K), chunk('data', ''))).pcm).toHaveLength(0);
  });

  it('may leave the length of its data open', () => {
    const open = riff(
      chunk('fmt ', PCM_MONO_8K),
      Buffer.from('data\xff\xff\xff\xff\x07\0', 'latin1'),
    );
    expect(readWav(open).pcm).toEqual(Int16Array.of(7));
  });
});

describe('unreadable WAV is refused with the byte to blame:', () => {
  const fmt = chunk('fmt ', PCM_MONO_8K);

  it('another kind of file', () => {
    expectFailure(new Uint8Array(0), 'not_wav', 0);
    expectFailure(Buffer.from('OggS'), 'not_wav', 4);
    expectFailure(Buffer.from('OggS0000WAVEfmt '), 'not_wav', 0);
    expectFailure(Buffer.from('RIFF0000AVI LIST'), 'not_wav', 8);
  });

  it('a file cut off in a header or a chunk', () => {
    expectFailure(Buffer.from('RIFF00'), 'truncated_wav', 6);
    expectFailure(riff(), 'truncated_wav', 12);
    expectFailure(riff(fmt).subarray(0, 20), 'truncated_wav', 12);
    expectFailure(riff(fmt), 'truncated_wav', 36);
    expectFailure(riff(fmt, Buffer.from('data')), 'truncated_wav', 36);
    expectFailure(riff(fmt, chunk('data', '0100')).subarray(0, -1), 'truncated_wav', 36);
  });

  it('a format that is not read', () => {
    expectFailure(riff(chunk('fmt ', `0300${PCM_MONO_8K.slice(4)}`)), 'unsupported_wav', 20);
    expectFailure(riff(chunk('fmt ', `${PCM_MONO_8K.slice(0, -4)}1800`)), 'unsupported_wav', 34);
    expectFailure(riff(chunk('fmt ', `${PCM_MONO_8K.slice(0, -4)}0800`)), 'unsupported_wav', 34);
    const extensible = `feff${PCM_MONO_8K.slice(4)}1600100004000000`;
    expectFailure(riff(chunk('fmt ', `${extensible}0300${GUID_TAIL}`)), 'unsupported_wav', 44);
    expectFailure(
      riff(chunk('fmt ', `${extensible}0100${'00'.repeat(14)}`)),
      'unsupported_wav',
      44,
    );
  });

  it('a format chunk that contradicts itself', () => {
    expectFailure(riff(chunk('fmt ', '01000100401f')), 'malformed_wav', 12);
    expectFailure(riff(chunk('fmt ', `feff${PCM_MONO_8K.slice(4)}`)), 'malformed_wav', 12);
    expectFailure(riff(chunk('fmt ', `01000000${PCM_MONO_8K.slice(8)}`)), 'malformed_wav', 22);
    expectFailure(
      riff(chunk('fmt ', `0100010000000000${PCM_MONO_8K.slice(16)}`)),
      'malformed_wav',
      24,
    );
    expectFailure(riff(chunk('fmt ', `${PCM_MONO_8K.slice(0, 24)}04001000`)), 'malformed_wav', 32);
  });

  it('data before its format', () => {
    expectFailure(riff(chunk('data', '0000'), fmt), 'malformed_wav', 12);
  });

  it('half a sample at the end', () => {
    expectFailure(riff(fmt, chunk('data', '010002')), 'odd_length', 46);
  });
});

describe('any bytes', () => {
  const file = riff(chunk('fmt ', PCM_MONO_8K), chunk('LIST', '00'), chunk('data', '01000200'));

  it('are read or refused with an AudioError that names a byte within them', () => {
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(file.length), (changes, length) => {
        const bytes = Uint8Array.from(file);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          readWav(bytes.subarray(0, length));
        } catch (error) {
          expect(error).toBeInstanceOf(AudioError);
          expect((error as AudioError).byteOffset).toBeLessThanOrEqual(length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
