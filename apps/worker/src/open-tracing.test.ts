import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { openTracing } from './open-tracing.ts';

const parentOf = (traceFlags: TraceFlags) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags,
    isRemote: true,
  });

describe('the traces of a worker', () => {
  const servers: Server[] = [];

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function open(answers: boolean) {
    let received = '';
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => (received += chunk.toString()));
      request.on('end', () => {
        if (answers) response.end('{}');
      });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    let logged = '';
    const log = pino({ level: 'info' }, { write: (line: string) => void (logged += line) });
    const url = `http://127.0.0.1:${port}/v1/traces?key=secret`;
    const tracing = openTracing({ url, serviceName: 'jobs' }, log);
    return { tracing, received: () => received, logged: () => logged };
  }

  it('have the spans of calls that the server follows, and no others', async () => {
    const { tracing, received, logged } = await open(true);
    tracing.tracer?.startSpan('followed', {}, parentOf(TraceFlags.SAMPLED)).end();
    tracing.tracer?.startSpan('dropped', {}, parentOf(TraceFlags.NONE)).end();
    await tracing.close();
    expect(received()).toContain('"service.name","value":{"stringValue":"jobs"}');
    expect(received()).toContain('"name":"followed"');
    expect(received()).not.toContain('"name":"dropped"');
    expect(logged()).toBe('');
  });

  it('let a tool find the span that it runs for, over promises', async () => {
    const { tracing } = await open(true);
    const parent = parentOf(TraceFlags.SAMPLED);
    const found = await context.with(parent, async () => {
      await Promise.resolve();
      return trace.getSpanContext(context.active());
    });
    expect(found).toEqual(trace.getSpanContext(parent));
    await tracing.close();
  });

  it('do not keep it from closing when the collector hangs, and the log says so', async () => {
    const { tracing, received, logged } = await open(false);
    tracing.tracer?.startSpan('followed', {}, parentOf(TraceFlags.SAMPLED)).end();
    await tracing.close();
    expect(received()).toContain('followed');
    expect(logged()).toContain('traces cannot be delivered');
    expect(logged()).not.toContain('secret');
  });

  it('are none without a collector', async () => {
    const tracing = openTracing(null, pino({ level: 'silent' }));
    expect(tracing.tracer).toBeNull();
    await tracing.close();
  });
});
