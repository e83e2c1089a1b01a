import { describe, expect, it } from 'vitest';
import { CallerEar } from './testing/caller-ear.ts';
import { TestSession } from './testing/index.ts';

const CANCEL = { bargeIn: 'cancel', playedPosition: 'client', maxLeadMs: 10_000 } as const;
const HOLD = { bargeIn: 'hold', maxLeadMs: 400 } as const;

const say = (test: TestSession, text: string): void => {
  test.engine.session.speak(text);
  test.engine.session.end();
};
const said = (test: TestSession): (string | null)[] =>
  test.session.control
    .items()
    .flatMap((item) => (item.kind === 'message' && item.speaker === 'agent' ? [item.text] : []));

describe('what is kept of interrupted speech', () => {
  it('holds no word whose last millisecond was not played', () => {
    const test = new TestSession(HOLD);
    test.session.control.requestAnswer({});
    say(test, 'one two three');
    test.clock.advance(399);
    test.detectors.detector.start();
    test.hear(1_000);
    expect(said(test)).toEqual(['one']);
  });

  it('is measured by the marks where the device plays late, and nothing is lost by a false alarm', () => {
    const test = new TestSession({ ...HOLD, playedPosition: 'marks' });
    const ear = new CallerEar(test.clock, {
      delayMs: 80,
      marksOnStop: true,
      onMark: (itemId, playedMs) => test.leg.facts$.next({ type: 'leg.played', itemId, playedMs }),
    });
    test.leg.ear = ear;
    test.session.control.requestAnswer({});
    say(test, 'one two three four five six seven eight');
    test.clock.advance(500);
    test.engine.session.transcript = '';
    test.detectors.detector.start();
    test.hear(200);
    test.detectors.detector.stop();
    test.clock.advance(700);
    expect(ear.heardMs(test.agentItemId)).toBeCloseTo(ear.playedMs(test.agentItemId), 0);
  });

  it('is nothing of an item that comes after the one the client cut', () => {
    const test = new TestSession(CANCEL);
    test.session.control.requestAnswer({});
    say(test, 'one two three');
    const first = test.agentItemId;
    test.clock.advance(100);
    test.session.control.requestAnswer({});
    say(test, 'four five six');
    test.clock.advance(710);
    test.detectors.detector.start();
    test.session.control.truncateItem(first, 510);
    expect(said(test)).toEqual(['one two', '']);
  });

  it('is all of an item that comes before the one the client cut', () => {
    const test = new TestSession(CANCEL);
    test.session.control.requestAnswer({});
    say(test, 'one two three');
    test.clock.advance(100);
    test.session.control.requestAnswer({});
    say(test, 'four five six');
    test.clock.advance(400);
    test.detectors.detector.start();
    test.session.control.truncateItem(test.agentItemId, 250);
    expect(said(test)).toEqual(['one two three', 'four']);
  });

  it('is told where words were written and nothing was sounded', () => {
    const test = new TestSession(HOLD);
    test.session.control.requestAnswer({});
    const { generationId } = test.engine.session.request;
    test.engine.session.emit({ type: 'generation.text', generationId, delta: 'one  two' });
    test.detectors.detector.start();
    test.hear(1_000);
    expect(test.channel.of('item.truncated')).toMatchObject([{ heard: '', unheard: 'one two' }]);
  });

  it('leaves alone what a client put in the place of an item it deleted', () => {
    const test = new TestSession(HOLD);
    test.session.control.requestAnswer({});
    say(test, 'one two three four');
    const id = test.agentItemId;
    test.clock.advance(300);
    test.session.control.deleteItem(id);
    test.session.control.addItem({
      kind: 'message',
      id,
      speaker: 'agent',
      medium: 'text',
      text: 'one',
      audioMs: 0,
    });
    test.detectors.detector.start();
    test.hear(500);
    expect(said(test)).toEqual(['one']);
  });

  it('stays as the client told it where what it cut may not be interrupted', () => {
    const test = new TestSession(CANCEL);
    test.session.control.requestAnswer({});
    test.engine.session.call('transfer_to_human', '{}');
    test.engine.session.end();
    say(test, 'good bye now friend');
    test.clock.advance(300);
    test.session.control.truncateItem(test.agentItemId, 300);
    test.clock.advance(3_000);
    expect(test.session.control.items().at(-1)).toMatchObject({
      text: 'good',
      status: 'incomplete',
    });
  });

  it('counts the mark that a leg gives when it is cleared', () => {
    const test = new TestSession({ ...HOLD, playedPosition: 'marks' });
    test.leg.ear = new CallerEar(test.clock, {
      marksOnStop: true,
      markEveryMs: 1_000,
      onMark: (itemId, playedMs) => test.leg.facts$.next({ type: 'leg.played', itemId, playedMs }),
    });
    test.session.control.requestAnswer({});
    say(test, 'one two three four');
    test.clock.advance(450);
    test.session.control.truncateItem(test.agentItemId, 450);
    expect(said(test)).toEqual(['one two']);
  });
});

describe('a client that cuts what it hears while the next answer is being made', () => {
  it.each([
    ['cancel', CANCEL],
    ['hold', HOLD],
  ])('gets that answer at once, on %s legs', (_leg, capabilities) => {
    const test = new TestSession(capabilities);
    const ear = new CallerEar(test.clock);
    test.leg.ear = ear;
    test.session.control.requestAnswer({});
    say(test, 'one two three');
    const first = test.agentItemId;
    test.clock.advance(300);
    test.session.control.requestAnswer({});
    // Such a client stops by itself.
    ear.stop();
    test.session.control.truncateItem(first, 290);
    expect(test.channel.turnStates().at(-1)).toBe('responding.thinking');
    say(test, 'four five');
    expect(test.leg.sent.at(-1)?.atMs).toBe(test.clock.now());
    test.clock.advance(1_000);
    expect(test.engine.session.cancelled).toEqual([]);
    expect(said(test)).toEqual(['one', 'four five']);
    expect(ear.heardMs(first)).toBe(300);
    expect(ear.heardMs(test.agentItemId)).toBe(400);
    expect(test.channel.turnStates().at(-1)).toBe('listening');
    expect(test.channel.of('bargeIn.decided')).toEqual([]);
  });

  it('loses nothing of it that was sent ahead, on hold legs', () => {
    const test = new TestSession(HOLD);
    const ear = new CallerEar(test.clock);
    test.leg.ear = ear;
    test.session.control.requestAnswer({});
    say(test, 'one two three');
    const first = test.agentItemId;
    test.clock.advance(300);
    test.session.control.requestAnswer({});
    test.engine.session.speak('four five');
    expect(test.leg.sentMs(test.agentItemId)).toBeGreaterThan(0);
    test.session.control.truncateItem(first, 290);
    test.engine.session.speak('six', 400);
    test.engine.session.end();
    test.clock.advance(1_000);
    expect(ear.heardMs(first)).toBe(300);
    expect(ear.heardMs(test.agentItemId)).toBe(600);
  });
});

describe('speech over a cover that may not be interrupted', () => {
  it('takes no floor', () => {
    const test = new TestSession(HOLD);
    test.session.control.requestAnswer({});
    test.engine.session.call('lookup_order', '{}');
    test.engine.session.end();
    test.session.control.configure({
      turnDetection: { ...test.session.control.config.turnDetection!, interruptsResponse: false },
    });
    test.clock.advance(600);
    test.detectors.detector.start();
    expect(test.channel.turnStates().at(-1)).toBe('toolPending.covering');
  });
});
