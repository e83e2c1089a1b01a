import { MOVES, TestSession } from '@antiphon/session/testing';
import type { Move } from '@antiphon/session/testing';
import type { HrTime } from '@opentelemetry/api';
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spanMakerOf } from '../testing/span-maker-of.ts';
import { TracingChannel } from './tracing-channel.ts';

const RUNS = 300;

const moves = fc.array(
  fc.tuple(
    fc.constantFrom(...(Object.keys(MOVES) as (keyof typeof MOVES)[])),
    fc.integer({ min: 0, max: 60 }),
  ) satisfies fc.Arbitrary<Move>,
  { minLength: 5, maxLength: 60 },
);

/** Counts what begins and keeps what ends. */
class EndedSpans implements SpanProcessor {
  readonly ended: ReadableSpan[] = [];
  started = 0;

  onStart(): void {
    this.started += 1;
  }

  onEnd(span: ReadableSpan): void {
    this.ended.push(span);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

const msOf = ([seconds, nanos]: HrTime): number => seconds * 1000 + nanos / 1e6;

describe('the traces of a session under any order of events', () => {
  it('are whole: every span ends, after it began, below a span of its trace, its root last', async () => {
    let turns = 0;
    const isWhole = fc.asyncProperty(moves, async (script) => {
      const spans = new EndedSpans();
      const provider = new TracerProvider({
        sampler: new AlwaysOnSampler(),
        spanProcessors: [spans],
      });
      const told: string[] = [];
      let ends = 0;
      const channel = new TracingChannel({
        tracer: spanMakerOf(provider.getTracer('test')),
        sessionId: 'sess_test',
        agent: 'test',
        pipeline: 'fake',
        agentTools: new Set(),
        isQueued: () => false,
        isFollowed: () => false,
        onStarted: () => {},
        onTurn: ({ traceId }) => told.push(traceId),
        onEnded: () => (ends += 1),
      });
      const test = new TestSession({}, {}, { channels: [channel] });
      for (const [name, amount] of script) {
        MOVES[name](test, amount);
        await Promise.resolve();
      }
      test.leg.hangUp();
      await test.session.ended;

      expect(ends).toBe(1);
      expect(spans.ended).toHaveLength(spans.started);
      const finished = new Set<string>();
      const ids = new Set(spans.ended.map((span) => span.spanContext().spanId));
      const roots: string[] = [];
      for (const span of spans.ended) {
        const { traceId } = span.spanContext();
        expect(msOf(span.endTime)).toBeGreaterThanOrEqual(msOf(span.startTime));
        expect(finished).not.toContain(traceId);
        if (span.parentSpanContext) {
          expect(ids).toContain(span.parentSpanContext.spanId);
          expect(span.parentSpanContext.traceId).toBe(traceId);
        } else {
          finished.add(traceId);
          if (span.name === 'invoke_agent test') roots.push(traceId);
        }
      }
      expect(told).toEqual(roots);
      turns += roots.length;
    });
    await fc.assert(isWhole, { numRuns: RUNS });
    expect(turns).toBeGreaterThan(RUNS);
  });
});
