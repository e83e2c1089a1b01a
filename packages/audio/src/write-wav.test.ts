import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudioError, type AudioErrorCode } from './audio-error.ts';
import { readWav } from './read-wav.ts';
import { wavHeader, writeUlawWav, writeWav } from './write-wav.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const failing = (code: AudioErrorCode): AudioError =>
  expect.objectContaining({ code }) as AudioError;

describe('a written WAV file', () => {
  it('of linear samples is the canonical 44 bytes and the samples', () => {
    expect(hex(writeWav(Int16Array.of(1, -2), { sampleRate: 8000, channels: 1 }))).toBe(
      '5249464628000000' + // RIFF, 40
        '57415645' + // WAVE
        '666d742010000000' + // fmt, 16
        '01000100401f0000803e000002001000' +
        '6461746104000000' + // data, 4
        '0100feff',
    );
  });

  it('of mu-law bytes has format tag 7, a fact chunk and padding to an even length', () => {
    expect(
      hex(writeUlawWav(Uint8Array.of(0x7f, 0xff, 0x00), { sampleRate: 8000, channels: 1 })),
    ).toBe(
      '5249464636000000' + // RIFF, 54
        '57415645' + // WAVE
        '666d742012000000' + // fmt, 18
        '07000100401f0000401f0000010008000000' +
        '666163740400000003000000' + // fact, 4, 3
        '6461746103000000' + // data, 3
        '7fff0000',
    );
  });

  it('reads back as the same samples', () => {
    fc.assert(
      fc.property(
        fc.int16Array(),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 192000 }),
        (samples, channels, sampleRate) => {
          const pcm = samples.subarray(0, samples.length - (samples.length % channels));
          const wav = readWav(writeWav(pcm, { sampleRate, channels }));
          expect({ ...wav, data: undefined }).toEqual({
            sampleRate,
            channels,
            format: 'pcm16',
            pcm,
            data: undefined,
          });
        },
      ),
    );
  });

  it('keeps every mu-law byte, the negative zero included', () => {
    const ulaw = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(readWav(writeUlawWav(ulaw, { sampleRate: 8000, channels: 2 })).data).toEqual(ulaw);
  });

  it('needs samples for every channel', () => {
    expect(() => writeWav(new Int16Array(3), { sampleRate: 8000, channels: 2 })).toThrowError(
      failing('odd_length'),
    );
    expect(() => writeUlawWav(new Uint8Array(3), { sampleRate: 8000, channels: 2 })).toThrowError(
      failing('odd_length'),
    );
  });
});

describe('a header', () => {
  it('without a length makes a file that reads to its end, and is as long as with one', () => {
    for (const format of ['pcm16', 'ulaw', 'alaw'] as const) {
      const open = wavHeader({ sampleRate: 8000, channels: 1, format });
      const closed = wavHeader({ sampleRate: 8000, channels: 1, format, dataBytes: 4 });
      expect(open.length).toBe(closed.length);
      const data = Uint8Array.of(1, 2, 3, 4);
      const unfinished = readWav(Buffer.concat([open, data]));
      const finished = readWav(Buffer.concat([closed, data]));
      expect(Uint8Array.from(unfinished.data)).toEqual(data);
      expect(Uint8Array.from(finished.data)).toEqual(data);
      expect(finished.format).toBe(format);
    }
  });

  it('refuses numbers that do not fit', () => {
    const fine = { sampleRate: 8000, channels: 1, dataBytes: 0 };
    for (const wrong of [
      { channels: 0 },
      { channels: 32768 },
      { channels: NaN },
      { sampleRate: 0 },
      { sampleRate: 8000.5 },
      { sampleRate: 2 ** 31 },
      { dataBytes: -2 },
      { dataBytes: 2 ** 32 - 2 },
    ]) {
      expect(() => wavHeader({ ...fine, ...wrong }), JSON.stringify(wrong)).toThrowError(
        failing('invalid_argument'),
      );
    }
    expect(() => wavHeader({ ...fine, dataBytes: 3 })).toThrowError(failing('odd_length'));
  });
});
