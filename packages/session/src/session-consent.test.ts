import { describe, expect, it } from 'vitest';
import { CANCEL_ORDER, FAKE_WORD_MS, ToolSession } from './testing/index.ts';
import type { ToolSessionOptions } from './testing/tool-session.ts';

const READ_BACK = "I'll cancel order 4471 and refund it. Shall I?";
const KEY_MS = 4 * FAKE_WORD_MS;

const CLIENT = {
  leg: { bargeIn: 'cancel', playedPosition: 'client', maxLeadMs: 10_000 },
} as const;

/** The read-back has begun. */
function asked(options: ToolSessionOptions = {}): ToolSession {
  const test = new ToolSession(options);
  test.calls('cancel_order');
  return test;
}

/** The read-back has been heard. */
async function heard(options: ToolSessionOptions = {}): Promise<ToolSession> {
  const test = asked(options);
  await test.wait(2_200);
  return test;
}

const verdicts = (test: ToolSession): string[] =>
  test.channel.of('consent.decided').map((event) => event.verdict);

describe('a tool that wants consent', () => {
  it('is read back, and does not run before the caller has said yes to that', async () => {
    const test = await heard();
    expect(test.said).toEqual([READ_BACK]);
    expect(test.turnState).toBe('asking.awaiting');
    expect(test.tools.running).toHaveLength(0);
    expect(test.channel.of('tool.started')).toHaveLength(0);
    test.says('yes please');
    expect(verdicts(test)).toEqual(['confirmed']);
    expect(test.tools.running.map(({ call }) => call.arguments)).toEqual(['{"order_id":"4471"}']);
    await test.tools.finish('{"cancelled":true}');
    expect(test.engine.session.request.kind).toBe('answer');
    expect(test.outputs).toEqual(['{"cancelled":true}']);
  });

  it('is answered by the model once, after its result, with the reply set aside', async () => {
    const test = await heard();
    const answers = () => test.engine.session.requests.filter(({ kind }) => kind === 'answer');
    const before = answers().length;
    test.says('yes go ahead');
    await test.tools.finish('{}');
    expect(answers()).toHaveLength(before + 1);
    const reply = test.session.control
      .items()
      .findLast((item) => item.kind === 'message' && item.speaker === 'caller');
    expect(reply).toMatchObject({ text: 'yes go ahead', isAside: true });
  });

  it.each([
    ['no thank you', 'refused'],
    ['mm-hmm', 'unclear'],
    ['', 'unclear'],
    ['yes but not that one', 'unclear'],
    ['how much will i get back', 'unclear'],
  ])('does not run after "%s"; the model is told that it is %s', async (text, verdict) => {
    const test = await heard();
    test.says(text);
    expect(verdicts(test)).toEqual([verdict]);
    expect(test.tools.running).toHaveLength(0);
    expect(test.outputs).toEqual([`{"declined":"${verdict}"}`]);
    expect(test.channel.of('tool.settled')[0]).toMatchObject({ outcome: 'declined' });
    expect(test.engine.session.request.kind).toBe('answer');
  });

  it('does not run after a yes to another action with the same key detail', async () => {
    const refund = {
      ...CANCEL_ORDER,
      name: 'refund_order',
      readBack: "[I'll refund order {order_id}]. Shall I?",
    };
    const test = new ToolSession({ config: { tools: [refund, CANCEL_ORDER] } });
    test.calls('refund_order');
    await test.wait(2_200);
    test.says('yes, cancel order 4471', 1_000);
    expect(verdicts(test)).toEqual(['unclear']);
    expect(test.tools.running).toHaveLength(0);
  });

  it('does not run after a yes that comes when nobody waits for it any more', async () => {
    const test = await heard();
    await test.wait(20_100);
    await test.wait(2_000);
    test.says('yes');
    expect(verdicts(test)).toEqual(['expired']);
    expect(test.tools.running).toHaveLength(0);
  });

  it('does not run when nobody answers', async () => {
    const test = await heard();
    await test.wait(20_100);
    expect(verdicts(test)).toEqual(['expired']);
    expect(test.outputs).toEqual(['{"declined":"expired"}']);
    expect(test.engine.session.request.kind).toBe('answer');
  });

  it.each(['hold', 'client'] as const)(
    'does not run when a yes cut the part that names the action (%s)',
    async (leg) => {
      const test = asked(leg === 'client' ? CLIENT : {});
      await test.wait(KEY_MS - 300);
      test.engine.session.transcript = 'yes do it now please';
      test.detectors.detector.start();
      if (leg === 'client') test.session.control.truncateItem(test.agentItemId, KEY_MS - 300);
      test.hear(1_200);
      test.detectors.detector.stop();
      expect(verdicts(test)).toEqual(['unheard']);
      expect(test.tools.running).toHaveLength(0);
      expect(test.outputs).toEqual(['{"declined":"unheard"}']);
    },
  );

  it.each(['hold', 'client'] as const)(
    'runs when a yes came after that part and before the end (%s)',
    async (leg) => {
      const test = asked(leg === 'client' ? CLIENT : {});
      await test.wait(KEY_MS + 300);
      test.engine.session.transcript = 'yes do it now please';
      test.detectors.detector.start();
      if (leg === 'client') test.session.control.truncateItem(test.agentItemId, KEY_MS + 300);
      test.hear(1_200);
      test.detectors.detector.stop();
      expect(verdicts(test)).toEqual(['confirmed']);
      expect(test.tools.running).toHaveLength(1);
    },
  );

  it('does not take a yes whose voice began before that part was over', async () => {
    const test = asked();
    await test.wait(KEY_MS + 100);
    test.engine.session.transcript = 'yes do it now please';
    test.detectors.detector.start(test.detectors.detector.heardMs - 300);
    test.hear(1_200);
    test.detectors.detector.stop();
    expect(verdicts(test)).not.toContain('confirmed');
    expect(test.tools.running).toHaveLength(0);
  });

  it('is void when the words of the model before it are cut', async () => {
    const test = new ToolSession();
    const { session } = test.engine;
    const { autoReply } = session;
    session.autoReply = null;
    test.callerTurn();
    session.speak('I can do that for you right away');
    session.call('cancel_order', '{"order_id":"4471"}');
    await test.wait(300);
    session.autoReply = autoReply;
    test.says('yes', 1_200);
    expect(test.said).toEqual([]);
    expect(test.outputs).toEqual(['{"declined":"unheard"}']);
    expect(test.tools.running).toHaveLength(0);
  });

  it('goes on with its read-back after a false alarm, and takes the yes after it', async () => {
    const test = asked();
    await test.wait(500);
    test.engine.session.transcript = 'uh-huh';
    test.detectors.detector.start();
    test.hear(300);
    test.detectors.detector.stop();
    await test.wait(2_500);
    expect(test.turnState).toBe('asking.awaiting');
    test.says('yes');
    expect(verdicts(test)).toEqual(['confirmed']);
  });

  it('says the rest as a new item where the leg has flushed it, and takes the yes after it', async () => {
    const test = asked(CLIENT);
    await test.wait(500);
    test.engine.session.transcript = 'uh-huh';
    test.detectors.detector.start();
    test.session.control.truncateItem(test.agentItemId, 500);
    test.hear(300);
    test.detectors.detector.stop();
    expect(test.said.at(-1)).toBe('order 4471 and refund it. Shall I?');
    await test.wait(2_500);
    test.says('yes');
    expect(verdicts(test)).toEqual(['confirmed']);
    expect(test.tools.running).toHaveLength(1);
  });

  it('waits for the whole reply of a caller who goes on', async () => {
    const test = await heard();
    // The words of the first part are not there yet when the caller goes on.
    const { session } = test.engine;
    const commit = session.commitTurn.bind(session);
    session.commitTurn = () => {};
    test.says('yes');
    expect(test.turnState).toBe('asking.weighing');
    session.commitTurn = commit;
    test.says('no wait');
    expect(verdicts(test)).toEqual(['refused']);
    expect(test.tools.running).toHaveLength(0);
  });

  it('is declined when the words of the reply do not come', async () => {
    const test = await heard();
    test.engine.session.commitTurn = () => {};
    test.says('yes');
    await test.wait(4_100);
    expect(test.tools.running).toHaveLength(0);
    expect(test.outputs).toEqual(['{"declined":"expired"}']);
  });

  it('is declined when its arguments cannot be read back', async () => {
    const test = new ToolSession();
    test.calls('cancel_order', '{}');
    await test.wait(500);
    test.says('yes');
    expect(test.tools.running).toHaveLength(0);
    expect(test.outputs).toHaveLength(1);
  });

  it('goes on when the caller hangs up after the yes', async () => {
    const test = await heard();
    test.says('yes');
    test.leg.hangUp();
    await test.session.ended;
    expect(test.tools.running[0]?.signal.aborted).toBe(false);
    expect(test.channel.of('tool.settled').map(({ outcome }) => outcome)).toEqual(['unknown']);
    await test.tools.finish('{}');
    expect(test.channel.of('tool.settled')).toHaveLength(1);
  });

  it('is cancelled when the caller hangs up before', async () => {
    const test = await heard();
    test.leg.hangUp();
    await test.session.ended;
    expect(test.tools.running).toHaveLength(0);
    expect(test.channel.of('tool.settled').map(({ outcome }) => outcome)).toEqual(['cancelled']);
  });

  it('is not set by what a model writes, in its words or its calls', () => {
    const test = new ToolSession();
    const { session } = test.engine;
    session.autoReply = null;
    test.says('cancel my order please yes yes yes', 1_000);
    session.speak('You said yes to that, and I confirm it: consent given.');
    session.call('cancel_order', '{"order_id":"4471","confirmed":true,"consent":"yes"}', 'a');
    session.end();
    expect(test.tools.running).toHaveLength(0);
    expect(test.turnState).toBe('asking.posing');
    expect(test.channel.of('tool.started')).toHaveLength(0);
  });

  it('is given to these arguments, and to no others, and once', async () => {
    const test = await heard();
    test.says('yes');
    await test.tools.finish('{}');
    await test.wait(1_000);
    for (const args of ['{"order_id":"5520"}', '{"order_id":"4471"}']) {
      test.calls('cancel_order', args, args);
      expect(test.tools.running).toHaveLength(1);
      expect(test.turnState).toBe('asking.posing');
      test.says('no thanks', 1_200);
      await test.wait(3_000);
    }
    expect(test.tools.running).toHaveLength(1);
  });

  it('asks for one call after another', async () => {
    const test = new ToolSession();
    const { session } = test.engine;
    const { autoReply } = session;
    session.autoReply = null;
    test.callerTurn();
    session.call('cancel_order', '{"order_id":"1"}', 'a');
    session.call('cancel_order', '{"order_id":"2"}', 'b');
    session.autoReply = autoReply;
    session.end();
    await test.wait(2_500);
    test.says('yes');
    await test.tools.finish('{}');
    await test.wait(3_000);
    test.says('no');
    expect(verdicts(test)).toEqual(['confirmed', 'refused']);
    expect(test.tools.running).toHaveLength(1);
  });

  it('takes no yes that is far softer than the caller', async () => {
    const test = new ToolSession();
    const loud = new Int16Array(160).fill(8_000);
    const soft = new Int16Array(160).fill(800);
    const speak = (pcm: Int16Array, ms: number): void => {
      for (let at = 0; at < ms; at += 20) {
        test.leg.speak(pcm);
        test.clock.advance(20);
      }
    };
    const { session } = test.engine;
    const { autoReply } = session;
    session.autoReply = null;
    test.detectors.detector.start();
    speak(loud, 1_000);
    test.detectors.detector.stop();
    session.call('cancel_order', '{"order_id":"4471"}');
    session.autoReply = autoReply;
    session.end();
    await test.wait(2_200);
    session.transcript = 'yes';
    test.detectors.detector.start();
    speak(soft, 600);
    test.detectors.detector.stop();
    expect(verdicts(test)).toEqual(['unclear']);
    expect(test.tools.running).toHaveLength(0);
  });

  it('takes a typed yes after a read-back that was read', async () => {
    const test = new ToolSession({ config: { modality: 'text', turnDetection: null } });
    const { session, control } = { session: test.engine.session, control: test.session.control };
    session.autoReply = null;
    control.requestAnswer({});
    session.call('cancel_order', '{"order_id":"4471"}');
    session.end();
    session.emit({
      type: 'generation.text',
      generationId: session.request.generationId,
      delta: READ_BACK,
    });
    session.end();
    await Promise.resolve();
    control.addItem({
      kind: 'message',
      id: 'typed',
      speaker: 'caller',
      medium: 'text',
      text: 'Yes, please.',
      audioMs: 0,
    });
    expect(control.requestAnswer({})).toBeNull();
    expect(verdicts(test)).toEqual(['confirmed']);
    expect(test.tools.running).toHaveLength(1);
  });
});
