import { describe, expect, it } from 'vitest';
import { onceAFrame } from './once-a-frame.ts';

describe('a call once a frame', () => {
  it('is made once however often it is asked for, and again in the next frame', () => {
    const frames: (() => void)[] = [];
    let calls = 0;
    const draw = onceAFrame(
      () => (calls += 1),
      (frame) => frames.push(frame),
    );
    draw();
    draw();
    expect([calls, frames.length]).toEqual([0, 1]);
    frames.shift()?.();
    draw();
    expect([calls, frames.length]).toEqual([1, 1]);
  });
});
