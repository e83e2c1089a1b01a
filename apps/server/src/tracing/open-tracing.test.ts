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
import { KeptSpans } from '../testing/kept-spans.ts';
import { TraceCollector } from '../testing/trace-collector.ts';
import { openTracing } from './open-tracing.ts';

const agent: AgentDefinition = {
  name: 'test',
  description: 'For tests.',
  pipeline: 'fake',
  detector: 'energy',
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
  dialogue: null,
};

interface OpenOptions {
  readonly url?: string | null;
  readonly ratio?: number;
  readonly keepsPrivate?: boolean;
  readonly inMemory?: boolean;
  readonly webhooks?: readonly string[];
  readonly traceparent?: string | null;
}

function open(options: OpenOptions = {}) {
  const { url = 'http://127.0.0.1:9/v1/traces', ratio = 1, keepsPrivate = false } = options;
  const { traceparent = null, webhooks = [] } = options;
  const exporter = new KeptSpans();
  const traced: string[] = [];
  let logged = '';
  const tracing = openTracing({
    config: {
      redisUrl: 'redis://127.0.0.1:1',
      tracing: url === null ? null : { url, serviceName: 'test-service', ratio, keepsPrivate },
    },
    log: pino({ level: 'info' }, { write: (line: string) => void (logged += line) }),
    ...(options.inMemory !== false && { exporter }),
    webhooksOf: () => new Set(webhooks),
    onTurn: (_sessionId, { traceId }) => traced.push(traceId),
  });
  const channels = tracing.listenersOf({
    sessionId: 'sess_test',
    agent,
    traceparent: () => traceparent,
  });
  const runner = new FakeTools();
  return { tracing, exporter, traced, channels, runner, logged: () => logged };
}

function answer(test: TestSession, afterMs: number): void {
  test.callerTurn(600);
  test.hear(afterMs);
  test.engine.session.speak('fine');
  test.engine.session.end();
  test.hear(400);
}

const turnsIn = (spans: readonly ReadableSpan[]) =>
  spans.filter(({ name }) => name === 'invoke_agent test');

describe('whole-turn sampling', () => {
  it('drops every span of a turn without anything remarkable, and tells nobody of it', async () => {
    const { tracing, exporter, channels, traced } = open({ ratio: 0 });
    const test = new TestSession({}, {}, { channels });
    answer(test, 200);
    test.session.control.end('clientEnded');
    await tracing.close();
    const names = exporter.getFinishedSpans().map(({ name }) => name);
    expect(names).toEqual(['antiphon.session.start', 'antiphon.session.end']);
    expect(traced).toEqual([]);
  });

  it('keeps slow turns with all their spans', async () => {
    const { tracing, exporter, channels, traced } = open({ ratio: 0 });
    const test = new TestSession({}, {}, { channels });
    answer(test, 1_200);
    test.session.control.end('clientEnded');
    await tracing.close();
    const spans = exporter.getFinishedSpans();
    const [turn] = turnsIn(spans);
    const { traceId } = turn!.spanContext();
    const whole = spans.filter((span) => span.spanContext().traceId === traceId);
    expect(whole.map(({ name }) => name)).toContain('antiphon.endpointing');
    expect(traced).toEqual([traceId]);
  });

  it('keeps turns whose first sound comes late because of a tool', async () => {
    const { tracing, exporter, channels } = open({ ratio: 0 });
    const test = new ToolSession({ config: { covers: [] }, more: { channels } });
    test.calls('lookup_order');
    await test.wait(2_500);
    await test.tools.finish('{"status":"shipped"}');
    await test.wait(2_000);
    test.session.control.end('clientEnded');
    await tracing.close();
    expect(turnsIn(exporter.getFinishedSpans())).toHaveLength(1);
  });

  it('keeps turns that fail or are interrupted', async () => {
    const { tracing, exporter, channels } = open({ ratio: 0 });
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
    await tracing.close();
    const reasons = turnsIn(exporter.getFinishedSpans()).map(
      ({ attributes }) => attributes['gen_ai.agent.invocation.end_reason'],
    );
    expect(reasons).toEqual(['interrupted', 'failed']);
  });

  it('keeps a turn with a queued tool, whose worker is told to follow', async () => {
    const { tracing, exporter, channels, runner } = open({ ratio: 0 });
    const test = new ToolSession({
      config: { tools: agent.config.tools },
      more: { channels, tools: tracing.toolsOf(runner) },
    });
    test.calls('slow_search');
    test.calls('lookup_order');
    const [queued, inProcess] = runner.running.map(({ call }) => call.traceparent);
    test.session.control.end('callerLeft');
    await tracing.close();
    const [turn] = turnsIn(exporter.getFinishedSpans());
    const tool = exporter
      .getFinishedSpans()
      .find(({ name }) => name === 'execute_tool slow_search');
    const { traceId, spanId } = tool!.spanContext();
    expect(turn!.spanContext().traceId).toBe(traceId);
    expect(queued).toBe(`00-${traceId}-${spanId}-01`);
    // Nothing is certain to keep the turn that called it.
    expect(inProcess).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/u);
  });

  it('keeps a turn whose webhook was told that it is kept', async () => {
    const { tracing, exporter, channels, runner } = open({ ratio: 0, webhooks: ['lookup_order'] });
    const test = new ToolSession({ more: { channels, tools: tracing.toolsOf(runner) } });
    test.calls('lookup_order');
    const [running] = runner.running;
    test.session.control.end('callerLeft');
    await tracing.close();
    const [turn] = turnsIn(exporter.getFinishedSpans());
    const { traceId } = turn!.spanContext();
    expect(running?.call.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`, 'u'));
  });

  it('keeps about the share of turns that was asked for', async () => {
    const { tracing, channels, traced } = open({ ratio: 0.5 });
    const test = new TestSession({}, {}, { channels });
    for (let turn = 0; turn < 200; turn++) answer(test, 0);
    await tracing.close();
    // Out of 200 coins; less than once in a billion runs there are fewer than 55 or more than 145.
    expect(traced.length).toBeGreaterThan(55);
    expect(traced.length).toBeLessThan(145);
  });
});

describe('a client that is traced itself', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';

  async function links(traceparent: string) {
    const { tracing, exporter, channels } = open({ traceparent });
    const test = new TestSession({}, {}, { channels });
    answer(test, 200);
    test.session.control.end('clientEnded');
    await tracing.close();
    const roots = exporter.getFinishedSpans().filter(({ parentSpanContext }) => !parentSpanContext);
    for (const root of roots) expect(root.spanContext().traceId).not.toBe(traceId);
    return roots.map(({ name, links: all }) => [
      name,
      all.flatMap(({ context }) => (context.traceId === traceId ? context.spanId : [])),
    ]);
  }

  it('is linked to from the start, each turn and the end of its session', async () => {
    expect(await links(`00-${traceId}-b7ad6b7169203331-01`)).toEqual([
      ['antiphon.session.start', ['b7ad6b7169203331']],
      ['invoke_agent test', ['b7ad6b7169203331']],
      ['antiphon.session.end', ['b7ad6b7169203331']],
    ]);
  });

  it.each([
    '',
    'nonsense',
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `ff-${traceId}-b7ad6b7169203331-01`,
  ])('is passed over where it names no span: %j', async (traceparent) => {
    expect((await links(traceparent)).map(([, spans]) => spans)).toEqual([[], [], []]);
  });
});

describe('what a model or a client calls a tool', () => {
  it('is in no span, unless it is a tool of the agent', async () => {
    const { tracing, exporter, channels } = open();
    const test = new ToolSession({ more: { channels } });
    test.calls('my_card_is_4111');
    test.calls('lookup_order');
    await test.wait(400);
    test.session.control.end('clientEnded');
    await tracing.close();
    const text = JSON.stringify(
      exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes]),
    );
    expect(text).toContain('execute_tool lookup_order');
    expect(text).toContain('execute_tool other_tool');
    expect(text).not.toContain('4111');
  });
});

describe('the trace of the caller’s side', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const spanId = 'b7ad6b7169203331';

  async function linked(traceparent: string) {
    const { tracing, exporter, channels } = open({ traceparent });
    const test = new TestSession({}, {}, { channels });
    answer(test, 200);
    test.session.control.end('clientEnded');
    await tracing.close();
    const roots = exporter.getFinishedSpans().filter((span) => !span.parentSpanContext);
    const isRemote = ({ links }: ReadableSpan) =>
      links.some(({ context }) => context.traceId === traceId && context.spanId === spanId);
    expect(roots.map((span) => span.spanContext().traceId)).not.toContain(traceId);
    return roots.map((span) => [span.name, isRemote(span)]);
  }

  it('is linked to by every trace of the session, and is none of them', async () => {
    expect(await linked(`00-${traceId}-${spanId}-01`)).toEqual([
      ['antiphon.session.start', true],
      ['invoke_agent test', true],
      ['antiphon.session.end', true],
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
      ['antiphon.session.start', false],
      ['invoke_agent test', false],
      ['antiphon.session.end', false],
    ]);
  });
});

describe('a session that is refused', () => {
  it('is not remembered', async () => {
    const { tracing, runner } = open();
    const call = {
      sessionId: 'sess_test',
      callId: 'call_1',
      name: 'lookup_order',
      arguments: '{}',
    };
    void tracing.toolsOf(runner).run(call, new AbortController().signal);
    expect(runner.running[0]?.call.traceparent).toBeUndefined();
    await tracing.close();
  });
});

describe('what was said and returned', () => {
  async function exported(keepsPrivate: boolean): Promise<string> {
    const { tracing, exporter, channels } = open({ keepsPrivate });
    const test = new ToolSession({ more: { channels } });
    test.engine.session.transcript = 'my secret order';
    test.calls('lookup_order', '{"order":"secret 4471"}');
    await test.tools.finish('{"status":"secret"}');
    await test.wait(600);
    test.session.control.end('clientEnded');
    await tracing.close();
    const spans = exporter.getFinishedSpans();
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

  it('has all spans of a session once tracing is closed', async () => {
    const collector = await TraceCollector.start();
    const { tracing, channels, logged } = open({ url: collector.url, inMemory: false });
    const test = new TestSession({}, {}, { channels });
    answer(test, 200);
    test.session.control.end('clientEnded');
    await tracing.close();
    const names = collector.spans.map(({ service, name }) => [service, name]);
    await collector.close();
    expect(names).toContainEqual(['test-service', 'invoke_agent test']);
    expect(names).toContainEqual(['test-service', 'antiphon.session.end']);
    expect(logged()).toBe('');
  });

  it('that never answers does not keep tracing from being closed, and the log says so', async () => {
    const { requests, url } = await listen();
    const { tracing, channels, logged } = open({ url: `${url}?key=secret`, inMemory: false });
    const test = new TestSession({}, {}, { channels });
    answer(test, 200);
    test.session.control.end('clientEnded');
    await tracing.close();
    expect(requests()).toBe(1);
    expect(logged()).toContain('traces cannot be delivered');
    expect(logged()).not.toContain('secret');
  });

  it('is never asked for where there is none', async () => {
    const { tracing, channels, runner } = open({ url: null });
    expect(channels).toEqual([]);
    expect(tracing.toolsOf(runner)).toBe(runner);
    await tracing.close();
  });
});
