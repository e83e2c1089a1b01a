import { createHook } from 'node:async_hooks';
import { afterEach, describe, expect, it } from 'vitest';
import { PLAIN_SOUNDS } from './testing/plain-sounds.ts';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

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

  it('makes none while the format and the pace of a voice are watched', () => {
    const trial = new WireTrial();
    const voice = PLAIN_SOUNDS['a sung vowel']!(24_000);
    const sing = (everyMs: number) => {
      for (let start = 0; start < voice.length; start += 480) {
        const frame = voice.slice(start, start + 480);
        const audio = Buffer.from(frame.buffer).toString('base64');
        trial.send({ type: 'input_audio_buffer.append', audio });
        trial.clock.advance(everyMs);
      }
    };
    trial.hear(200);
    // As late as this it comes nearly at the pace of 16 kHz, and is looked at closely.
    const made = madeDuring(() => [20, 32].forEach(sing));
    expect(trial.channel.of('audio.formatDoubted')).toEqual([]);
    expect(made).toEqual({ PROMISE: 0, Timeout: 0, TickObject: 0, Microtask: 0 });
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

  it('lets the first audio of a message, and no other, go out before the turn of the loop ends', () => {
    const trial = new WireTrial();
    const chunk = { type: 'generation.audio', pcm: new Int16Array(800), sampleRate: 8000 } as const;
    const firstAudio = [0, 1].map(() => {
      trial.send({ type: 'response.create' });
      const { generationId } = trial.engine.request;
      const before = trial.socket.frames.length;
      for (let count = 0; count < 5; count++) trial.engine.emit({ ...chunk, generationId });
      trial.engine.end();
      trial.clock.advance(2_000);
      const isAudio = (frame: string) => frame.includes('"response.output_audio.delta"');
      const after = trial.socket.frames.slice(before);
      expect(after.filter(isAudio).length).toBeGreaterThan(1);
      return before + after.findIndex(isAudio) + 1;
    });
    expect(trial.socket.flushes).toEqual(firstAudio);
  });

  it('notices a promise when there is one', () => {
    const made = madeDuring(() => void Promise.resolve().then(() => {}));
    expect(made.PROMISE).toBeGreaterThan(0);
  });
});
