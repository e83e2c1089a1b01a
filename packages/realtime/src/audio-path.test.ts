import { createHook } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { WireTrial } from './testing/wire-trial.ts';

/** Counts the promises and timers made while something runs. */
function madeDuring(run: () => void): Readonly<Record<string, number>> {
  const made: Record<string, number> = { PROMISE: 0, Timeout: 0, TickObject: 0, Microtask: 0 };
  const hook = createHook({
    init: (_id, type) => {
      if (type in made) made[type]! += 1;
    },
  });
  hook.enable();
  run();
  hook.disable();
  return made;
}

describe('the audio path', () => {
  it('makes no promise, timer or task for a caller frame, silent or spoken', () => {
    const trial = new WireTrial();
    trial.hear(200);
    const silent = madeDuring(() => trial.hear(2_000));
    trial.detectors.detector.start();
    const spoken = madeDuring(() => trial.hear(2_000));
    expect(trial.control.audioMs).toBe(4_200);
    expect(silent).toEqual({ PROMISE: 0, Timeout: 0, TickObject: 0, Microtask: 0 });
    expect(spoken).toEqual({ PROMISE: 0, Timeout: 0, TickObject: 0, Microtask: 0 });
  });

  it('makes none for agent audio either', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    const before = trial.socket.frames.length;
    const { generationId } = trial.engine.request;
    const made = madeDuring(() => {
      for (let chunk = 0; chunk < 50; chunk++) {
        trial.engine.emit({
          type: 'generation.audio',
          generationId,
          pcm: new Int16Array(800),
          sampleRate: 8000,
        });
        trial.clock.advance(100);
      }
    });
    expect(trial.socket.frames.length - before).toBeGreaterThanOrEqual(50);
    expect(made).toEqual({ PROMISE: 0, Timeout: 0, TickObject: 0, Microtask: 0 });
  });

  it('notices a promise when there is one', () => {
    const made = madeDuring(() => void Promise.resolve().then(() => {}));
    expect(made.PROMISE).toBeGreaterThan(0);
  });
});
