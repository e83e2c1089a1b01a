import { describe, expect, it } from 'vitest';
import { TEST_CONFIG, TestSession } from './testing/index.ts';

const SEMANTIC = {
  turnDetection: { ...TEST_CONFIG.turnDetection!, mode: 'semantic', silenceDurationMs: 4_000 },
} as const;

/** A caller who has said something and pauses, as the detector hears 100 ms later. */
function paused(config: ConstructorParameters<typeof TestSession>[1] = SEMANTIC): TestSession {
  const test = new TestSession({}, config);
  test.hear(400);
  test.detectors.detector.start();
  test.hear(600);
  test.detectors.detector.pause();
  return test;
}

function hears(test: TestSession, text: string, endOfTurn?: number): void {
  const { itemId } = test.engine.session.turns.at(-1)!;
  test.engine.session.emit({
    type: 'transcript',
    itemId,
    text,
    isFinal: false,
    ...(endOfTurn !== undefined && { endOfTurn }),
  });
}

/** How long after the voice stopped the turn was committed, in steps of 20 ms. */
function committedAfterMs(test: TestSession): number {
  const pauseMs = 100;
  for (let waitedMs = pauseMs; waitedMs <= 5_000; waitedMs += 20) {
    if (test.channel.of('caller.committed').length > 0) return waitedMs;
    test.hear(20);
  }
  throw new Error('The turn was not committed.');
}

describe('the end of a turn where the words count', () => {
  it.each([
    [1, 200],
    [0.6, 300],
    [0.3, 560],
    [0, 1_500],
    [undefined, 500],
  ])('comes, with words that are whole with likelihood %s, after %i ms', (endOfTurn, ms) => {
    const test = paused();
    hears(test, 'four four seven one', endOfTurn);
    expect(committedAfterMs(test)).toBe(ms);
  });

  it('comes at once when the last digit makes the number whole during the pause', () => {
    const test = paused();
    hears(test, 'four four seven', 0);
    test.hear(300);
    hears(test, 'four four seven one', 1);
    test.hear(20);
    expect(test.channel.of('caller.committed')).toHaveLength(1);
  });

  it('does not come in a pause that the voice ends', () => {
    const test = paused();
    hears(test, 'four', 0);
    test.hear(600);
    test.detectors.detector.resume();
    test.hear(3_000);
    expect(test.channel.of('caller.committed')).toEqual([]);
  });

  it('is measured from the last sound', () => {
    const test = paused();
    hears(test, 'yes', 1);
    test.hear(120);
    test.engine.session.speak('Good.');
    const [measured] = test.channel.of('turn.measured');
    expect(measured?.report.voiceToVoiceMs).toBeGreaterThanOrEqual(200);
    expect(measured?.report.voiceToVoiceMs).toBeLessThanOrEqual(240);
  });

  it('makes the detector forget the turn, so that the next sound begins another', () => {
    const test = paused();
    hears(test, 'yes', 1);
    test.hear(200);
    expect(test.detectors.detector.resets).toBe(1);
  });

  it('is left to the detector where silence alone decides', () => {
    const test = paused(TEST_CONFIG);
    hears(test, 'yes', 1);
    test.hear(480);
    expect(test.channel.of('caller.committed')).toEqual([]);
    test.detectors.detector.stop();
    expect(test.channel.of('caller.committed')).toHaveLength(1);
  });
});

describe('a line that sends nothing while the caller is silent', () => {
  it('ends the turn by the clock of the wall', () => {
    const test = new TestSession();
    test.hear(400);
    test.detectors.detector.start();
    test.hear(600);
    test.clock.advance(740);
    expect(test.channel.of('caller.committed')).toEqual([]);
    test.clock.advance(60);
    expect(test.channel.of('caller.committed')).toHaveLength(1);
    expect(test.engine.session.requests).toHaveLength(1);
  });

  it('ends no turn of a client that sends a second at a time', () => {
    const test = new TestSession();
    test.hear(400);
    test.detectors.detector.start();
    for (let second = 0; second < 5; second++) {
      for (let slice = 0; slice < 50; slice++) test.leg.speak(new Int16Array(160));
      test.clock.advance(1_000);
    }
    expect(test.channel.of('caller.committed')).toEqual([]);
  });
});

describe('a caller who never stops talking', () => {
  it('is heard in parts of two minutes', () => {
    const test = new TestSession({}, { ...TEST_CONFIG, greeting: null });
    test.hear(400);
    test.detectors.detector.start();
    test.hear(121_000);
    expect(test.channel.of('caller.committed')).toHaveLength(1);
    test.detectors.detector.start();
    test.hear(60_000);
    expect(test.engine.session.turns.map(({ state }) => state)).toEqual(['committed', 'open']);
  });
});

describe('an answer that is made ready while the caller pauses', () => {
  it('is asked for at the pause and not wanted when the caller goes on', () => {
    const test = paused(TEST_CONFIG);
    const { session } = test.engine;
    const { itemId } = session.turns.at(-1)!;
    expect(session.preparations).toEqual([itemId]);
    test.hear(100);
    test.detectors.detector.resume();
    expect(session.discards).toBe(1);
    test.detectors.detector.pause();
    expect(session.preparations).toEqual([itemId, itemId]);
  });

  it('is not asked for where the client asks for answers itself', () => {
    const turnDetection = { ...TEST_CONFIG.turnDetection!, createsResponse: false };
    expect(paused({ turnDetection }).engine.session.preparations).toEqual([]);
  });
});
