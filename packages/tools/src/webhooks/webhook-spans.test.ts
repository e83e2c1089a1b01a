import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { call, failing, json, started } from './webhook-trial.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';

function open() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  return { tracer: provider.getTracer('test'), spans: () => exporter.getFinishedSpans() };
}

describe('the requests of a webhook', () => {
  it('are spans below the call, each named to the service', async () => {
    const { tracer, spans } = open();
    const service = await started(failing(1, 503));
    const traceparent = `00-${TRACE_ID}-${SPAN_ID}-01`;
    await call(service.url, { traceparent, tracer });
    const port = Number(new URL(service.url).port);
    const where = {
      'http.request.method': 'POST',
      'server.address': '127.0.0.1',
      'server.port': port,
    };
    expect(spans().map(({ attributes }) => attributes)).toEqual([
      { ...where, 'http.response.status_code': 503, 'error.type': '503' },
      { ...where, 'http.response.status_code': 200, 'http.request.resend_count': 1 },
    ]);
    expect(spans().map(({ status }) => status.code)).toEqual([
      SpanStatusCode.ERROR,
      SpanStatusCode.UNSET,
    ]);
    for (const { kind, parentSpanContext } of spans()) {
      expect(kind).toBe(SpanKind.CLIENT);
      expect(parentSpanContext).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID });
    }
    expect(service.requests.map(({ headers }) => headers['traceparent'])).toEqual(
      spans().map((span) => `00-${TRACE_ID}-${span.spanContext().spanId}-01`),
    );
  });

  it('pass on that their turn may not be kept', async () => {
    const { tracer } = open();
    const service = await started(json);
    await call(service.url, { traceparent: `00-${TRACE_ID}-${SPAN_ID}-00`, tracer });
    expect(service.requests[0]?.headers['traceparent']).toMatch(/-00$/u);
  });

  it('end without an answer where none comes', async () => {
    const { tracer, spans } = open();
    const service = await started((response) => response.destroy());
    const traceparent = `00-${TRACE_ID}-${SPAN_ID}-01`;
    await expect(
      call(service.url, { traceparent, tracer, webhook: { retries: 0 } }),
    ).rejects.toThrow();
    expect(spans().map(({ attributes }) => attributes['error.type'])).toEqual(['_OTHER']);
  });

  it('of a call that is not traced are no spans', async () => {
    const { tracer, spans } = open();
    const service = await started(json);
    await call(service.url, { tracer });
    await call(service.url, { traceparent: 'nonsense', tracer });
    expect(spans()).toEqual([]);
  });
});
