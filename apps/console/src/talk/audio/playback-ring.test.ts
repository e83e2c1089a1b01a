import { describe, expect, it } from 'vitest';
import { PlaybackRing } from './playback-ring.ts';

const pcm = (...samples: number[]) => Int16Array.from(samples);
const counting = (from: number, length: number) =>
  Int16Array.from({ length }, (_, at) => from + at);

/** What is played next, as samples of 16 bits; what is not played is 0. */
function play(ring: PlaybackRing, length: number): number[] {
  const output = new Float32Array(length);
  for (let filled = 0; filled < length;) {
    const count = ring.pull(output, filled);
    if (count === 0) break;
    filled += count;
  }
  return [...output].map((sample) => Math.round(sample * 32_768));
}

describe('a playback ring', () => {
  it('plays in the order in which audio came, and is silent without any', () => {
    const ring = new PlaybackRing(100);
    expect(play(ring, 2)).toStrictEqual([0, 0]);
    expect(ring.played).toBeNull();
    ring.push('one', pcm(1, 2, 3));
    ring.push('one', pcm(4, 5));
    expect(play(ring, 4)).toStrictEqual([1, 2, 3, 4]);
    expect(ring.played).toStrictEqual({ itemId: 'one', samples: 4 });
    expect(play(ring, 3)).toStrictEqual([5, 0, 0]);
    expect(ring.played).toStrictEqual({ itemId: 'one', samples: 5 });
  });

  it('goes on counting where an item ran dry', () => {
    const ring = new PlaybackRing(100);
    ring.push('one', pcm(1, 2));
    play(ring, 10);
    ring.push('one', pcm(3, 4));
    expect(play(ring, 1)).toStrictEqual([3]);
    expect(ring.played).toStrictEqual({ itemId: 'one', samples: 3 });
  });

  it('fills an output from one item at a time, so that the end of each is seen', () => {
    const ring = new PlaybackRing(100);
    ring.push('one', pcm(1, 2));
    ring.push('two', pcm(3, 4));
    const output = new Float32Array(4);
    expect(ring.pull(output)).toBe(2);
    expect(ring.played).toStrictEqual({ itemId: 'one', samples: 2 });
    expect(ring.nextItemId).toBe('two');
    expect(ring.pull(output, 2)).toBe(2);
    expect(ring.played).toStrictEqual({ itemId: 'two', samples: 2 });
    expect(ring.nextItemId).toBeNull();
  });

  it('says where it stopped, and plays nothing of what waited', () => {
    const ring = new PlaybackRing(100);
    ring.push('one', counting(1, 10));
    play(ring, 4);
    expect(ring.flush()).toStrictEqual({ itemId: 'one', samples: 4 });
    expect(play(ring, 2)).toStrictEqual([0, 0]);
    expect(ring.flush()).toBeNull();
  });

  it('says that an item that was not begun was not heard at all', () => {
    const ring = new PlaybackRing(100);
    ring.push('one', pcm(1, 2));
    ring.push('two', pcm(3, 4));
    play(ring, 2);
    expect(ring.flush()).toStrictEqual({ itemId: 'two', samples: 0 });
  });

  it('does not grow: what finds no room is left out, and later samples keep their places', () => {
    const ring = new PlaybackRing(4);
    expect(ring.push('one', counting(1, 6))).toBe(2);
    expect(play(ring, 3)).toStrictEqual([1, 2, 3]);
    expect(ring.push('one', pcm(7, 8))).toBe(0);
    expect(play(ring, 2)).toStrictEqual([4, 7]);
    expect(ring.played).toStrictEqual({ itemId: 'one', samples: 7 });
  });

  it('keeps its order around the end of the ring', () => {
    const ring = new PlaybackRing(7);
    const heard: number[] = [];
    for (let round = 0; round < 50; round++) {
      ring.push('one', counting(round * 5 + 1, 5));
      heard.push(...play(ring, 5));
    }
    expect(heard).toStrictEqual([...counting(1, 250)]);
    expect(ring.played).toStrictEqual({ itemId: 'one', samples: 250 });
  });
});
