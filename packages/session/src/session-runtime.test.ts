import { describe, expect, it } from 'vitest';
import { FAKE_WORD_MS, TestSession } from './testing/index.ts';

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
    test.hear(600);
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
    test.hear(500);
    expect(agentText(test)).toBe('one two');
    expect(test.channel.of('bargeIn.decided')[0]).toMatchObject({ verdict: 'cut', playedMs: 500 });
    expect(test.channel.turnStates().slice(-3)).toEqual([
      'truncated.deciding',
      'truncated.cut',
      'listening',
    ]);
  });
});

describe('tools', () => {
  const called = (name = 'lookup_order'): TestSession => {
    const test = new TestSession({
      bargeIn: 'cancel',
      playedPosition: 'client',
      maxLeadMs: 10_000,
    });
    test.hear(400);
    test.callerTurn();
    test.engine.session.speak('One moment.');
    test.engine.session.call(name, '{"order_id":"4471"}');
    test.engine.session.end();
    return test;
  };

  it('answers with the result as soon as it is there', async () => {
    const test = called();
    expect(test.channel.turnStates().at(-1)).toMatch(/^toolPending/);
    await test.tools.finish('{"status":"shipped"}');
    expect(test.engine.session.requests).toHaveLength(2);
    expect(test.engine.session.context.history().at(-1)).toMatchObject({
      kind: 'toolOutput',
      output: '{"status":"shipped"}',
    });
    test.engine.session.speak('It has shipped.');
    test.engine.session.end();
    test.clock.advance(5_000);
    expect(test.channel.turnStates()).toEqual([
      'responding.thinking',
      'responding.speaking',
      'toolPending.covering',
      'responding.thinking',
      'responding.speaking',
      'listening',
    ]);
  });

  it('covers a long wait with a few words', () => {
    const test = called();
    test.engine.session.autoReply = (request) => (request.kind === 'say' ? request.text : '');
    // Two words of 200 ms are heard before the wait becomes long.
    test.clock.advance(600);
    expect(test.engine.session.request).toMatchObject({ kind: 'say', text: 'One moment.' });
  });

  it('gives a tool up at its timeout and lets the engine say so', () => {
    const test = called();
    test.engine.session.autoReply = (request) => (request.kind === 'say' ? request.text : '');
    test.clock.advance(5_001);
    expect(test.channel.of('tool.settled')[0]).toMatchObject({ outcome: 'timeout' });
    expect(test.engine.session.request.kind).toBe('answer');
    expect(test.tools.running[0]?.signal.aborted).toBe(true);
  });

  it('keeps the tool running when the caller interrupts the words before it', async () => {
    const test = called();
    test.detectors.detector.start();
    expect(test.channel.turnStates().at(-1)).toBe('truncated.cut');
    test.session.control.truncateItem(test.agentItemId, 100);
    await test.tools.finish('{}');
    expect(test.engine.session.requests).toHaveLength(1);
    test.hear(600);
    test.detectors.detector.stop();
    expect(test.engine.session.requests).toHaveLength(2);
  });

  it('waits for the client where the client runs the tool', () => {
    const test = called('client_tool');
    test.clock.advance(450);
    const { control } = test.session;
    expect(
      control.addItem({ kind: 'toolOutput', id: 'o1', callId: 'call_1', output: '7' }),
    ).toBeNull();
    expect(test.engine.session.requests).toHaveLength(1);
    expect(control.requestAnswer({})).toBeNull();
    expect(test.engine.session.requests).toHaveLength(2);
    expect(
      control.addItem({ kind: 'toolOutput', id: 'o2', callId: 'call_1', output: '8' }),
    ).toEqual({
      code: 'callAlreadyAnswered',
      callId: 'call_1',
    });
    expect(control.addItem({ kind: 'toolOutput', id: 'o3', callId: 'nope', output: '' })).toEqual({
      code: 'callNotFound',
      callId: 'nope',
    });
  });

  it('hands off after the farewell was played to the end', async () => {
    const test = called('transfer_to_human');
    expect(test.channel.of('handoff.requested')).toHaveLength(0);
    test.clock.advance(2 * FAKE_WORD_MS + 1);
    expect(test.channel.of('handoff.requested')[0]?.details).toBe('{"order_id":"4471"}');
    expect(await test.session.ended).toBe('handedOff');
    expect(test.leg.closedWith).toBe('handedOff');
  });

  it('says the farewell itself when the engine was silent', () => {
    const test = new TestSession();
    test.session.control.requestAnswer({});
    test.engine.session.autoReply = (request) => (request.kind === 'say' ? request.text : '');
    test.engine.session.call('transfer_to_human', '{}');
    test.engine.session.end();
    expect(test.engine.session.request).toMatchObject({ kind: 'say', text: 'Goodbye.' });
    test.clock.advance(1_000);
    expect(test.leg.closedWith).toBe('handedOff');
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

  it('can cut into the answer before it', () => {
    const test = twoAnswers();
    test.session.control.truncateItem(test.agentItemId, 0);
    test.clock.advance(200);
    test.detectors.detector.start();
    test.clock.advance(600);
    expect(texts(test)).toEqual(['one two', '']);
  });
});
