import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadAgents } from '@antiphon/agents';
import { systemClock } from '@antiphon/session';
import { AddressGuard, toolFunctions, ToolWorker } from '@antiphon/tools';
import { isRedisMissing, PrivateRedis } from '@antiphon/tools/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labModel, writeLabAgent } from './testing/lab-agent.ts';
import { pipelinesOf } from './testing/parallel-calls-engine.ts';
import { readPrometheusText } from './testing/prometheus-text.ts';
import { ScriptedEngine } from './testing/scripted-engine.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';
import { TypingCaller } from './testing/typing-caller.ts';

describe.skipIf(isRedisMissing)('whatever a tool does', () => {
  const closings: (() => unknown)[] = [];
  let folder: string;
  let redis: PrivateRedis;
  let server: TestServer;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'antiphon-lab-'));
    closings.push(() => rm(folder, { recursive: true }));
    redis = await PrivateRedis.start();
    closings.push(() => redis.close());
    const agentsDir = path.join(folder, 'agents');
    await writeLabAgent(agentsDir);
    // Redis is not there when the server starts.
    await redis.kill();
    const pipelines = pipelinesOf(new ScriptedEngine(labModel));
    server = await startTestServer(
      { agentsDir, defaultAgent: 'lab', redisUrl: redis.url, mailDir: path.join(folder, 'mail') },
      { openPipelines: () => Promise.resolve(pipelines) },
    );
    closings.push(() => server.close());
  });

  afterAll(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  const opened = (): Promise<TypingCaller> => TypingCaller.open(server, TEST_KEY, 'lab');

  /** Has the model use a tool, and returns how each of its calls ended and what was said then. */
  async function used(caller: TypingCaller, text: string) {
    const before = caller.feed.messages.length;
    const since = () => caller.feed.messages.slice(before);
    caller.says(text);
    await caller.feed.message(() =>
      since().some(({ type, text: said }) => type === 'item' && isVerdict(said)),
    );
    await caller.reaches('listening');
    return {
      outcomes: since().flatMap((one) => (one.type === 'tool.settled' ? [one['outcome']] : [])),
      said: since().flatMap(({ type, text: said }) =>
        type === 'item' && isVerdict(said) ? [said] : [],
      ),
      outputs: outputsOf(caller),
    };
  }

  const isVerdict = (text: unknown): boolean =>
    text === 'There you are.' || text === 'That did not work.';

  /** What the model has read of its calls, oldest first. */
  function outputsOf({ client }: TypingCaller): string[] {
    return client.messages.flatMap(({ type, item }) => {
      const made = item as { type?: string; output?: string } | undefined;
      const isOutput = made?.type === 'function_call_output';
      return type === 'conversation.item.added' && isOutput ? [made.output ?? ''] : [];
    });
  }

  it('that is queued without Redis, fails and says so; inline tools run', async () => {
    const caller = await opened();
    const { outcomes, said } = await used(caller, 'use remote');
    expect([outcomes, said]).toEqual([['error'], ['That did not work.']]);
    expect((await used(caller, 'use good')).outcomes).toEqual(['result']);
    await caller.hangsUp();
  });

  it('the caller is told what is true of it', async () => {
    const caller = await opened();
    const trials: [string, unknown[], string, RegExp][] = [
      ['use good', ['result'], 'There you are.', /^\{"place":"Columbus"\}$/u],
      [
        'use throws',
        ['error'],
        'That did not work.',
        /^\{"error":"There is no such account\."\}$/u,
      ],
      ['use hangs', ['timeout'], 'That did not work.', /took too long/u],
      ['use floods', ['error'], 'That did not work.', /10485760 bytes; at most 65536/u],
      ['use unsure', ['unknown'], 'That did not work.', /not known whether this was done/u],
      ['use nobody', ['error'], 'That did not work.', /There is no tool named nobody\./u],
      ['use marks', ['result'], 'There you are.', /Shipped/u],
      // Mended in the second try.
      ['use strict {} {"order_id":"4471"}', ['error', 'result'], 'There you are.', /4471/u],
      // And given up after it.
      [
        'use strict {} {"id":1} {"id":2}',
        ['error', 'error', 'error'],
        'That did not work.',
        /not be run/u,
      ],
    ];
    for (const [text, outcomes, said, output] of trials) {
      const trial = await used(caller, text);
      expect([text, trial.outcomes, trial.said]).toEqual([text, outcomes, [said]]);
      expect(trial.outputs.at(-1)).toMatch(output);
      expect(trial.outputs.at(-1)?.length).toBeLessThan(1_000);
    }
    await caller.hangsUp();
  });

  it('a result that gives orders is read as a result, and has no tool run', async () => {
    const caller = await opened();
    const { outcomes, outputs } = await used(caller, 'use injects');
    expect([outcomes, outputs.length]).toEqual([['result'], 1]);
    // Even a model that obeys it asks the caller first.
    caller.says('use guarded {"order_id":"4471"}');
    await caller.isAsked(1);
    expect(
      caller.feed.messages.some(({ type, name }) => type === 'tool.started' && name === 'guarded'),
    ).toBe(false);
    caller.says('no');
    await caller.feed.message(({ outcome }) => outcome === 'declined');
    await caller.hangsUp();
  });

  it('it runs on a worker once Redis is there, and fails when Redis is lost or hangs in the call', async () => {
    await redis.restart();
    const worker = await startWorker();
    closings.push(() => worker.close());
    const caller = await opened();
    await expect
      .poll(async () => (await used(caller, 'use remote')).outcomes, { timeout: 20_000 })
      .toEqual(['result']);
    await redis.kill();
    for (const tool of ['remote', 'remote_once']) {
      const { said, outcomes } = await used(caller, `use ${tool}`);
      expect([outcomes, said]).toEqual([['error'], ['That did not work.']]);
    }
    await redis.restart();
    await expect
      .poll(async () => (await used(caller, 'use remote')).outcomes, { timeout: 20_000 })
      .toEqual(['result']);
    redis.hang();
    const hung = await used(caller, 'use remote_once');
    expect(['error', 'unknown']).toContain(hung.outcomes[0]);
    expect(hung.said).toEqual(['That did not work.']);
    redis.resume();
    await expect
      .poll(async () => (await used(caller, 'use remote')).outcomes, { timeout: 20_000 })
      .toEqual(['result']);
    await caller.hangsUp();
  });

  it('it is counted by its name: outcomes, duration, queue wait, covers, deadlines, e-mails, consents', async () => {
    const caller = await opened();
    caller.client.send({
      type: 'session.update',
      session: { type: 'realtime', antiphon: { contactEmail: 'jo@example.com' } },
    });
    caller.says('use slow');
    await caller.isAsked(1);
    caller.says('yes please');
    await caller.isAsked(2);
    caller.says('yes');
    await caller.feed.message('followUp.promised');
    await writeFile(path.join(folder, 'release'), '');
    await caller.feed.message(({ state }) => state === 'sent');
    await caller.reaches('listening');
    caller.says('use guarded {"order_id":"5520"}');
    await caller.isAsked(3);
    caller.says('yes');
    await caller.feed.message(({ name, outcome }) => name === 'guarded' && outcome === 'result');
    await caller.reaches('listening');
    caller.says('use stays');
    await caller.feed.message(({ type, name }) => type === 'tool.covered' && name === 'stays');
    await caller.hangsUp();
    expect(await readdir(path.join(folder, 'mail'))).toHaveLength(1);

    const response = await fetch(`${server.url}/metrics`, {
      headers: { authorization: `Bearer ${TEST_KEY}` },
    });
    const { samples } = readPrometheusText(await response.text());
    const told = (name: string, label: string): Record<string, string[]> => {
      const byTool: Record<string, string[]> = {};
      for (const { name: one, labels, value } of samples) {
        const tool = labels['gen_ai_tool_name'] ?? '';
        if (one === name && value > 0) (byTool[tool] ??= []).push(labels[label] ?? '');
      }
      return byTool;
    };
    const outcomes = told('antiphon_tool_calls_total', 'antiphon_tool_outcome');
    const ends = Object.entries(outcomes).map(([tool, ways]) => [tool, ways.toSorted()]);
    expect(Object.fromEntries(ends)).toMatchObject({
      good: ['result'],
      throws: ['error'],
      hangs: ['timeout'],
      floods: ['error'],
      unsure: ['unknown'],
      strict: ['error', 'result'],
      guarded: ['declined', 'result'],
      slow: ['deferred'],
      stays: ['cancelled'],
      remote: ['error', 'result'],
    });
    // What a model makes up has no name of its own.
    expect(Object.keys(outcomes)).not.toContain('nobody');
    const durations = told('antiphon_tool_duration_count', 'antiphon_tool_outcome');
    expect(durations).toEqual(outcomes);
    const agent = 'gen_ai_agent_name';
    expect(told('antiphon_tool_queue_wait_count', agent)).toMatchObject({
      remote: ['lab'],
    });
    expect(told('antiphon_tool_covers_total', agent)).toMatchObject({
      slow: ['lab'],
      stays: ['lab'],
    });
    expect(told('antiphon_tool_deadlines_total', agent)).toEqual({ slow: ['lab'] });
    const verdicts = told('antiphon_tool_consents_total', 'antiphon_consent_verdict');
    expect(verdicts['guarded']?.toSorted()).toEqual(['confirmed', 'refused']);
    const states = told('antiphon_follow_ups_total', 'antiphon_follow_up_state');
    expect(states['slow']).toEqual(expect.arrayContaining(['offered', 'promised', 'sent']));
  });

  /** Takes the jobs of the lab, in this process. */
  async function startWorker(): Promise<ToolWorker> {
    const agents = await loadAgents(path.join(folder, 'agents'));
    const tools = [...agents].map(([name, { definition, tools: inCode, webhooks }]) => {
      const definitions = definition.config.tools;
      const functions = toolFunctions(
        { definitions, functions: inCode, webhooks },
        {
          guard: new AddressGuard({ allowed: [] }),
          clock: systemClock,
          variables: () => undefined,
          tracer: null,
        },
      );
      return [name, { definitions, functions }] as const;
    });
    return new ToolWorker({ url: redis.url, agents: new Map(tools), followUps: null });
  }
});
