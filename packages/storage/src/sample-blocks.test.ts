import { expect, it } from 'vitest';
import { SampleBlocks } from './sample-blocks.ts';
import { SampleTrack } from './sample-track.ts';

const SIZE = 800;

const fill = (samples: number, value: number) => new Int16Array(samples).fill(value);

it('a block that was used before is silent where nothing is put', () => {
  const pool = new SampleBlocks(SIZE);
  const before = new SampleTrack(pool, 4);
  before.put(0, fill(SIZE, 7));
  before.take();
  const track = new SampleTrack(pool, 4);
  track.put(100, fill(50, 1));
  track.put(300, fill(50, 2));
  track.put(120, fill(10, 3));
  const expected = fill(SIZE, 0).fill(1, 100, 150).fill(2, 300, 350).fill(3, 120, 130);
  expect(track.peek(0)).toEqual(expected.subarray(0, 350));
  track.erase(310);
  expect(track.peek(0)).toEqual(expected.subarray(0, 310));
});

it('a block belongs to one track at a time, whatever is put, and memory is used again', () => {
  const pool = new SampleBlocks(SIZE);
  const memories = new Set<ArrayBufferLike>();
  for (let round = 0; round < 3; round++) {
    const tracks = Array.from({ length: 100 }, () => new SampleTrack(pool, 4));
    tracks.forEach((track, index) => track.put(0, fill(SIZE, index + 1)));
    tracks.forEach((track, index) => {
      const samples = track.peek(0)!;
      memories.add(samples.buffer);
      expect(samples.every((sample) => sample === index + 1)).toBe(true);
      track.take();
    });
  }
  expect(memories.size).toBe(2);
});
