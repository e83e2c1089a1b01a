import { describe, expect, it } from 'vitest';
import { AudioError } from './audio-error.ts';
import {
  ALAW_SILENCE,
  alawToPcm16,
  pcm16ToAlaw,
  pcm16ToUlaw,
  ULAW_SILENCE,
  ulawToPcm16,
} from './g711.ts';

/*
 * The tables of the Recommendation, as [number of intervals, their width] from zero outwards: table
 * 2 for mu-law in 14-bit units, table 1 for A-law in 13-bit units. Expected values come from walking
 * the decision values one by one.
 */
const ULAW_INTERVALS: [number, number][] = [
  [1, 1],
  [15, 2],
  [16, 4],
  [16, 8],
  [16, 16],
  [16, 32],
  [16, 64],
  [16, 128],
  [16, 256],
];
const ALAW_INTERVALS: [number, number][] = [
  [32, 2],
  [16, 4],
  [16, 8],
  [16, 16],
  [16, 32],
  [16, 64],
  [16, 128],
];

interface Law {
  /** 128 lower limits of the intervals and the virtual decision value at the end, as 16-bit values. */
  decisions: number[];
  /** 128 quantized values, as 16-bit values. */
  levels: number[];
  /** The character signal of a level as it is sent. */
  code: (level: number, positive: boolean) => number;
}

function decisionValues(intervals: [number, number][], unit: number): number[] {
  const values = [0];
  for (const [count, width] of intervals) {
    for (let i = 0; i < count; i++) values.push(values.at(-1)! + width * unit);
  }
  return values;
}

function midpoints(decisions: number[]): number[] {
  return decisions.slice(1).map((upper, i) => (decisions[i]! + upper) / 2);
}

const ulawDecisions = decisionValues(ULAW_INTERVALS, 4);
const alawDecisions = decisionValues(ALAW_INTERVALS, 8);

const ULAW: Law = {
  decisions: ulawDecisions,
  levels: [0, ...midpoints(ulawDecisions).slice(1)],
  code: (level, positive) => (positive ? 255 : 127) - level,
};
const ALAW: Law = {
  decisions: alawDecisions,
  levels: midpoints(alawDecisions),
  code: (level, positive) => ((positive ? 128 : 0) + level) ^ 0b01010101,
};

/** Intervals are closed at their more negative end, on the whole axis. */
function expectedCodes({ decisions, code }: Law): Uint8Array {
  const codes = new Uint8Array(65536);
  for (let sample = -32768; sample <= 32767; sample++) {
    const magnitude = Math.abs(sample);
    const positive = sample >= 0;
    let level = 0;
    while (
      level < 127 &&
      (positive ? magnitude >= decisions[level + 1]! : magnitude > decisions[level + 1]!)
    ) {
      level++;
    }
    codes[sample + 32768] = code(level, positive);
  }
  return codes;
}

function expectedSamples({ levels, code }: Law): Int16Array {
  const samples = new Int16Array(256);
  levels.forEach((value, level) => {
    samples[code(level, true)] = value;
    samples[code(level, false)] = -value;
  });
  return samples;
}

const everySample = Int16Array.from({ length: 65536 }, (_, i) => i - 32768);
const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);

describe('the tables of the Recommendation', () => {
  it('end at the overload points 8159 and 4096 with 128 levels', () => {
    expect([ULAW.decisions.at(-1), ULAW.levels.length]).toEqual([8159 * 4, 128]);
    expect([ALAW.decisions.at(-1), ALAW.levels.length]).toEqual([4096 * 8, 128]);
    expect([ULAW.levels.at(-1), ALAW.levels.at(-1)]).toEqual([8031 * 4, 4032 * 8]);
  });
});

describe('mu-law', () => {
  it('decodes all 256 bytes to the levels of G.711', () => {
    expect(ulawToPcm16(everyByte)).toEqual(expectedSamples(ULAW));
  });

  it('encodes all 65,536 samples by the decision values of G.711', () => {
    expect(pcm16ToUlaw(everySample)).toEqual(expectedCodes(ULAW));
  });

  it('keeps every byte except 0x7F through decoding and encoding', () => {
    const expected = everyByte.slice();
    expected[0x7f] = 0xff;
    expect(pcm16ToUlaw(ulawToPcm16(everyByte))).toEqual(expected);
  });

  it('has a silence byte that is the code of 0', () => {
    expect(pcm16ToUlaw(Int16Array.of(0))).toEqual(Uint8Array.of(ULAW_SILENCE));
    expect(ulawToPcm16(Uint8Array.of(ULAW_SILENCE))).toEqual(Int16Array.of(0));
  });
});

describe('A-law', () => {
  it('decodes all 256 bytes to the levels of G.711', () => {
    expect(alawToPcm16(everyByte)).toEqual(expectedSamples(ALAW));
  });

  it('encodes all 65,536 samples by the decision values of G.711', () => {
    expect(pcm16ToAlaw(everySample)).toEqual(expectedCodes(ALAW));
  });

  it('keeps every byte through decoding and encoding', () => {
    expect(pcm16ToAlaw(alawToPcm16(everyByte))).toEqual(everyByte);
  });

  it('has a silence byte that is the code of 0', () => {
    expect(pcm16ToAlaw(Int16Array.of(0))).toEqual(Uint8Array.of(ALAW_SILENCE));
    expect(alawToPcm16(Uint8Array.of(ALAW_SILENCE))).toEqual(Int16Array.of(8));
  });
});

describe('the out array', () => {
  it('is the result when it has the right length', () => {
    const pcm = new Int16Array(2);
    const bytes = new Uint8Array(2);
    expect(ulawToPcm16(Uint8Array.of(0, 128), pcm)).toBe(pcm);
    expect(alawToPcm16(Uint8Array.of(0, 128), pcm)).toBe(pcm);
    expect(pcm16ToUlaw(Int16Array.of(1, 2), bytes)).toBe(bytes);
    expect(pcm16ToAlaw(Int16Array.of(1, 2), bytes)).toBe(bytes);
  });

  it('keeps its own samples beyond the result when it is longer', () => {
    const pcm = Int16Array.of(1, 2, 3);
    const result = ulawToPcm16(Uint8Array.of(0x80), pcm);
    expect(result).toEqual(Int16Array.of(32124));
    expect(pcm).toEqual(Int16Array.of(32124, 2, 3));
  });

  it('is refused when it is shorter', () => {
    for (const call of [
      () => ulawToPcm16(everyByte, new Int16Array(255)),
      () => alawToPcm16(everyByte, new Int16Array(255)),
      () => pcm16ToUlaw(everySample, new Uint8Array(0)),
      () => pcm16ToAlaw(everySample, new Uint8Array(0)),
    ]) {
      expect(call).toThrowError(
        expect.objectContaining({ code: 'buffer_too_small' }) as AudioError,
      );
    }
  });
});
