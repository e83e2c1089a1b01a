import { AsyncLocalStorage } from 'node:async_hooks';
import {
  context,
  propagation,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context,
  type ContextManager,
  type SpanContext,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const CALLER: SpanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
};

describe.skipIf(isRedisMissing)('the trace of a queued call', () => {
  let redis: PrivateRedis;
  let trial: QueueTrial;
  let seen: (SpanContext | undefined)[] = [];

  beforeAll(async () => {
    context.setGlobalContextManager(new LocalContexts());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    redis = await PrivateRedis.start();
    const run = (): string => {
      seen.push(trace.getSpanContext(context.active()));
      return 'done';
    };
    trial = new QueueTrial(redis.url, [{ name: 'tool', run }]);
    trial.work();
  });

  afterAll(async () => {
    await trial.close();
    await redis.close();
    context.disable();
    propagation.disable();
  });

  it('is the active one where the tool runs', async () => {
    seen = [];
    await context.with(trace.setSpanContext(ROOT_CONTEXT, CALLER), () => trial.call('tool'));
    expect(seen).toEqual([{ ...CALLER, isRemote: true }]);
  });

  it('is in the job as a traceparent', async () => {
    await context.with(trace.setSpanContext(ROOT_CONTEXT, CALLER), () => trial.call('tool'));
    const observer = new Redis(redis.socket);
    const data = await observer.hget(jobKey('s.call%3A2'), 'data');
    observer.disconnect();
    expect(JSON.parse(data ?? '')).toMatchObject({
      trace: { traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01` },
    });
  });

  it('is none where the caller had none', async () => {
    seen = [];
    expect(await trial.call('tool')).toMatchObject({ kind: 'result' });
    expect(seen).toEqual([undefined]);
  });
});
