import { describe, expect, it } from 'vitest';
import { FAKE_WORD_MS, TestSession } from './testing/index.ts';

const agentText = (test: TestSession): string | null => {
  const item = test.session.control.item(test.agentItemId);
  return item?.kind === 'message' ? item.text : null;
};

describe('a barge-in on a leg whose client flushes its own buffer', () => {
  const interrupted = (): TestSession => {
    const test = new TestSession({
      bargeIn: 'cancel',
      playedPosition: 'client',
      maxLeadMs: 10_000,
    });
    test.hear(400);
    test.callerTurn();
    test.engine.session.speak('one two three four five six');
    test.hear(500);
    test.detectors.detector.start();
    return test;
  };

  it('tells speech_started before the end of the answer it cancels', () => {
    const types = interrupted().channel.events.map((event) => event.type);
    const started = types.lastIndexOf('caller.speechStarted');
    expect(types.slice(started).filter((type) => type !== 'state.changed')).toEqual([
      'caller.speechStarted',
      'item.done',
      'generation.ended',
    ]);
  });

  it('keeps the words up to the position that the client reports', () => {
    const test = interrupted();
    expect(test.session.control.truncateItem(test.agentItemId, 650)).toBeNull();
    expect(agentText(test)).toBe('one two three');
    const [truncated] = test.channel.of('item.truncated');
    expect(truncated).toMatchObject({ heard: 'one two three', unheard: 'four five six' });
    expect(test.channel.turnStates().slice(-2)).toEqual(['truncated.cut', 'listening']);
  });

  it('falls back on its own clock when the client reports nothing', () => {
    const test = interrupted();
    test.clock.advance(600);
    expect(agentText(test)).toBe('one two');
    expect(test.channel.turnStates().at(-1)).toBe('listening');
  });

  it('is corrected by a report that comes after that', () => {
    const test = interrupted();
    test.clock.advance(600);
    expect(agentText(test)).toBe('one two');
    test.session.control.truncateItem(test.agentItemId, 1_200);
    expect(test.session.control.item(test.agentItemId)).toMatchObject({
      text: 'one two three four five six',
      status: 'completed',
    });
  });

  it('refuses a position past the end and keeps what it had', () => {
    const test = interrupted();
    expect(test.session.control.truncateItem(test.agentItemId, 5_000)).toEqual({
      code: 'truncatedPastEnd',
      audioMs: 1_200,
      askedMs: 5_000,
    });
  });

  it('answers the interruption with a history that holds only what was heard', () => {
    const test = interrupted();
    test.session.control.truncateItem(test.agentItemId, 400);
    test.hear(1_000);
    test.detectors.detector.stop();
    const heard = test.engine.session.context
      .history()
      .map((item) => (item.kind === 'message' ? item.text : item.kind));
    expect(heard).toEqual(['heard', 'one two', 'heard']);
    expect(test.engine.session.requests).toHaveLength(2);
  });

  it('sends nothing of a cancelled generation', () => {
    const test = interrupted();
    const sent = test.leg.sent.length;
    test.engine.session.speak('late words');
    test.clock.advance(2_000);
    expect(test.leg.sent).toHaveLength(sent);
  });
});

describe('a barge-in on a leg that can hold its audio', () => {
  const held = (): TestSession => {
    const test = new TestSession({ bargeIn: 'hold', maxLeadMs: 400 });
    test.hear(400);
    test.callerTurn();
    test.engine.session.speak('one two three four five six');
    test.engine.session.end();
    test.hear(500);
    test.detectors.detector.start();
    return test;
  };

  it('holds the audio at the onset and goes on without losing a sample after a cough', () => {
    const test = held();
    expect(test.leg.clearedAtMs).toHaveLength(1);
    test.hear(200);
    test.detectors.detector.stop();
    expect(test.channel.turnStates().at(-1)).toBe('responding.speaking');
    test.clock.advance(2_000);
    expect(agentText(test)).toBe('one two three four five six');
    expect(test.leg.sent.at(-1)!.offsetMs).toBeGreaterThan(1_000);
    const resumedFrom = test.leg.sent.find((audio) => audio.atMs > test.leg.clearedAtMs[0]!);
    expect(resumedFrom?.offsetMs).toBeCloseTo(500, 0);
    expect(test.engine.session.turns.at(-1)?.state).toBe('dropped');
    expect(test.channel.turnStates().at(-1)).toBe('listening');
  });

  it('comes to rest when all was heard before the hold and the answer ends during it', () => {
    const test = new TestSession({ bargeIn: 'hold', maxLeadMs: 400 });
    test.session.control.requestAnswer({});
    test.engine.session.speak('one');
    test.clock.advance(FAKE_WORD_MS);
    test.detectors.detector.start();
    test.engine.session.end();
    test.detectors.detector.stop();
    expect(test.channel.turnStates().at(-1)).toBe('listening');
  });

  it('cuts the history when the speech goes on', () => {
    const test = held();
    test.hear(1_000);
    expect(agentText(test)).toBe('one two');
    expect(test.channel.of('bargeIn.decided')[0]).toMatchObject({ verdict: 'cut', playedMs: 500 });
    expect(test.channel.turnStates().slice(-3)).toEqual([
      'truncated.deciding',
      'truncated.cut',
      'listening',
    ]);
  });
});

describe('a client that cancels an answer', () => {
  const twoAnswers = (): TestSession => {
    const test = new TestSession({
      bargeIn: 'cancel',
      playedPosition: 'client',
      maxLeadMs: 10_000,
    });
    test.session.control.requestAnswer({});
    test.engine.session.speak('one two three four');
    test.engine.session.end();
    test.clock.advance(200);
    test.session.control.requestAnswer({});
    test.engine.session.speak('five six');
    test.session.control.cancelAnswer();
    return test;
  };
  const texts = (test: TestSession): (string | null)[] =>
    test.session.control.items().map((item) => (item.kind === 'message' ? item.text : null));

  it('still hears the answer before it to the end', () => {
    const test = twoAnswers();
    test.clock.advance(5_000);
    expect(texts(test)).toEqual(['one two three four', '']);
    expect(test.channel.turnStates().at(-1)).toBe('listening');
  });

  it('drops a held answer with the one it cancels', () => {
    const test = new TestSession({ bargeIn: 'hold', maxLeadMs: 400 });
    test.session.control.requestAnswer({});
    test.engine.session.speak('one');
    test.engine.session.end();
    test.session.control.requestAnswer({});
    test.detectors.detector.start();
    test.session.control.truncateItem(test.agentItemId, 0);
    test.detectors.detector.stop();
    test.engine.session.speak('two');
    test.engine.session.end();
    test.clock.advance(1_000);
    expect(test.channel.turnStates().at(-1)).toBe('listening');
  });

  it('can stop the answer before it with a second cancellation', () => {
    const test = twoAnswers();
    test.clock.advance(100);
    test.session.control.truncateItem(test.session.control.items()[1]!.id, 0);
    test.session.control.truncateItem(test.session.control.items()[0]!.id, 200);
    const sent = test.leg.sent.length;
    test.clock.advance(2_000);
    expect(texts(test)).toEqual(['one', '']);
    expect(test.leg.sent).toHaveLength(sent);
    expect(test.channel.turnStates().at(-1)).toBe('listening');
  });

  it('can cut into the answer before it', () => {
    const test = twoAnswers();
    test.session.control.truncateItem(test.agentItemId, 0);
    test.clock.advance(200);
    test.detectors.detector.start();
    test.clock.advance(600);
    expect(texts(test)).toEqual(['one two', '']);
  });
});
