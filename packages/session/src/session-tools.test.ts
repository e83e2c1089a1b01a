import { describe, expect, it } from 'vitest';
import { FAKE_WORD_MS, TestSession } from './testing/index.ts';

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

  it('needs no words while those that the model said before the call are fresh', () => {
    const test = called();
    test.engine.session.autoReply = (request) => (request.kind === 'say' ? request.text : '');
    test.clock.advance(1_900);
    expect(test.engine.session.requests).toHaveLength(1);
    test.clock.advance(200);
    expect(test.engine.session.request.kind).toBe('say');
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
