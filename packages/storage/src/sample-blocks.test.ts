import { expect, it } from 'vitest';
import { CallerTrack } from './caller-track.ts';
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

it('frames in step leave what frames by the long way do, in every order and over blocks', () => {
  const rate = 8000;
  const track = () => new SampleTrack(new SampleBlocks(SIZE), 40);
  const [short, long] = [track(), track()];
  const [quick, slow] = [new CallerTrack(short, 0, rate), new CallerTrack(long, 0, rate)];
  let sample = 0;
  for (let frame = 0; frame < 200; frame++) {
    const sampleRate = frame % 40 < 35 ? 8000 : 24000;
    const pcm = Int16Array.from({ length: 80 + ((frame * 37) % 100) }, (_, at) => frame * 100 + at);
    sample += (pcm.length * rate) / sampleRate;
    // Now and then the caller says nothing for a while.
    if (frame % 50 === 0) sample += 2_000;
    const told = { pcm, sampleRate, atMs: (sample / rate) * 1_000 } as const;
    if (!quick.run.follow(told)) quick.accept(told);
    slow.accept(told);
    slow.settle(0, told.atMs);
    if (frame % 30 === 0) quick.settle(0, told.atMs);
    expect(quick.endSample).toBe(slow.endSample);
  }
  quick.finish();
  slow.finish();
  for (let block = 0; block * SIZE < quick.endSample; block++) {
    expect(short.peek(block)).toEqual(long.peek(block));
  }
  expect(quick.lostSamples).toBe(0);
});
