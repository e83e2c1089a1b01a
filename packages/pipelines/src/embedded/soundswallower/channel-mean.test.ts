import { describe, expect, it } from 'vitest';
import { AVERAGE_CHANNEL, blendChannels, meanBands } from './channel-mean.ts';
import { ChannelMemory } from './channel-memory.ts';

const LOUD = AVERAGE_CHANNEL.map((value) => value + 10);

describe('blendChannels', () => {
  it('lets a second of audio outweigh the average and a known caller outweigh a second', () => {
    const fresh = blendChannels(LOUD, 8000, undefined);
    expect(fresh[0]! - AVERAGE_CHANNEL[0]!).toBeGreaterThan(7);
    const known = blendChannels(LOUD, 8000, AVERAGE_CHANNEL);
    expect(known[0]! - AVERAGE_CHANNEL[0]!).toBeLessThan(3);
  });

  it('expects the average when nothing was heard', () => {
    expect(blendChannels(LOUD, 0, undefined)).toEqual(AVERAGE_CHANNEL);
  });
});

describe('meanBands', () => {
  const VOICE = Float32Array.of(12, 10);
  const PAUSE = Float32Array.of(2, 1);

  it('tells the same of a voice, however long the silence around it is', () => {
    const voice = [VOICE, Float32Array.of(10, 8)];
    const brief = meanBands([PAUSE, ...voice]);
    const long = meanBands([...Array<Float32Array>(50).fill(PAUSE), ...voice, PAUSE]);
    expect([...long]).toEqual([...brief]);
    expect(long[0]).toBeCloseTo(0.8 * 11 + 0.2 * 2);
  });

  it('is the mean of all where there are no pauses', () => {
    expect([...meanBands([VOICE, Float32Array.of(10, 8)])]).toEqual([11, 9]);
  });
});

describe('ChannelMemory', () => {
  it('forgets the session that was heard longest ago', () => {
    const memory = new ChannelMemory(2);
    memory.put('a', LOUD);
    memory.put('b', LOUD);
    memory.put('a', AVERAGE_CHANNEL);
    memory.put('c', LOUD);
    expect(memory.get('a')).toBe(AVERAGE_CHANNEL);
    expect(memory.get('b')).toBeUndefined();
    expect(memory.get('c')).toBe(LOUD);
  });
});
