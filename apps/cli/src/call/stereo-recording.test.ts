import { readWav } from '@antiphon/audio';
import { describe, expect, it } from 'vitest';
import { StereoRecording } from './stereo-recording.ts';

function sides(recording: StereoRecording): { caller: number[]; agent: number[] } {
  const { pcm, channels, sampleRate } = readWav(recording.wav());
  expect({ channels, sampleRate }).toEqual({ channels: 2, sampleRate: 8000 });
  const side = (channel: number) => [...pcm].filter((_, at) => at % 2 === channel);
  return { caller: side(0), agent: side(1) };
}

describe('StereoRecording', () => {
  it('has the caller on the left and the agent on the right, each at its time', () => {
    const recording = new StereoRecording();
    recording.caller(Int16Array.of(1, 2, 3, 4), 0);
    recording.agent(Int16Array.of(5, 6), 1);
    const { caller, agent } = sides(recording);
    expect(caller.slice(0, 5)).toEqual([1, 2, 3, 4, 0]);
    expect(agent).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 5, 6]);
  });

  it('is silent from where the agent was cut', () => {
    const recording = new StereoRecording();
    recording.agent(new Int16Array(16).fill(9), 0);
    recording.cutAgent(1);
    recording.agent(Int16Array.of(7), 1.5);
    expect(sides(recording).agent.slice(0, 14)).toEqual([9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0, 7, 0]);
  });

  it('leaves no hole where instants were rounded', () => {
    const recording = new StereoRecording();
    recording.agent(Int16Array.of(1, 1, 1), 0);
    recording.agent(Int16Array.of(2, 2), 0.5);
    recording.agent(Int16Array.of(3), 0.3);
    expect(sides(recording).agent).toEqual([1, 1, 1, 2, 2, 3]);
  });

  it('grows with the call', () => {
    const recording = new StereoRecording();
    recording.caller(Int16Array.of(1), 60_000);
    expect(sides(recording).caller).toHaveLength(480_001);
  });
});
