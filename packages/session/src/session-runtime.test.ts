import { describe, expect, it } from 'vitest';
import type { ControlChannel } from './ports/control-channel.ts';
import { FAKE_WORD_MS, TEST_CONFIG, TestSession } from './testing/index.ts';

const agentText = (test: TestSession): string | null => {
  const item = test.session.control.item(test.agentItemId);
  return item?.kind === 'message' ? item.text : null;
};

describe('a turn', () => {
  it('goes from the caller’s speech through an answer back to listening', () => {
    const test = new TestSession();
    test.hear(400);
    test.callerTurn();
    expect(test.engine.session.request.kind).toBe('answer');
    test.engine.session.speak('It has shipped.');
    test.engine.session.end();
    test.clock.advance(3 * FAKE_WORD_MS + 1);
    expect(test.channel.turnStates()).toEqual([
      'responding.thinking',
      'responding.speaking',
      'listening',
    ]);
    expect(agentText(test)).toBe('It has shipped.');
    expect(test.leg.sentMs()).toBe(3 * FAKE_WORD_MS);
  });

  it('gives the engine the padding before the onset', () => {
    const test = new TestSession();
    test.hear(1_000);
    test.detectors.detector.start(900);
    expect(test.engine.session.turns.at(-1)?.heardSamples).toBe((100 + 300) * 8);
    expect(test.channel.of('caller.speechStarted')[0]?.audioStartMs).toBe(600);
  });

  it('reports where the milliseconds went', () => {
    const test = new TestSession();
    test.hear(400);
    test.callerTurn();
    test.clock.advance(30);
    test.engine.session.speak('Yes.');
    const report = test.channel.of('turn.measured')[0]?.report;
    expect(report?.postEndpointMs).toBe(30);
    expect(report?.voiceToVoiceMs).toBe(20 + 500 + 30);
  });

  it('says the greeting once', () => {
    const test = new TestSession();
    test.engine.session.autoReply = (request) => (request.kind === 'say' ? request.text : '');
    test.session.control.greet();
    test.session.control.greet();
    test.clock.advance(5_000);
    expect(test.engine.session.requests).toHaveLength(1);
    expect(agentText(test)).toBe('Hello there.');
  });
});

describe('faults', () => {
  it('apologises when the engine fails, once', () => {
    const test = new TestSession();
    test.session.control.requestAnswer({});
    test.engine.session.end('failed');
    expect(test.engine.session.request).toMatchObject({ kind: 'say' });
    test.engine.session.end('failed');
    expect(test.engine.session.requests).toHaveLength(2);
    expect(test.channel.turnStates().at(-1)).toBe('listening');
  });

  it('ends only itself when a neighbour throws', async () => {
    const test = new TestSession();
    test.engine.session.generate = () => {
      throw new Error('the caller said 4111 1111');
    };
    test.session.control.requestAnswer({});
    expect(await test.session.ended).toBe('failed');
    expect(JSON.stringify(test.channel.of('engine.failed'))).not.toContain('4111');
  });

  it('apologises before it ends where an apology can be spoken', async () => {
    const test = new TestSession();
    test.session.control.requestAnswer({});
    test.engine.session.speak('one two three');
    test.clock.advance(300);
    test.leg.audio$.next(null as never);
    expect(test.engine.session.request).toMatchObject({ kind: 'say', text: TEST_CONFIG.apology });
    expect(test.session.control.requestAnswer({})).toEqual({ code: 'ended' });
    test.engine.session.speak('sorry');
    test.engine.session.end();
    test.clock.advance(300);
    expect(await test.session.ended).toBe('failed');
    expect(test.session.control.items()).toMatchObject([{ text: 'one' }, { text: 'sorry' }]);
    expect(test.clock.pending).toBe(0);
    expect(test.engine.session.isClosed).toBe(true);
  });

  it('waits five seconds at most for its own apology', async () => {
    const test = new TestSession();
    test.leg.audio$.next(null as never);
    test.clock.advance(5_000);
    expect(await test.session.ended).toBe('failed');
    expect(test.clock.pending).toBe(0);
  });

  it.each(['send', 'clear', 'close'] as const)('ends when its leg throws in %s', async (method) => {
    const test = new TestSession();
    test.leg[method] = () => {
      throw new Error('broken leg');
    };
    test.session.control.requestAnswer({});
    test.engine.session.speak('one two three four five six seven');
    test.clock.advance(500);
    test.leg.hangUp();
    test.clock.advance(5_000);
    expect(['callerLeft', 'failed']).toContain(await test.session.ended);
    expect(test.clock.pending).toBe(0);
    expect(test.engine.session.isClosed).toBe(true);
  });

  it('ends when a listener throws, and the others are told everything', async () => {
    const broken: ControlChannel = {
      attach: () => {},
      notify: (event) => {
        if (event.type === 'generation.started') throw new Error('broken listener');
      },
    };
    const test = new TestSession({}, {}, { channels: [broken] });
    test.session.control.requestAnswer({});
    await Promise.resolve();
    test.clock.advance(5_000);
    expect(await test.session.ended).toBe('failed');
    expect(test.channel.events.at(-1)).toMatchObject({ type: 'session.ended', reason: 'failed' });
  });

  it('tells that caller audio is not what it was declared to be, and goes on', () => {
    const test = new TestSession();
    test.leg.facts$.next({
      type: 'leg.formatDoubted',
      declared: 'pcm16',
      looksLike: 'g711_ulaw',
    });
    expect(test.channel.of('audio.formatDoubted')).toMatchObject([
      { declared: 'pcm16', looksLike: 'g711_ulaw' },
    ]);
    expect(test.channel.of('session.ended')).toEqual([]);
  });

  it('refuses commits under 100 ms and a cancel with nothing to cancel', () => {
    const test = new TestSession({}, { turnDetection: null });
    test.hear(40);
    expect(test.session.control.commitAudio()).toEqual({
      code: 'audioTooShort',
      audioMs: 40,
      leastMs: 100,
    });
    expect(test.session.control.cancelAnswer()).toEqual({ code: 'noAnswerActive' });
  });

  it('refuses a second answer while one is being made', () => {
    const test = new TestSession();
    expect(test.session.control.requestAnswer({})).toBeNull();
    expect(test.session.control.requestAnswer({})).toEqual({
      code: 'answerActive',
      generationId: 'gen_1',
    });
  });

  it.each(['listening', 'thinking', 'speaking', 'cut'])(
    'holds nothing after the caller hangs up while %s',
    async (stage) => {
      const test = new TestSession({ bargeIn: 'cancel', playedPosition: 'client', maxLeadMs: 200 });
      if (stage !== 'listening') test.session.control.requestAnswer({});
      if (stage === 'speaking' || stage === 'cut') test.engine.session.speak('one two three four');
      if (stage === 'cut') test.detectors.detector.start();
      test.leg.hangUp();
      expect(await test.session.ended).toBe('callerLeft');
      expect(test.clock.pending).toBe(0);
      expect(test.engine.session.isClosed).toBe(true);
      expect(test.detectors.detector.isClosed).toBe(true);
      expect(test.session.control.requestAnswer({})).toEqual({ code: 'ended' });
      expect(test.channel.events.at(-1)?.type).toBe('session.ended');
    },
  );
});

describe('a recording sent at once', () => {
  it('is heard whole, however late the detector finds its speech', () => {
    const test = new TestSession();
    for (let frame = 0; frame < 400; frame++) test.leg.speak(new Int16Array(160));
    test.detectors.detector.start(1_000);
    expect(test.engine.session.turns.at(-1)?.heardSamples).toBe((8_000 - 1_000 + 300) * 8);
  });
});

describe('a session that answers in text', () => {
  it('has no covers and makes text items, greeting included', () => {
    const test = new TestSession({}, { modality: 'text' });
    test.session.control.greet();
    test.engine.session.emit({
      type: 'generation.text',
      generationId: test.engine.session.request.generationId,
      delta: 'Hello there.',
    });
    test.engine.session.end();
    expect(test.session.control.items()).toMatchObject([
      { medium: 'text', text: 'Hello there.', status: 'completed' },
    ]);
    test.session.control.requestAnswer({});
    test.engine.session.call('lookup_order', '{}');
    test.engine.session.end();
    test.clock.advance(1_000);
    expect(test.engine.session.requests).toHaveLength(2);
  });
});

describe('push-to-talk', () => {
  it('makes an item of the audio and waits to be asked', () => {
    const test = new TestSession({}, { turnDetection: null });
    test.hear(400);
    expect(test.session.control.commitAudio()).toBeNull();
    expect(test.engine.session.requests).toHaveLength(0);
    expect(test.session.control.items().at(-1)).toMatchObject({ speaker: 'caller', text: 'heard' });
    test.session.control.requestAnswer({});
    expect(test.engine.session.requests).toHaveLength(1);
  });
});
