import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AgentDefinition } from '@antiphon/session';
import { PLAIN_TOOL } from '@antiphon/session';
import { FakeTools, TEST_CONFIG, TestSession, ToolSession } from '@antiphon/session/testing';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { answerAfter, KeptTracing } from '../testing/kept-tracing.ts';
import { PLAIN_AGENT } from '../testing/plain-agent.ts';
import { TraceCollector } from '../testing/trace-collector.ts';
import { openTracing } from './open-tracing.ts';

const agent: AgentDefinition = {
  ...PLAIN_AGENT,
  config: {
    ...TEST_CONFIG,
    tools: [
      ...TEST_CONFIG.tools,
      {
        ...PLAIN_TOOL,
        name: 'slow_search',
        description: 'Searches.',
        parameters: { type: 'object' },
        runs: 'server',
        run: 'queued',
      },
    ],
  },
};

interface OpenOptions {
  readonly ratio?: number;
  readonly keepsPrivate?: boolean;
  readonly webhooks?: readonly string[];
  readonly traceparent?: string;
}

/** Tracing beside a Redis, which queued tools need, and what listens to one session. */
function open({ traceparent, ...options }: OpenOptions = {}) {
  const kept = new KeptTracing({ redisUrl: 'redis://127.0.0.1:1', ...options });
  const channels = kept.channels({ agent, traceparent: () => traceparent ?? null });
  return { kept, channels };
}

const turnsIn = (spans: readonly ReadableSpan[]) =>
  spans.filter(({ name }) => name === 'invoke_agent test');

describe('whole-turn sampling', () => {
  it('drops every span of a turn without anything remarkable, and tells nobody of it', async () => {
    const { kept, channels } = open({ ratio: 0 });
    const test = new TestSession({}, {}, { channels });
    answerAfter(test, 200);
    test.session.control.end('clientEnded');
    const names = (await kept.spans()).map(({ name }) => name);
    expect(names).toEqual(['antiphon.session.start', 'antiphon.session.end']);
    expect(kept.turns).toEqual([]);
  });

  it('keeps slow turns with all their spans', async () => {
    const { kept, channels } = open({ ratio: 0 });
    const test = new TestSession({}, {}, { channels });
    answerAfter(test, 1_200);
    test.session.control.end('clientEnded');
    const spans = await kept.spans();
    const [turn] = turnsIn(spans);
    const { traceId } = turn!.spanContext();
    const whole = spans.filter((span) => span.spanContext().traceId === traceId);
    expect(whole.map(({ name }) => name)).toContain('antiphon.endpointing');
    expect(kept.turns.map((told) => told.traceId)).toEqual([traceId]);
  });

  it('keeps turns whose first sound comes late because of a tool', async () => {
    const { kept, channels } = open({ ratio: 0 });
    const test = new ToolSession({ config: { covers: [] }, more: { channels } });
    test.calls('lookup_order');
    await test.wait(2_500);
    await test.tools.finish('{"status":"shipped"}');
    await test.wait(2_000);
    test.session.control.end('clientEnded');
    expect(turnsIn(await kept.spans())).toHaveLength(1);
  });

  it('keeps turns that fail or are interrupted', async () => {
    const { kept, channels } = open({ ratio: 0 });
    const test = new TestSession({}, {}, { channels });
    test.callerTurn(600);
    test.engine.session.speak('one two three four five six');
    test.hear(300);
    test.detectors.detector.start();
    test.engine.session.transcript = 'stop it please now';
    test.hear(700);
    test.detectors.detector.stop();
    test.engine.session.end('failed');
    test.hear(2_000);
    test.session.control.end('clientEnded');
    const reasons = turnsIn(await kept.spans()).map(
      ({ attributes }) => attributes['gen_ai.agent.invocation.end_reason'],
    );
    expect(reasons).toEqual(['interrupted', 'failed']);
  });

  it('keeps a turn with a queued tool, whose worker is told to follow', async () => {
    const { kept, channels } = open({ ratio: 0 });
    const test = new ToolSession({
      config: { tools: agent.config.tools },
      more: { channels, tools: kept.tracing.toolsOf(kept.runner) },
    });
    test.calls('slow_search');
    test.calls('lookup_order');
    const [queued, inProcess] = kept.runner.running.map(({ call }) => call.traceparent);
    test.session.control.end('callerLeft');
    const spans = await kept.spans();
    const [turn] = turnsIn(spans);
    const tool = spans.find(({ name }) => name === 'execute_tool slow_search');
    const { traceId, spanId } = tool!.spanContext();
    expect(turn!.spanContext().traceId).toBe(traceId);
    expect(queued).toBe(`00-${traceId}-${spanId}-01`);
    // Nothing is certain to keep the turn that called it.
    expect(inProcess).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/u);
  });

  it('keeps a turn whose webhook was told that it is kept', async () => {
    const { kept, channels } = open({ ratio: 0, webhooks: ['lookup_order'] });
    const test = new ToolSession({ more: { channels, tools: kept.tracing.toolsOf(kept.runner) } });
    test.calls('lookup_order');
    const [running] = kept.runner.running;
    test.session.control.end('callerLeft');
    const [turn] = turnsIn(await kept.spans());
    const { traceId } = turn!.spanContext();
    expect(running?.call.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`, 'u'));
  });

  it('keeps about the share of turns that was asked for', async () => {
    const { kept, channels } = open({ ratio: 0.5 });
    const test = new TestSession({}, {}, { channels });
    for (let turn = 0; turn < 200; turn++) answerAfter(test, 0);
    await kept.tracing.close();
    // Out of 200 coins; less than once in a billion runs there are fewer than 55 or more than 145.
    expect(kept.turns.length).toBeGreaterThan(55);
    expect(kept.turns.length).toBeLessThan(145);
  });
});

describe('what a model or a client calls a tool', () => {
  it('is in no span, unless it is a tool of the agent', async () => {
    const { kept, channels } = open();
    const test = new ToolSession({ more: { channels } });
    test.calls('my_card_is_4111');
    test.calls('lookup_order');
    await test.wait(400);
    test.session.control.end('clientEnded');
    const text = JSON.stringify(
      (await kept.spans()).map(({ name, attributes }) => [name, attributes]),
    );
    expect(text).toContain('execute_tool lookup_order');
    expect(text).toContain('execute_tool other_tool');
    expect(text).not.toContain('4111');
  });
});

describe('the trace of the caller’s side', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const spanId = 'b7ad6b7169203331';

  /** By the name of each trace's root, the spans of the caller's side it is linked to. */
  async function linked(traceparent: string) {
    const { kept, channels } = open({ traceparent });
    const test = new TestSession({}, {}, { channels });
    answerAfter(test, 200);
    test.session.control.end('clientEnded');
    const roots = (await kept.spans()).filter((span) => !span.parentSpanContext);
    expect(roots.map((span) => span.spanContext().traceId)).not.toContain(traceId);
    return roots.map(({ name, links }) => [
      name,
      links.flatMap(({ context }) => (context.traceId === traceId ? context.spanId : [])),
    ]);
  }

  it('is linked to by every trace of the session, and is none of them', async () => {
    expect(await linked(`00-${traceId}-${spanId}-01`)).toEqual([
      ['antiphon.session.start', [spanId]],
      ['invoke_agent test', [spanId]],
      ['antiphon.session.end', [spanId]],
    ]);
  });

  it.each([
    '',
    'nonsense',
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-01`.repeat(5_000),
  ])('is none where its header is not well-formed (%#)', async (traceparent) => {
    expect(await linked(traceparent)).toEqual([
      ['antiphon.session.start', []],
      ['invoke_agent test', []],
      ['antiphon.session.end', []],
    ]);
  });
});

describe('a session that is refused', () => {
  it('is not remembered', async () => {
    const { kept } = open();
    const call = {
      sessionId: 'sess_test',
      callId: 'call_1',
      name: 'lookup_order',
      arguments: '{}',
    };
    void kept.tracing.toolsOf(kept.runner).run(call, new AbortController().signal);
    expect(kept.runner.running[0]?.call.traceparent).toBeUndefined();
    await kept.tracing.close();
  });
});

describe('what was said and returned', () => {
  async function exported(keepsPrivate: boolean): Promise<string> {
    const { kept, channels } = open({ keepsPrivate });
    const test = new ToolSession({ more: { channels } });
    test.engine.session.transcript = 'my secret order';
    test.calls('lookup_order', '{"order":"secret 4471"}');
    await test.tools.finish('{"status":"secret"}');
    await test.wait(600);
    test.session.control.end('clientEnded');
    const spans = await kept.spans();
    return JSON.stringify(spans.map(({ attributes, events }) => [attributes, events]));
  }

  it('is in no span that leaves', async () => {
    const text = await exported(false);
    expect(text).toContain('lookup_order');
    expect(text).not.toContain('secret');
    expect(text).not.toContain('.pii.');
  });

  it('is in them where that is asked for', async () => {
    const text = await exported(true);
    expect(text).toContain('"antiphon.pii.user.transcript":"my secret order"');
    expect(text).toContain('secret 4471');
    expect(text).toContain(String.raw`{\"status\":\"secret\"}`);
  });
});

describe('a collector', () => {
  const servers: Server[] = [];

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function listen() {
    let requests = 0;
    const server = createServer((request) => {
      request.resume().on('end', () => (requests += 1));
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { requests: () => requests, url: `http://127.0.0.1:${port}/v1/traces` };
  }

  /** Tracing that leaves over HTTP, where there is somewhere to go. */
  function openTo(url: string | null, logged: string[] = []) {
    const settings = { serviceName: 'test-service', ratio: 1, keepsPrivate: false };
    return openTracing({
      config: { redisUrl: null, tracing: url === null ? null : { url, ...settings } },
      log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
      onTurn: () => {},
    });
  }

  const SESSION = { sessionId: 'sess_test', agent, traceparent: () => null };

  /** What the log says of a call of one turn whose spans go there. */
  async function logOfCall(url: string): Promise<string> {
    const logged: string[] = [];
    const tracing = openTo(url, logged);
    const test = new TestSession({}, {}, { channels: tracing.listenersOf(SESSION) });
    answerAfter(test, 200);
    test.session.control.end('clientEnded');
    await tracing.close();
    return logged.join('');
  }

  it('has all spans of a session once tracing is closed', async () => {
    const collector = await TraceCollector.start();
    const logged = await logOfCall(collector.url);
    const names = collector.spans.map(({ service, name }) => [service, name]);
    await collector.close();
    expect(names).toContainEqual(['test-service', 'invoke_agent test']);
    expect(names).toContainEqual(['test-service', 'antiphon.session.end']);
    expect(logged).toBe('');
  });

  it('that never answers does not keep tracing from being closed, and the log says so', async () => {
    const { requests, url } = await listen();
    const logged = await logOfCall(`${url}?key=secret`);
    expect(requests()).toBe(1);
    expect(logged).toContain('traces cannot be delivered');
    expect(logged).not.toContain('secret');
  });

  it('is never asked for where there is none', async () => {
    const tracing = openTo(null);
    const runner = new FakeTools();
    expect(tracing.listenersOf(SESSION)).toEqual([]);
    expect(tracing.toolsOf(runner)).toBe(runner);
    await tracing.close();
  });
});
