import { TestSession, ToolSession } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { ServerMetrics } from '../server-metrics.ts';
import { answerAfter, KeptTracing } from '../testing/kept-tracing.ts';

interface BoundedOptions {
  readonly ratio?: number;
  readonly webhooks?: readonly string[];
}

/** Four turns a second are traced at most, at an instant that only a test moves on. */
function open(options: BoundedOptions = {}) {
  let nowMs = 0;
  const kept = new KeptTracing({ ...options, turnsPerSecond: 4, now: () => nowMs });
  const { tracing, leftOut, runner } = kept;
  return {
    tracing,
    leftOut,
    runner,
    session: () => new TestSession({}, {}, { channels: kept.channels() }),
    toolSession: () =>
      new ToolSession({ more: { channels: kept.channels(), tools: tracing.toolsOf(runner) } }),
    pass: (ms: number) => {
      // So that what was told before is handled before.
      tracing.spanOf('sess_test');
      nowMs += ms;
    },
    /** All traces that were exported, by the names of their spans. */
    traces: async () => {
      const traces = new Map<string, string[]>();
      for (const span of await kept.spans()) {
        const { traceId } = span.spanContext();
        traces.set(traceId, [...(traces.get(traceId) ?? []), span.name]);
      }
      return traces;
    },
  };
}

const isTurn = (names: readonly string[]) => names.includes('invoke_agent test');

describe('turns of which more come than are traced', () => {
  it('are left out whole, and counted', async () => {
    const { session, traces, pass, leftOut } = open();
    const test = session();
    for (let turn = 0; turn < 6; turn++) answerAfter(test, 0);
    pass(500);
    for (let turn = 0; turn < 6; turn++) answerAfter(test, 0);
    test.session.control.end('clientEnded');
    const kept = [...(await traces()).values()];
    // Two at once and two half a second later; the session's two ends are no turns.
    expect(kept.filter(isTurn)).toHaveLength(4);
    expect(kept).toHaveLength(6);
    expect(leftOut).toEqual(Array.from({ length: 8 }, () => false));
    for (const names of kept.filter(isTurn)) expect(names).toContain('antiphon.endpointing');
  });

  it('are kept first where something is remarkable in them, as far as there is room', async () => {
    const { session, traces, leftOut } = open();
    const test = session();
    for (const afterMs of [0, 0, 0, 1_600, 1_600, 1_600, 1_600]) answerAfter(test, afterMs);
    test.session.control.end('clientEnded');
    expect([...(await traces()).values()].filter(isTurn)).toHaveLength(4);
    expect(leftOut).toEqual([false, true, true]);
  });

  it('are told apart in the metrics', async () => {
    const metrics = new ServerMetrics({ sessions: () => new Map() });
    for (const isRemarkable of [false, true, true]) metrics.traces.leftOut(isRemarkable);
    const text = await metrics.text();
    await metrics.close();
    expect(text).toContain(
      'antiphon_trace_turns_left_out_total{antiphon_turn_remarkable="true"} 2',
    );
    expect(text).toContain(
      'antiphon_trace_turns_left_out_total{antiphon_turn_remarkable="false"} 1',
    );
  });

  it('are not counted where the ratio left them out', async () => {
    const { session, traces, leftOut } = open({ ratio: 0 });
    const test = session();
    for (let turn = 0; turn < 9; turn++) answerAfter(test, 0);
    test.session.control.end('clientEnded');
    expect([...(await traces()).values()].filter(isTurn)).toEqual([]);
    expect(leftOut).toEqual([]);
  });

  it('are kept where a line of the log names them, or the line names the session', async () => {
    const { session, traces, tracing } = open();
    const test = session();
    const named: string[] = [];
    for (let turn = 0; turn < 6; turn++) {
      test.callerTurn(600);
      named.push(tracing.spanOf('sess_test')!.traceId);
      test.engine.session.speak('fine');
      test.engine.session.end();
      test.hear(400);
    }
    test.session.control.end('clientEnded');
    const kept = await traces();
    const told = named.map((traceId) => kept.get(traceId) ?? []);
    expect(told.map(isTurn)).toEqual([true, true, false, false, false, false]);
    for (const names of told.slice(2)) expect(names).toEqual(['antiphon.session.start']);
  });

  it('are kept where a webhook was told so, whatever else is, and so is what it was told', async () => {
    const { toolSession, traces, runner } = open({ webhooks: ['lookup_order'] });
    const test = toolSession();
    for (let turn = 0; turn < 8; turn++) {
      test.calls('lookup_order', '{}', `call_${turn}`);
      await test.wait(100);
    }
    test.session.control.end('callerLeft');
    const kept = await traces();
    const told = runner.running.map(({ call }) => (call.traceparent ?? '').split('-'));
    expect(told).toHaveLength(8);
    for (const [, traceId = '', , flags] of told) {
      expect(flags).toBe('01');
      expect(kept.get(traceId)).toContain('invoke_agent test');
    }
  });

  it('say to a tool that they are kept only where they are', async () => {
    const { toolSession, traces, runner } = open();
    const test = toolSession();
    for (let turn = 0; turn < 8; turn++) {
      test.calls('lookup_order', '{}', `call_${turn}`);
      await test.wait(100);
    }
    test.session.control.end('callerLeft');
    const kept = await traces();
    const told = runner.running.map(({ call }) => (call.traceparent ?? '').split('-'));
    expect(told.filter(([, , , flags]) => flags === '01')).toHaveLength(2);
    for (const [, traceId = '', , flags] of told) {
      if (flags === '01') expect(kept.has(traceId)).toBe(true);
    }
  });
});
