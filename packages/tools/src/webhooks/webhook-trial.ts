import { systemClock } from '@antiphon/session';
import type { Clock, TimerHandle, ToolDefinition } from '@antiphon/session';
import type { Tracer } from '@opentelemetry/api';
import { afterEach, expect } from 'vitest';
import { AddressGuard } from './address-guard.ts';
import { TestService, type ServiceAnswer } from './test-service.ts';
import { webhookFunction } from './webhook-function.ts';
import type { Webhook } from './webhook.ts';

/** Keeps real time for what is short, and has no patience for the rest. */
class HastyClock implements Clock {
  readonly pausesMs: number[] = [];
  readonly #timers = new Set<TimerHandle>();

  now(): number {
    return systemClock.now();
  }

  get pending(): number {
    return this.#timers.size;
  }

  setTimeout(run: () => void, delayMs: number): TimerHandle {
    const isTry = delayMs === TRY_TIMEOUT_MS || delayMs === BRIEF_TRY_MS;
    if (!isTry) this.pausesMs.push(delayMs);
    const timer = systemClock.setTimeout(
      () => {
        this.#timers.delete(timer);
        run();
      },
      isTry ? delayMs : 0,
    );
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: TimerHandle): void {
    this.#timers.delete(timer);
    systemClock.clearTimeout(timer);
  }
}

/** Longer than a loopback exchange takes on a busy machine. */
const TRY_TIMEOUT_MS = 20_000;
/** For services that hang. */
export const BRIEF_TRY_MS = 300;

const services: TestService[] = [];
let clock = new HastyClock();

/** The pauses before further tries, in this test. */
export function pausesMs(): readonly number[] {
  return clock.pausesMs;
}

afterEach(async () => {
  // Each resolves only when no connection was left open.
  for (const service of services.splice(0)) await service.close();
  expect(clock.pending).toBe(0);
  clock = new HastyClock();
});

/** A service that is stopped after the test. */
export async function started(answer: ServiceAnswer): Promise<TestService> {
  const service = await TestService.start(answer);
  services.push(service);
  return service;
}

/** Answers with an object. */
export const json: ServiceAnswer = (response) => {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end('{"status":"shipped"}');
};

/** Fails so often with a status, then answers. */
export function failing(
  times: number,
  status: number,
  headers: Record<string, string> = {},
): ServiceAnswer {
  return (response, index) => {
    if (index >= times) json(response, index);
    else response.writeHead(status, headers).end('secret page');
  };
}

interface CallOptions {
  readonly effect?: ToolDefinition['effect'];
  readonly webhook?: Partial<Webhook>;
  readonly guard?: AddressGuard;
  readonly signal?: AbortSignal;
  readonly traceparent?: string;
  readonly tracer?: Tracer;
}

/** Calls a webhook by its tool, with the variable TOKEN set. */
export function call(url: string, options: CallOptions = {}): Promise<unknown> {
  const { effect = 'none', signal = new AbortController().signal } = options;
  const run = webhookFunction(
    { url, headers: {}, tryTimeoutMs: TRY_TIMEOUT_MS, retries: 2, ...options.webhook },
    {
      tool: { name: 'find', effect },
      guard: options.guard ?? new AddressGuard({ allowed: ['127.0.0.0/8'] }),
      clock,
      variables: (name) => (name === 'TOKEN' ? 's3cret' : undefined),
      tracer: options.tracer ?? null,
    },
  );
  return run(
    { order_id: '4471' },
    {
      signal,
      sessionId: 'sess_1',
      callId: 'call 2',
      ...(options.traceparent !== undefined && { traceparent: options.traceparent }),
    },
  ) as Promise<unknown>;
}
