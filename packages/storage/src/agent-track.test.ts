import { expect, it } from 'vitest';
import { AgentTrack } from './agent-track.ts';
import { CallerTrack } from './caller-track.ts';
import { SampleBlocks } from './sample-blocks.ts';
import { SampleTrack } from './sample-track.ts';

/** At 24 kHz, 110 ms: 880 samples of the track, whose last are owed until something follows. */
const PCM = new Int16Array(2_640).fill(5_000);

it.each([880, 870, 860, 852, 851])(
  'sound of another rate is whole where it was settled up to sample %i of its 880',
  (settled) => {
    const tracks = [0, 1].map(() => new SampleTrack(new SampleBlocks(settled), 40)) as [
      SampleTrack,
      SampleTrack,
    ];
    const agent = new AgentTrack(tracks[0], 0, 8000);
    const caller = new CallerTrack(tracks[1], 0, 8000);
    agent.play({ itemId: 'item', pcm: PCM, sampleRate: 24000, playsAtMs: 0 });
    caller.accept({ pcm: PCM, sampleRate: 24000, atMs: 110 });
    agent.settle(settled);
    caller.settle(settled, 2_110);
    for (const track of tracks) track.take();
    agent.finish();
    caller.finish();
    expect(agent.lostSamples).toBe(0);
    expect(caller.lostSamples).toBe(0);
  },
);
