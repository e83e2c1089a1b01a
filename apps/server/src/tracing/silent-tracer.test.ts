import { TestSession } from '@antiphon/session/testing';
import type { Span, Tracer } from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { spanMakerOf } from '../testing/span-maker-of.ts';
import { TracingChannel } from './tracing-channel.ts';

describe('the tracing of a call', () => {
  it('makes no call of the tracer while nothing happens but audio', () => {
    const callsIn = (ms: number): number => {
      const { tracer, calls } = countingTracer();
      const channel = new TracingChannel({
        tracer: spanMakerOf(tracer),
        sessionId: 'sess_test',
        agent: 'test',
        pipeline: 'fake',
        agentTools: new Set(),
        isQueued: () => false,
        isFollowed: () => false,
        onStarted: () => {},
        onTurn: () => {},
        onEnded: () => {},
      });
      const test = new TestSession({}, {}, { channels: [channel] });
      test.callerTurn(600);
      const before = calls();
      // The turn is open, and its answer is awaited.
      test.hear(ms);
      expect(calls()).toBe(before);
      test.engine.session.speak('one two three');
      test.engine.session.end();
      test.hear(ms);
      test.session.control.end('clientEnded');
      return calls();
    };
    const calls = callsIn(10_000);
    expect(calls).toBeGreaterThan(10);
    expect(callsIn(20_000)).toBe(calls);
  });
});

/** A tracer that counts what is asked of it and of its spans. */
function countingTracer() {
  let count = 0;
  const provider = new TracerProvider({ spanProcessors: [] });
  const counted = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get: (_target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          count += 1;
          const result: unknown = Reflect.apply(value, target, args);
          return name === 'startSpan' ? counted(result as Span) : result;
        };
      },
    });
  const tracer: Tracer = counted(provider.getTracer('test'));
  return { tracer, calls: () => count };
}
