import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadAgents, type LoadedAgent } from '@antiphon/agents';
import { PLAIN_TOOL, systemClock, type ToolDefinition, type ToolOutcome } from '@antiphon/session';
import { ToolQueue, ToolWorker } from '@antiphon/tools';
import { isRedisMissing, PrivateRedis } from '@antiphon/tools/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerMetrics } from './server-metrics.ts';
import { readPrometheusText } from './testing/prometheus-text.ts';
import { writeAgent } from './testing/test-server.ts';
import { queuedToolsOf, toolRunnersOf } from './tool-runners.ts';

function tool(name: string, run: ToolDefinition['run']): ToolDefinition {
  const parameters = { type: 'object' };
  return { ...PLAIN_TOOL, name, description: name, parameters, runs: 'server', run };
}

const DEFINITIONS = [tool('inline', 'inline'), tool('queued', 'queued')];

describe('toolRunnersOf', () => {
  const closings: (() => Promise<unknown>)[] = [];
  let agent: LoadedAgent;
  let metrics: ServerMetrics;
  let calls = 0;

  beforeEach(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-agents-'));
    closings.push(() => rm(folder, { recursive: true }));
    await writeAgent(folder, 'greeter', null);
    const { definition } = (await loadAgents(folder)).get('greeter')!;
    const config = { ...definition.config, tools: DEFINITIONS };
    const tools = new Map(DEFINITIONS.map(({ name }) => [name, () => `${name} here`]));
    metrics = new ServerMetrics({ sessions: () => new Map() });
    closings.push(() => metrics.close());
    agent = { definition: { ...definition, config }, tools, webhooks: new Map() };
  });

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  function outcomes(queue: ToolQueue | null): Promise<ToolOutcome[]> {
    const config = { webhookAllow: [], variables: () => undefined };
    const options = { queue, metrics: metrics.tools, clock: systemClock, config, tracer: null };
    const runner = toolRunnersOf(new Map([['greeter', agent]]), options)(agent.definition);
    return Promise.all(
      DEFINITIONS.map(({ name }) =>
        runner.run(
          { sessionId: 's', callId: `${name}.${(calls += 1)}`, name, arguments: '{}' },
          new AbortController().signal,
        ),
      ),
    );
  }

  it('runs all tools in this process without a queue', async () => {
    expect(await outcomes(null)).toEqual([
      { kind: 'result', output: 'inline here' },
      { kind: 'result', output: 'queued here' },
    ]);
  });

  it.skipIf(isRedisMissing)('runs queued tools on a worker, and the others here', async () => {
    const redis = await PrivateRedis.start();
    closings.push(() => redis.close());
    const functions = new Map(DEFINITIONS.map(({ name }) => [name, () => `${name} there`]));
    const agents = new Map([['greeter', { definitions: DEFINITIONS, functions }]]);
    const worker = new ToolWorker({ url: redis.url, agents, followUps: null });
    closings.push(() => worker.close());
    const queue = new ToolQueue({ url: redis.url });
    closings.push(() => queue.close());
    expect(await outcomes(queue)).toEqual([
      { kind: 'result', output: 'inline here' },
      { kind: 'result', output: 'queued there' },
    ]);
    const waited = async () => {
      await outcomes(queue);
      const { samples } = readPrometheusText(await metrics.text());
      return samples.find(({ name }) => name === 'antiphon_tool_queue_wait_count')?.labels;
    };
    // What happens before the queue's events are listened to is not counted.
    const labels = { gen_ai_tool_name: 'queued', gen_ai_agent_name: 'greeter' };
    await expect.poll(waited).toEqual(labels);
  });

  it('names the tools that are queued', () => {
    expect(queuedToolsOf(new Map([['greeter', agent]]))).toEqual(['greeter/queued']);
  });
});
