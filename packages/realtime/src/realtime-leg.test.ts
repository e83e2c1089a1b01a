import { pcm16ToUlaw } from '@antiphon/audio';
import type { AudioFrame, LegFact } from '@antiphon/session';
import { describeCallerLeg, DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { RealtimeLeg } from './realtime-leg.ts';
import type { AudioFormats } from './realtime-leg.ts';

const PCM16: AudioFormats = {
  inputFormat: { encoding: 'pcm16', rate: 24000 },
  outputFormat: { encoding: 'pcm16', rate: 24000 },
};

const ULAW: AudioFormats = {
  inputFormat: { encoding: 'g711_ulaw', rate: 8000 },
  outputFormat: { encoding: 'g711_ulaw', rate: 8000 },
};

const legOf = (formats: AudioFormats) => {
  const sent: Buffer[] = [];
  const frames: AudioFrame[] = [];
  let dropped = 0;
  const leg = new RealtimeLeg({
    clock: new DrivenClock(),
    formats: () => formats,
    onAudio: (_audio, base64) => sent.push(Buffer.from(base64, 'base64')),
    onDropped: () => dropped++,
  });
  leg.audio$.subscribe((frame) => frames.push(frame));
  return { leg, sent, frames, dropped: () => dropped };
};

const ramp = (samples: number): Int16Array =>
  Int16Array.from({ length: samples }, (_, index) => (index * 37) % 20_000);

for (const [name, formats] of [
  ['PCM16', PCM16],
  ['mu-law', ULAW],
] as const) {
  describeCallerLeg(`a Realtime client that speaks ${name}`, () => {
    const { leg, sent } = legOf(formats);
    const bytesPerMs = name === 'PCM16' ? 48 : 8;
    return {
      leg,
      callerSpeaks: () => leg.hear(Buffer.alloc(100 * bytesPerMs).toString('base64')),
      callerLeaves: () => leg.leave(),
      receivedMs: () => sent.reduce((sum, bytes) => sum + bytes.length / bytesPerMs, 0),
    };
  });
}

describe('audio of a Realtime client', () => {
  it('comes in slices of 20 ms, whatever the length of the append', () => {
    const { leg, frames } = legOf(PCM16);
    const pcm = ramp(24_000 + 100);
    leg.hear(Buffer.from(pcm.buffer).toString('base64'));
    expect(frames).toHaveLength(51);
    expect(frames[0]?.pcm).toHaveLength(480);
    expect(frames.at(-1)?.pcm).toHaveLength(100);
    expect(Int16Array.from(frames.flatMap((frame) => [...frame.pcm]))).toEqual(pcm);
  });

  it('is nothing when the append is empty', () => {
    const { leg, frames } = legOf(PCM16);
    expect(leg.hear('')).toBeNull();
    expect(frames).toEqual([]);
  });

  it('of an odd number of bytes is refused by name, and not heard', () => {
    const { leg, frames } = legOf(PCM16);
    const fault = leg.hear(Buffer.alloc(961).toString('base64'));
    expect(fault).toMatchObject({ code: 'invalid_value', param: 'audio' });
    expect(fault?.message).toContain('961');
    expect(frames).toEqual([]);
  });

  it('of an odd number of bytes is whole in G.711', () => {
    const { leg, frames } = legOf(ULAW);
    expect(leg.hear(Buffer.alloc(161, 0xff).toString('base64'))).toBeNull();
    expect(frames.map((frame) => frame.pcm.length)).toEqual([160, 1]);
  });
});

describe('the keypad of a Realtime client', () => {
  it('is a fact for each key, in order, until the leg is closed', () => {
    const { leg } = legOf(PCM16);
    const facts: LegFact[] = [];
    leg.facts$.subscribe((fact) => facts.push(fact));
    leg.press('4');
    leg.press('#');
    leg.close();
    leg.press('7');
    expect(facts).toEqual([
      { type: 'leg.dtmf', digit: '4' },
      { type: 'leg.dtmf', digit: '#' },
    ]);
  });
});

describe('audio that is not in the format it was declared to have', () => {
  /** Two seconds of a sung vowel at 8 kHz, which is sound in any encoding. */
  const vowel = Int16Array.from({ length: 16_000 }, (_, sample) =>
    [150, 300, 450, 600, 750]
      .map((hertz, index) => (5_000 / (index + 1)) * Math.sin((Math.PI * hertz * sample) / 4000))
      .reduce((sum, value) => sum + value),
  );
  const ulaw = Buffer.from(pcm16ToUlaw(vowel));
  const pcm16 = Buffer.from(vowel.buffer);

  const factsOf = (formats: AudioFormats) => {
    const trial = legOf(formats);
    const facts: LegFact[] = [];
    trial.leg.facts$.subscribe((fact) => facts.push(fact));
    const speak = (bytes: Buffer, appendBytes = 160) => {
      for (let start = 0; start < bytes.length; start += appendBytes) {
        trial.leg.hear(bytes.subarray(start, start + appendBytes).toString('base64'));
      }
    };
    return { ...trial, facts, speak };
  };

  it('is told once, and heard all the same', () => {
    const { facts, frames, speak } = factsOf(PCM16);
    speak(ulaw);
    speak(ulaw);
    expect(facts).toEqual([
      { type: 'leg.formatDoubted', declared: 'pcm16', looksLike: 'g711_ulaw' },
    ]);
    expect(frames).toHaveLength(200);
  });

  it('is told of appends that are refused because half a sample is missing', () => {
    const { facts, frames, speak } = factsOf(PCM16);
    speak(ulaw.subarray(0, 161 * 90), 161);
    expect(frames).toEqual([]);
    expect(facts).toHaveLength(1);
  });

  it('is told when it begins with another declaration', () => {
    let formats = ULAW;
    const { leg, facts, speak } = factsOf({
      get inputFormat() {
        return formats.inputFormat;
      },
      outputFormat: ULAW.outputFormat,
    });
    speak(ulaw);
    expect(facts).toEqual([]);
    formats = PCM16;
    speak(ulaw);
    expect(facts).toMatchObject([{ declared: 'pcm16', looksLike: 'g711_ulaw' }]);
    leg.close();
  });

  it('is not told of audio that has its format, nor after the leg is closed', () => {
    const right = factsOf(PCM16);
    right.speak(pcm16);
    expect(right.facts).toEqual([]);
    const closed = factsOf(ULAW);
    closed.leg.close();
    closed.speak(pcm16);
    expect(closed.facts).toEqual([]);
  });
});

describe('audio for a Realtime client', () => {
  const audioOf = (pcm: Int16Array, sampleRate: 8000 | 24000) => ({
    generationId: 'gen_1',
    itemId: 'item_1',
    pcm,
    sampleRate,
    offsetMs: 0,
  });

  it('is little-endian PCM16', () => {
    const { leg, sent } = legOf(PCM16);
    leg.send(audioOf(Int16Array.of(1, -2, 258), 24000));
    expect(sent[0]?.toString('hex')).toBe('0100feff0201');
    expect(leg.outputRate).toBe(24000);
  });

  it('is one byte a sample in G.711', () => {
    const { leg, sent } = legOf(ULAW);
    const pcm = ramp(160);
    leg.send(audioOf(pcm, 8000));
    expect(sent[0]).toEqual(Buffer.from(pcm16ToUlaw(pcm)));
    expect(leg.outputRate).toBe(8000);
  });

  it('is told to be dropped when it is cleared, for the client has cleared its own', () => {
    const { leg, dropped } = legOf(PCM16);
    leg.clear();
    expect(dropped()).toBe(1);
  });
});
