import type { SessionEvent } from '@antiphon/session';
import { PLAIN_TOOL } from '@antiphon/session';
import { describeControlChannel, TEST_CONFIG } from '@antiphon/session/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ServerMetrics } from './server-metrics.ts';
import { readPrometheusText } from './testing/prometheus-text.ts';
import { ToolMetricsChannel } from './tool-metrics-channel.ts';

type News = SessionEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'atMs'>
    : never
  : never;

const opened: ServerMetrics[] = [];

afterEach(async () => {
  for (const metrics of opened.splice(0)) await metrics.close();
});

function open() {
  const metrics = new ServerMetrics({ sessions: () => new Map() });
  opened.push(metrics);
  const channel = new ToolMetricsChannel({
    metrics: metrics.tools,
    agent: 'acme',
    agentTools: TEST_CONFIG.tools,
    tools: TEST_CONFIG.tools,
  });
  return {
    channel,
    tell: (...events: readonly News[]) => {
      for (const event of events) channel.notify({ atMs: 1, ...event });
    },
    /** The samples of a metric as `tool further-label` → value. */
    read: async (metric: string) => {
      const { samples } = readPrometheusText(await metrics.text());
      const shown = samples
        .filter(({ name }) => name === metric)
        .map(({ labels, value }) => {
          const { gen_ai_tool_name: tool, gen_ai_agent_name: agent, ...more } = labels;
          expect(agent).toBe('acme');
          return [[tool, ...Object.values(more)].join(' '), value] as const;
        });
      return Object.fromEntries(shown);
    },
    metrics,
  };
}

const started = (callId: string, name: string): News => ({
  type: 'tool.started',
  callId,
  name,
  arguments: '{"email":"jane@example.com"}',
  confirm: 'none',
});

const settled = (
  callId: string,
  name: string,
  how: Partial<Extract<News, { type: 'tool.settled' }>> = {},
): News => ({
  type: 'tool.settled',
  callId,
  name,
  outcome: 'result',
  output: 'for jane@example.com',
  durationMs: 300,
  ...how,
});

const clientTool = { ...PLAIN_TOOL, description: '', parameters: {}, runs: 'client' } as const;

describeControlChannel('tool metrics', () => open().channel);

describe('ToolMetricsChannel', () => {
  it('counts calls by outcome and how long they took', async () => {
    const { tell, read } = open();
    tell(started('c1', 'lookup_order'), settled('c1', 'lookup_order'));
    tell(started('c2', 'lookup_order'), settled('c2', 'lookup_order', { durationMs: 700 }));
    tell(
      started('c3', 'lookup_order'),
      settled('c3', 'lookup_order', { outcome: 'deferred', durationMs: 8_000 }),
    );
    expect(await read('antiphon_tool_calls_total')).toEqual({
      'lookup_order result': 2,
      'lookup_order deferred': 1,
    });
    expect(await read('antiphon_tool_duration_sum')).toEqual({
      'lookup_order result': 1,
      'lookup_order deferred': 8,
    });
    expect(await read('antiphon_tool_duration_bucket')).toMatchObject({
      'lookup_order result 0.25': 0,
      'lookup_order result 0.5': 1,
      'lookup_order result 0.8': 2,
      'lookup_order result +Inf': 2,
    });
  });

  it('counts covers, deadlines, follow-ups and consents', async () => {
    const { tell, read } = open();
    const call = { callId: 'c1', name: 'lookup_order' } as const;
    tell(
      { type: 'consent.asked', ...call },
      { type: 'consent.decided', ...call, verdict: 'unclear' },
      { type: 'consent.decided', ...call, verdict: 'confirmed' },
      started('c1', 'lookup_order'),
      { type: 'tool.covered', ...call },
      { type: 'tool.covered', ...call },
      { type: 'tool.overdue', ...call },
      { type: 'followUp.offered', ...call },
      { type: 'followUp.promised', ...call },
      settled('c1', 'lookup_order', { outcome: 'deferred' }),
    );
    expect(await read('antiphon_tool_covers_total')).toEqual({ lookup_order: 2 });
    expect(await read('antiphon_tool_deadlines_total')).toEqual({ lookup_order: 1 });
    expect(await read('antiphon_follow_ups_total')).toEqual({
      'lookup_order offered': 1,
      'lookup_order promised': 1,
    });
    expect(await read('antiphon_tool_consents_total')).toEqual({
      'lookup_order unclear': 1,
      'lookup_order confirmed': 1,
    });
  });

  it('has one name for what clients declare and one for what engines make up', async () => {
    const { tell, read } = open();
    for (let index = 0; index < 50; index++) {
      const name = `client_${index}`;
      const tools = [...TEST_CONFIG.tools, { ...clientTool, name }];
      tell({ type: 'session.configured', config: { ...TEST_CONFIG, tools } });
      tell(started(`c${index}`, name), settled(`c${index}`, name));
      tell(started(`u${index}`, `made_up_${index}`), settled(`u${index}`, `made_up_${index}`));
    }
    expect(await read('antiphon_tool_calls_total')).toEqual({
      'client_tool result': 50,
      'unknown result': 50,
    });
  });

  it('knows the tools of one answer, until its calls have ended', async () => {
    const { tell, read } = open();
    const answer = (generationId: string, names: readonly string[]): News => ({
      type: 'generation.started',
      generationId,
      kind: 'answer',
      options: { tools: names.map((name) => ({ ...clientTool, name })) },
    });
    tell(answer('g1', ['own']), started('c1', 'own'), answer('g2', []));
    tell(settled('c1', 'own'), started('c2', 'own'), settled('c2', 'own'));
    expect(await read('antiphon_tool_calls_total')).toEqual({
      'client_tool result': 1,
      'unknown result': 1,
    });
  });

  it('tells nothing of what was said or answered', async () => {
    const { tell, metrics } = open();
    tell(started('c1', 'lookup_order'), settled('c1', 'lookup_order'));
    expect(await metrics.text()).not.toMatch(/jane|c1/u);
  });
});
