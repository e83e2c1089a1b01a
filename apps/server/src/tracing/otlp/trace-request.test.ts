import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, SpanContext } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readableOf } from '../readable-span.ts';
import type { SpanOrigin } from '../readable-span.ts';
import { WritingTracer } from '../writing-tracer.ts';
import type { WrittenSpan } from '../written-span.ts';
import { TraceRequest } from './trace-request.ts';

const resource = resourceFromAttributes({ 'service.name': 'antiphon', nodes: 3 });

const SCOPE = { name: 'antiphon', version: '1' };

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('x'.repeat(300)));
const number = fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger(), fc.constant(-(2 ** 60)));
const value = fc.oneof(text, number, fc.boolean(), fc.array(fc.string()), fc.array(fc.integer()));
const attributes = fc.dictionary(fc.string(), value, { maxKeys: 5 });
const instant = fc.tuple(
  fc.integer({ min: 0, max: 4e9 }),
  fc.integer({ min: 0, max: 999_999_999 }),
);
const hex = (digits: number) =>
  fc.string({
    unit: fc.constantFrom('1', '4', '7', 'a', 'f'),
    minLength: digits,
    maxLength: digits,
  });
const remote: fc.Arbitrary<SpanContext> = fc.record({
  traceId: hex(32),
  spanId: hex(16),
  traceFlags: fc.constantFrom(0, 1),
  isRemote: fc.boolean(),
});
const described = fc.record({
  name: text,
  kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.PRODUCER),
  parent: fc.option(remote),
  startTime: instant,
  endTime: instant,
  attributes,
  links: fc.array(fc.record({ context: remote, attributes }), { maxLength: 3 }),
  events: fc.array(fc.record({ name: text, attributes, time: instant }), { maxLength: 3 }),
  status: fc.record({
    code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.ERROR),
    message: fc.string(),
  }),
});

/** What is made of spans, which it holds latest first. */
function requestOf(spans: readonly WrittenSpan[], scope: SpanOrigin['scope']): Uint8Array {
  const request = new TraceRequest();
  for (const span of spans.toReversed()) request.add(span);
  return request.take({ resource, scope });
}

function expectedOf(spans: readonly WrittenSpan[], scope: SpanOrigin['scope']) {
  const readable = spans.map((span) => readableOf(span, { resource, scope }));
  return ProtobufTraceSerializer.serializeRequest(readable);
}

function digitsOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}

describe('the bytes of a trace', () => {
  it('are those of the library’s serializer, whatever the spans hold', () => {
    fc.assert(
      fc.property(fc.array(described, { minLength: 1, maxLength: 4 }), (spans) => {
        const written: WrittenSpan[] = [];
        const tracer = new WritingTracer({
          keepsPrivate: true,
          mostTextChars: 100_000,
          onEnd: (span) => written.push(span),
        });
        for (const { name, parent, events, status, endTime, ...options } of spans) {
          const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
          const span = tracer.startSpan(name, options, context);
          for (const event of events) span.addEvent(event.name, event.attributes, event.time);
          span.setStatus(status);
          span.end(endTime);
        }
        const expected = expectedOf(written, SCOPE);
        expect(digitsOf(requestOf(written, SCOPE))).toBe(digitsOf(expected));
      }),
      { numRuns: 300 },
    );
  });

  it('hold what a buffer has to grow for', () => {
    const written: WrittenSpan[] = [];
    const rules = { keepsPrivate: true, mostTextChars: 4_000 };
    const tracer = new WritingTracer({ ...rules, onEnd: (span) => written.push(span) });
    const long: Attributes = { text: 'long '.repeat(800) };
    for (let count = 0; count < 2_000; count++) {
      const span = tracer.startSpan(`span ${count}`, { attributes: long }, ROOT_CONTEXT);
      span.setStatus({ code: SpanStatusCode.ERROR }).end();
    }
    const expected = expectedOf(written, SCOPE);
    expect(digitsOf(requestOf(written, SCOPE)) === digitsOf(expected)).toBe(true);
  });

  it('are none where there are no spans', () => {
    expect(requestOf([], SCOPE)).toHaveLength(0);
  });
});
