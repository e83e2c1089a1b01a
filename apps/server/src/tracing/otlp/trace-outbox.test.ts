import { ExportResultCode } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WritingTracer } from '../writing-tracer.ts';
import { TraceOutbox } from './trace-outbox.ts';

type Export = Parameters<ConstructorParameters<typeof TraceOutbox>[0]['exporter']['export']>;

/** An outbox, and what it has handed over; a request is over when `answer` says so. */
function open() {
  const sizes: number[] = [];
  const waiting: Export[1][] = [];
  const outbox = new TraceOutbox({
    exporter: {
      export: ({ spans }: Export[0], done) => {
        sizes.push(spans);
        waiting.push(done);
      },
      shutdown: () => Promise.resolve(),
    },
    origin: { resource: resourceFromAttributes({}), scope: { name: 'test' } },
    onDelivery: () => {},
  });
  const tracer = new WritingTracer({
    keepsPrivate: false,
    mostTextChars: 20_000,
    onEnd: (span) => outbox.onEnd(span),
  });
  const end = (count: number, text = ''): void => {
    for (let ended = 0; ended < count; ended++) {
      tracer.startSpan('test', { attributes: { text } }).end();
    }
  };
  const answer = async (): Promise<void> => {
    waiting.shift()?.({ code: ExportResultCode.SUCCESS });
    await vi.advanceTimersByTimeAsync(0);
  };
  return { outbox, sizes, end, answer };
}

describe('spans that wait to be sent', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('go together five seconds after the first of them', async () => {
    const { sizes, end } = open();
    end(1);
    await vi.advanceTimersByTimeAsync(4_000);
    end(2);
    await vi.advanceTimersByTimeAsync(999);
    expect(sizes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sizes).toEqual([3]);
  });

  it('go at once where there are many, or they are long', async () => {
    const { sizes, end, answer } = open();
    end(2_048);
    expect(sizes).toEqual([2_048]);
    await answer();
    end(70, 'x'.repeat(16_000));
    expect(sizes).toEqual([2_048, 66]);
  });

  it('wait for the request before, and are dropped beyond a number', async () => {
    const { sizes, end, answer } = open();
    end(2_048);
    end(5_000);
    expect(sizes).toEqual([2_048]);
    await answer();
    expect(sizes).toEqual([2_048, 4_096]);
  });

  it('go when it is shut, and none after', async () => {
    const { outbox, sizes, end, answer } = open();
    end(3);
    const shut = outbox.shutdown();
    await answer();
    await shut;
    end(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sizes).toEqual([3]);
  });
});
