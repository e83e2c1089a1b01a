import { DEFAULT_HOP_BUDGETS_MS } from '@antiphon/observability';
import type { TurnReport } from '@antiphon/observability';
import { describe, expect, it } from 'vitest';
import { TEST_CONFIG, TestSession } from './testing/test-session.ts';
import { ToolSession } from './testing/tool-session.ts';
import type { ToolSessionOptions } from './testing/tool-session.ts';

/** The reports of a session's turns, without that of its greeting. */
async function reportsOf(
  play: (test: ToolSession) => Promise<void>,
  options?: ToolSessionOptions,
): Promise<readonly TurnReport[]> {
  const test = new ToolSession(options);
  await test.wait(2_000);
  const before = test.channel.of('turn.measured').length;
  await play(test);
  return test.channel
    .of('turn.measured')
    .slice(before)
    .map(({ report }) => report);
}

const latencies = (reports: readonly TurnReport[]) =>
  reports.map(({ voiceToVoiceMs }) => voiceToVoiceMs);

const sumOf = ({ hops }: TurnReport) =>
  Object.values(hops).reduce<number>((sum, ms) => sum + (ms ?? 0), 0);

describe('the latency of a turn', () => {
  it('is that of the cover where a tool is waited for, and of nothing after it', async () => {
    const reports = await reportsOf(async (test) => {
      test.calls('lookup_order');
      await test.wait(3_500);
      await test.tools.finish('{}');
      await test.wait(2_000);
    });
    const [cover, ...later] = reports;
    expect(cover?.itemId).toMatch(/^item_/u);
    expect(cover?.hops).toMatchObject({ wait: 500, inference: null });
    expect(sumOf(cover!)).toBe(cover?.voiceToVoiceMs);
    expect(later.length).toBeGreaterThan(1);
    expect(latencies(later)).toEqual(later.map(() => null));
    expect(later.map(({ itemId }) => itemId)).toEqual(later.map(() => null));
  });

  it('is that of the answer after a tool that is quick', async () => {
    const reports = await reportsOf(async (test) => {
      test.calls('lookup_order');
      await test.wait(200);
      await test.tools.finish('{}');
      await test.wait(1_000);
    });
    expect(reports).toHaveLength(1);
    expect(reports[0]?.hops.wait).toBe(200);
    expect(sumOf(reports[0]!)).toBe(reports[0]?.voiceToVoiceMs);
  });

  it('has no wait where the turn is answered at once', async () => {
    const reports = await reportsOf(async (test) => {
      test.says('Hello.');
      await test.wait(1_000);
    });
    expect(reports.map(({ hops }) => hops.wait)).toEqual([null]);
    expect(reports[0]?.voiceToVoiceMs).not.toBeNull();
  });

  it('is told with what the agent allows, and else the usual', () => {
    const agent = {
      name: 'test',
      description: 'For tests.',
      pipeline: 'fake',
      detector: 'energy',
      config: TEST_CONFIG,
      budgetsMs: { inference: 400 },
      dialogue: null,
    } as const;
    for (const more of [{ agent }, {}]) {
      const test = new TestSession({}, {}, more);
      test.callerTurn();
      test.engine.session.speak('Fine.');
      test.hear(200);
      const [measured] = test.channel.of('turn.measured');
      expect(measured?.report.budgetsMs).toEqual({
        ...DEFAULT_HOP_BUDGETS_MS,
        ...('agent' in more && { inference: 400 }),
      });
    }
  });

  it.each([
    [{ mode: 'vad', silenceDurationMs: 900 }, 1_000],
    [{ mode: 'semantic', silenceDurationMs: 8_000 }, 1_100],
  ] as const)(
    'may be as late as the silence that ends turns as they are found: %j',
    (detection, ms) => {
      const test = new TestSession();
      const { control } = test.session;
      const turnDetection = { ...TEST_CONFIG.turnDetection!, ...detection };
      control.configure({ ...control.config, turnDetection });
      test.callerTurn();
      test.engine.session.speak('Fine.');
      test.hear(200);
      const [measured] = test.channel.of('turn.measured');
      expect(measured?.report.budgetsMs?.endpointing).toBe(ms);
    },
  );

  it('is that of the apology where the engine fails', async () => {
    const reports = await reportsOf(async (test) => {
      test.engine.session.autoReply = null;
      test.callerTurn();
      test.engine.session.autoReply = (request) => (request.kind === 'say' ? request.text : '');
      test.engine.session.end('failed');
      await test.wait(1_000);
    });
    expect(reports).toHaveLength(1);
    expect(reports[0]?.voiceToVoiceMs).not.toBeNull();
  });

  it('is nobody’s where a client asks for something later', async () => {
    const reports = await reportsOf(
      async (test) => {
        test.says('Hello.');
        await test.wait(5_000);
        test.session.control.requestAnswer({});
        await test.wait(1_000);
      },
      {
        config: {
          turnDetection: {
            mode: 'vad',
            threshold: 0.5,
            prefixPaddingMs: 300,
            silenceDurationMs: 500,
            createsResponse: false,
            interruptsResponse: true,
          },
        },
      },
    );
    expect(latencies(reports)).toEqual([null]);
  });
});
