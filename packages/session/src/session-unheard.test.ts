import { readFileSync } from 'node:fs';
import { readWav } from '@antiphon/audio';
import { describe, expect, it } from 'vitest';
import { FAKE_WORD_MS, TestSession } from './testing/index.ts';

/** The caller makes a sound of this level, of 0 to 1, of which nobody tells for another second. */
function sound(test: TestSession, level: number): void {
  const pcm = new Int16Array(160).map((_, at) => (at % 18 < 9 ? 1 : -1) * 10_000 * level);
  const { detector } = test.detectors;
  const startMs = detector.heardMs;
  for (let frames = 0; frames < 20; frames++) {
    test.leg.speak(pcm);
    test.clock.advance(20);
  }
  const endMs = detector.heardMs;
  test.hear(1_000);
  detector.unheard(startMs, endMs);
}

/** Something that somebody says in 0.8 s. */
const VOICE = readWav(
  readFileSync(new URL('../../audio/fixtures/festival-order-4471.wav', import.meta.url)),
).pcm.slice(8 * 400, 8 * 1_200);

/** A caller who has been heard once, and was answered. */
function answered(): TestSession {
  const test = new TestSession();
  test.hear(400);
  const { detector } = test.detectors;
  detector.start();
  const pcm = new Int16Array(160).map((_, at) => (at % 18 < 9 ? 10_000 : -10_000));
  for (let frames = 0; frames < 20; frames++) {
    test.leg.speak(pcm);
    test.clock.advance(20);
  }
  detector.stop();
  test.engine.session.speak('It has shipped');
  test.engine.session.end();
  return test;
}

const started = (test: TestSession): number => test.channel.of('caller.speechStarted').length;

describe('a sound that nobody found to be speech', () => {
  it('is the turn of a caller who would wait in vain', () => {
    const test = answered();
    test.hear(4 * FAKE_WORD_MS);
    sound(test, 1);
    expect(started(test)).toBe(2);
    test.detectors.detector.stop();
    expect(test.engine.session.requests).toHaveLength(2);
    // Its audio is what was heard before it was claimed.
    expect(test.engine.session.turns.at(-1)!.heardSamples).toBeGreaterThanOrEqual(8 * 1_400);
  });

  it('is the first turn of a caller who was never heard', () => {
    const test = new TestSession();
    test.hear(400);
    sound(test, 0.1);
    expect(started(test)).toBe(1);
  });

  it('is nothing while the agent has the floor', () => {
    const test = answered();
    test.engine.session.speak('and then some');
    test.hear(4 * FAKE_WORD_MS);
    expect(test.channel.turnStates().at(-1)).toBe('listening');
    test.session.control.requestAnswer({});
    sound(test, 1);
    expect(started(test)).toBe(1);
  });

  it('is nothing where it is the agent’s own voice that comes back', () => {
    const test = answered();
    test.hear(4 * FAKE_WORD_MS);
    test.session.control.requestAnswer({});
    const { generationId } = test.engine.session.request;
    test.engine.session.emit({
      type: 'generation.audio',
      generationId,
      pcm: VOICE,
      sampleRate: 8000,
    });
    test.engine.session.end();
    const { detector } = test.detectors;
    test.hear(60);
    const startMs = detector.heardMs;
    for (let at = 0; at < VOICE.length; at += 160) {
      test.leg.speak(VOICE.slice(at, at + 160));
      test.clock.advance(20);
    }
    const endMs = detector.heardMs;
    test.hear(900);
    expect(test.channel.turnStates().at(-1)).toBe('listening');
    detector.unheard(startMs, endMs);
    expect(started(test)).toBe(1);
  });

  it('is nothing where it is far softer than the caller', () => {
    const test = answered();
    test.hear(4 * FAKE_WORD_MS);
    sound(test, 0.1);
    expect(started(test)).toBe(1);
  });
});
