import { describe, expect, it } from 'vitest';
import { DEFAULT_TOOL_PHRASES } from './ports/session-config.ts';
import type { SessionEvent } from './ports/session-event.ts';
import { FAKE_WORD_MS, TEST_CONFIG, ToolSession } from './testing/index.ts';
import { TRACE_PACKAGE } from './testing/tool-session.ts';

const { progress } = DEFAULT_TOOL_PHRASES;

/** The longest silence of the agent between the call and the end, in milliseconds. */
function longestSilence(test: ToolSession, fromMs: number, untilMs: number): number {
  const spans = test.leg.sent
    .map(({ atMs, pcm }) => [atMs, atMs + pcm.length / 8] as const)
    .filter(([, endMs]) => endMs > fromMs);
  let quietSinceMs = fromMs;
  let longest = 0;
  for (const [startMs, endMs] of spans) {
    longest = Math.max(longest, startMs - quietSinceMs);
    quietSinceMs = Math.max(quietSinceMs, endMs);
  }
  return Math.max(longest, untilMs - quietSinceMs);
}

describe('a wait for a tool', () => {
  it('is covered after half a second with words of the tool', async () => {
    const test = new ToolSession();
    test.calls('trace_package');
    await test.wait(480);
    expect(test.said).toEqual([]);
    await test.wait(40);
    expect(test.said).toEqual(['Asking the carrier.']);
  });

  it('never becomes silent for two seconds, and no line follows itself', async () => {
    const test = new ToolSession({ more: { followUps: null } });
    const startedAtMs = test.clock.now();
    test.calls('trace_package');
    await test.wait(30_000);
    expect(longestSilence(test, startedAtMs + 1_000, test.clock.now())).toBeLessThan(2_000);
    expect(test.said.slice(1).every((line) => progress.includes(line))).toBe(true);
    expect(test.said.some((line, index) => line === test.said[index + 1])).toBe(false);
  });

  it('is told of to those who listen, cover by cover', async () => {
    const test = new ToolSession({ more: { followUps: null } });
    test.calls('trace_package');
    await test.wait(5_000);
    expect(test.channel.of('tool.covered')).toHaveLength(test.said.length);
    expect(test.channel.of('tool.covered')[0]).toMatchObject({ name: 'trace_package' });
  });

  it('needs no cover when the model has said something itself', async () => {
    const test = new ToolSession();
    const { session } = test.engine;
    const { autoReply } = session;
    session.autoReply = null;
    test.callerTurn();
    session.speak('I am going to ask the carrier');
    session.call('trace_package', '{}');
    session.autoReply = autoReply;
    session.end();
    await test.wait(7 * FAKE_WORD_MS + 1_000);
    expect(test.said).toEqual([]);
    await test.wait(1_000);
    expect(test.said.map((line) => progress.includes(line))).toEqual([true]);
  });

  it('shares one cover among calls that run at once, and one answer', async () => {
    const test = new ToolSession();
    const { session } = test.engine;
    const { autoReply } = session;
    session.autoReply = null;
    test.callerTurn();
    session.call('trace_package', '{}', 'a');
    session.call('lookup_order', '{}', 'b');
    session.autoReply = autoReply;
    session.end();
    await test.wait(600);
    expect(test.said).toHaveLength(1);
    const [first, second] = test.tools.running;
    first!.settle({ kind: 'result', output: '1' });
    await test.wait(40);
    second!.settle({ kind: 'result', output: '2' });
    await test.wait(1_000);
    expect(session.requests.filter(({ kind }) => kind === 'answer')).toHaveLength(2);
    expect(test.outputs).toEqual(['1', '2']);
  });

  it('goes on after a sound that was nothing', async () => {
    const test = new ToolSession();
    test.calls('trace_package');
    await test.wait(200);
    test.detectors.detector.start();
    test.hear(60);
    test.session.control.clearAudio();
    expect(test.turnState).toMatch(/^toolPending/);
    await test.wait(3_000);
    expect(test.said.length).toBeGreaterThan(0);
  });

  it('goes on after a noise over a cover that may not be interrupted', async () => {
    const turnDetection = { ...TEST_CONFIG.turnDetection!, interruptsResponse: false };
    const test = new ToolSession({ config: { turnDetection }, more: { followUps: null } });
    test.calls('trace_package');
    await test.wait(600);
    test.detectors.detector.start();
    await test.wait(3_000);
    const before = test.said.length;
    test.session.control.clearAudio();
    expect(test.turnState).toBe('toolPending.quiet');
    await test.wait(2_000);
    expect(test.said.length).toBeGreaterThan(before);
  });

  it('is not silent for longer because a turn by hand is taken back meanwhile', async () => {
    const test = new ToolSession({ more: { followUps: null } });
    test.calls('trace_package');
    await test.wait(1_200);
    const startedAtMs = test.clock.now();
    test.session.control.configure({ turnDetection: null });
    await test.wait(1_200);
    test.session.control.configure({ turnDetection: TEST_CONFIG.turnDetection });
    await test.wait(3_000);
    expect(longestSilence(test, startedAtMs, test.clock.now())).toBeLessThan(2_000);
  });

  it('goes on after words over a cover that nobody is to answer', async () => {
    const turnDetection = {
      ...TEST_CONFIG.turnDetection!,
      interruptsResponse: false,
      createsResponse: false,
    };
    const test = new ToolSession({ more: { followUps: null } });
    test.calls('trace_package');
    test.session.control.configure({ turnDetection });
    await test.wait(600);
    test.detectors.detector.start();
    await test.wait(3_000);
    const fromMs = test.clock.now();
    test.detectors.detector.stop();
    await test.wait(6_000);
    expect(longestSilence(test, fromMs, test.clock.now())).toBeLessThan(2_000);
  });

  it('is not silent because a cover came due late and was not wanted', async () => {
    const tools = [{ ...TRACE_PACKAGE, coverAfterMs: 4_000, deadlineMs: 30_000 }];
    const test = new ToolSession({ config: { tools } });
    const { session } = test.engine;
    const { autoReply } = session;
    session.autoReply = null;
    test.callerTurn();
    session.speak('I am going to ask the carrier');
    session.call('trace_package', '{}');
    session.autoReply = autoReply;
    session.end();
    await test.wait(4_000);
    const fromMs = test.clock.now();
    await test.wait(6_000);
    expect(longestSilence(test, fromMs, test.clock.now())).toBeLessThan(2_000);
  });

  it('holds a result that comes while the caller speaks until the turn is over', async () => {
    const test = new ToolSession();
    test.calls('trace_package');
    await test.wait(200);
    test.detectors.detector.start();
    test.hear(400);
    const before = test.engine.session.requests.length;
    await test.tools.finish('{"found":true}');
    test.hear(400);
    expect(test.engine.session.requests).toHaveLength(before);
    test.detectors.detector.stop();
    expect(test.engine.session.requests).toHaveLength(before + 1);
    expect(test.outputs).toEqual(['{"found":true}']);
  });

  it('keeps the tool running when the caller cuts a cover', async () => {
    const test = new ToolSession();
    test.calls('trace_package');
    await test.wait(600);
    test.engine.session.transcript = 'are you still there';
    test.detectors.detector.start();
    test.hear(1_200);
    test.detectors.detector.stop();
    await test.wait(1_000);
    expect(test.tools.running[0]?.signal.aborted).toBe(false);
    await test.tools.finish('{"found":true}');
    await test.wait(1_000);
    expect(test.outputs).toEqual(['{"found":true}']);
  });
});

describe('a tool that the client runs', () => {
  const called = (coverAfterMs: number, text?: string): ToolSession => {
    const tools = TEST_CONFIG.tools.map((tool) =>
      tool.name === 'client_tool' ? { ...tool, coverAfterMs } : tool,
    );
    const test = new ToolSession({ config: { tools } });
    const { session } = test.engine;
    const { autoReply } = session;
    session.autoReply = null;
    test.callerTurn();
    if (text !== undefined) session.speak(text);
    session.call('client_tool', '{}');
    session.autoReply = autoReply;
    session.end();
    return test;
  };

  const itemsOf = (test: ToolSession, generationId: string): string[] =>
    test.channel
      .of('item.added')
      .flatMap((event: Extract<SessionEvent, { type: 'item.added' }>) =>
        event.generationId === generationId ? [event.item.kind] : [],
      );

  it('is covered by the first words of the answer that calls it', () => {
    const test = called(500);
    const [generation] = test.channel.of('generation.started');
    expect(itemsOf(test, generation!.generationId)).toEqual(['message', 'toolCall']);
    expect(test.said.map((line) => TEST_CONFIG.covers.includes(line))).toEqual([true]);
    expect(test.channel.of('generation.ended')).toHaveLength(1);
  });

  it('is called without a cover when the model has spoken, or none is wanted', () => {
    for (const test of [called(500, 'One second.'), called(5_000)]) {
      expect(test.said).toEqual([]);
      expect(test.channel.of('tool.started')).toHaveLength(1);
    }
  });

  it('is not called when the caller cuts the cover before it', () => {
    const tools = TEST_CONFIG.tools.map((tool) => ({ ...tool, coverAfterMs: 500 }));
    const test = new ToolSession({ config: { tools } });
    const { session } = test.engine;
    session.autoReply = null;
    test.callerTurn();
    session.call('client_tool', '{}');
    session.end();
    session.speak('One moment.');
    session.transcript = 'no wait a moment please';
    test.hear(100);
    test.detectors.detector.start();
    test.hear(1_200);
    test.detectors.detector.stop();
    session.end();
    expect(test.channel.of('tool.started')).toEqual([]);
  });
});

describe('a model that calls in vain', () => {
  const invalid = { kind: 'error', message: 'order_id is missing.', isInvalid: true } as const;

  it('may mend its arguments once, and is then told to give up', async () => {
    const test = new ToolSession();
    const { session } = test.engine;
    session.autoReply = null;
    test.callerTurn();
    for (let call = 0; call < 3; call++) {
      session.call('lookup_order', '{}', `c${call}`);
      session.end();
      test.tools.running[call]?.settle(invalid);
      await test.wait(40);
    }
    expect(test.tools.running).toHaveLength(2);
    const [first, second, third] = test.outputs;
    expect(first).toBe('{"error":"order_id is missing."}');
    expect(second).toContain('order_id is missing. This tool will not be run again');
    expect(third).toContain('This tool will not be run again');
  });

  it('may try again once the caller has spoken', async () => {
    const test = new ToolSession();
    const { session } = test.engine;
    session.autoReply = null;
    test.callerTurn();
    for (let call = 0; call < 2; call++) {
      session.call('lookup_order', '{}', `c${call}`);
      session.end();
      test.tools.running[call]?.settle(invalid);
      await test.wait(40);
    }
    session.speak('Sorry.');
    session.end();
    await test.wait(1_000);
    test.callerTurn();
    session.call('lookup_order', '{"order_id":"4471"}', 'later');
    session.end();
    expect(test.tools.running).toHaveLength(3);
  });

  it('is stopped when it calls on and on', async () => {
    const test = new ToolSession();
    const { session } = test.engine;
    session.autoReply = null;
    test.callerTurn();
    for (let call = 0; call < 20; call++) {
      session.call('lookup_order', '{"order_id":"4471"}', `c${call}`);
      session.end();
      test.tools.running[call]?.settle({ kind: 'result', output: '{}' });
      await test.wait(40);
    }
    expect(test.tools.running).toHaveLength(16);
    expect(test.outputs.at(-1)).toContain('will not be run again');
  });
});
