import { AsyncLocalStorage } from 'node:async_hooks';
import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type ContextManager,
  type SpanContext,
} from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRedisMissing } from '../testing/needs-redis.ts';
import { PrivateRedis } from '../testing/private-redis.ts';
import { QueueTrial } from '../testing/queue-trial.ts';
import { jobKey } from './job-claims.ts';

/** Keeps a context over promises, as an application's telemetry does. */
class LocalContexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  // oxlint-disable-next-line max-params -- the interface has them
  with<Args extends unknown[], Fn extends (...args: Args) => ReturnType<Fn>>(
    inner: Context,
    fn: Fn,
    thisArg?: ThisParameterType<Fn>,
    ...args: Args
  ): ReturnType<Fn> {
    return this.#storage.run(inner, () => fn.call(thisArg as never, ...args));
  }

  bind<Target>(_inner: Context, target: Target): Target {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const CALLER = `00-${TRACE_ID}-${SPAN_ID}-01`;

interface Seen {
  readonly active: SpanContext | undefined;
  readonly traceparent: string | undefined;
}

describe.skipIf(isRedisMissing)('the trace of a queued call', () => {
  let redis: PrivateRedis;
  let plain: QueueTrial;
  let seen: Seen[] = [];

  function trialOf(url: string): QueueTrial {
    return new QueueTrial(url, [
      {
        name: 'tool',
        run: (_args, { traceparent }) => {
          seen.push({ active: trace.getSpanContext(context.active()), traceparent });
          return 'a secret result';
        },
      },
      {
        name: 'broken',
        run: () => {
          throw new Error('a secret reason');
        },
      },
    ]);
  }

  beforeAll(async () => {
    context.setGlobalContextManager(new LocalContexts());
    redis = await PrivateRedis.start();
    plain = trialOf(redis.url);
    plain.work();
  });

  afterAll(async () => {
    await plain.close();
    await redis.close();
    context.disable();
  });

  beforeEach(() => {
    seen = [];
  });

  it('is the active one where the tool runs, and is told to the tool', async () => {
    await plain.call('tool', { traceparent: CALLER });
    expect(seen).toEqual([
      {
        active: { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1, isRemote: true },
        traceparent: CALLER,
      },
    ]);
  });

  it('is in the job as a traceparent', async () => {
    await plain.call('tool', { traceparent: CALLER });
    const observer = new Redis(redis.socket);
    const data = await observer.hget(jobKey('s.call%3A2'), 'data');
    observer.disconnect();
    expect(JSON.parse(data ?? '')).toMatchObject({ trace: { traceparent: CALLER } });
  });

  it('is none where the caller had none, or one that cannot be read', async () => {
    expect(await plain.call('tool')).toMatchObject({ kind: 'result' });
    expect(await plain.call('tool', { traceparent: 'nonsense' })).toMatchObject({ kind: 'result' });
    const none = { active: undefined, traceparent: undefined };
    expect(seen).toEqual([none, none]);
  });

  it('goes on in a span of the job, which says how it ended and nothing of what it said', async () => {
    const own = await PrivateRedis.start();
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    });
    const traced = trialOf(own.url);
    traced.work({ tracer: provider.getTracer('test') });
    await traced.call('tool', { traceparent: CALLER });
    await traced.call('broken', { traceparent: CALLER });
    const spans = exporter.getFinishedSpans();
    await traced.close();
    await own.close();
    await provider.shutdown();
    // A span ends before what it is part of.
    const [tool, job, brokenTool, brokenJob] = spans;
    const partOf = (span = tool) => ({
      parentSpanContext: { traceId: TRACE_ID, spanId: span?.spanContext().spanId },
    });
    expect(spans).toHaveLength(4);
    expect(job).toMatchObject({
      name: 'process tools',
      kind: SpanKind.CONSUMER,
      parentSpanContext: { traceId: TRACE_ID, spanId: SPAN_ID },
      attributes: { 'gen_ai.tool.name': 'tool', 'antiphon.tool.outcome': 'result' },
      status: { code: SpanStatusCode.UNSET },
    });
    expect(tool).toMatchObject({ name: 'execute_tool tool', ...partOf(job) });
    for (const span of [brokenTool, brokenJob]) {
      expect(span).toMatchObject({
        attributes: { 'gen_ai.tool.name': 'broken', 'antiphon.tool.outcome': 'error' },
        status: { code: SpanStatusCode.ERROR },
      });
    }
    expect(brokenTool).toMatchObject(partOf(brokenJob));
    expect(seen).toEqual([
      expect.objectContaining({
        traceparent: `00-${TRACE_ID}-${tool?.spanContext().spanId}-01`,
      }),
    ]);
    const told = spans.flatMap(({ attributes, events, status }) => [attributes, events, status]);
    expect(JSON.stringify(told)).not.toContain('secret');
  });
});
