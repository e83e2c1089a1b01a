import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isRedisMissing, PrivateRedis } from '@antiphon/tools/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { TestClient } from '../testing/test-client.ts';
import { startTestServer, TEST_KEY, writeAgent } from '../testing/test-server.ts';
import { TraceCollector } from '../testing/trace-collector.ts';

const WORKER = fileURLToPath(new URL('../../../worker/src/main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

describe.skipIf(isRedisMissing)('the trace of a turn whose tool a worker runs', () => {
  const closings: (() => unknown)[] = [];

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  /** A service that a tool calls, and what it was told of the trace. */
  async function startService() {
    const told: (string | undefined)[] = [];
    const service = createServer((request, response) => {
      const { traceparent } = request.headers;
      told.push(typeof traceparent === 'string' ? traceparent : undefined);
      request.resume().on('end', () => response.end('It has shipped.'));
    });
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    closings.push(() => service.close());
    return { told, url: `http://127.0.0.1:${(service.address() as AddressInfo).port}/secret-path` };
  }

  /** A worker in a process of its own; resolves when it takes jobs. */
  async function startWorker(settings: Record<string, string>) {
    const args = ['--conditions=antiphon-source', '--import', TSX, WORKER];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    closings.push(() => child.kill('SIGKILL'));
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => void (log += chunk.toString()));
    const closed = once(child, 'close');
    while (!String((await once(child.stdout, 'data'))[0]).includes('Ctrl-C'));
    return {
      stop: async () => {
        child.kill('SIGTERM');
        await closed;
        return log;
      },
    };
  }

  it('leads from the caller through the queue into the worker and to the service', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-trace-'));
    closings.push(() => rm(folder, { recursive: true }));
    const redis = await PrivateRedis.start();
    closings.push(() => redis.close());
    const collector = await TraceCollector.start();
    closings.push(() => collector.close());
    const { told, url } = await startService();
    const agentsDir = path.join(folder, 'agents');
    await writeAgent(agentsDir, 'waiter', null);
    const tool = ['tools:', '  - name: look_up', '    description: Looks up.', '    run: queued'];
    tool.push('    webhook:', `      url: ${url}`);
    await appendFile(path.join(agentsDir, 'waiter', 'agent.yaml'), `${tool.join('\n')}\n`);
    const mailDir = path.join(folder, 'mail');
    const worker = await startWorker({
      ANTIPHON_MAIL_DIR: mailDir,
      REDIS_URL: redis.url,
      ANTIPHON_AGENTS_DIR: agentsDir,
      ANTIPHON_WEBHOOK_ALLOW: '127.0.0.1',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url,
    });
    const server = await startTestServer({
      agentsDir,
      mailDir,
      redisUrl: redis.url,
      webhookAllow: ['127.0.0.1'],
      tracing: { url: collector.url, serviceName: 'server', ratio: 0, keepsPrivate: false },
    });
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
    const { session } = await client.message('session.created');
    const choice = { type: 'function', name: 'look_up' };
    client.send({ type: 'response.create', response: { tool_choice: choice } });
    await client.message(
      ({ type, item }) =>
        type === 'conversation.item.done' &&
        (item as { type: string }).type === 'function_call_output',
    );
    await client.close();
    await server.close();
    const log = await worker.stop();

    const { spans } = collector;
    const names = [];
    let span = spans.find(({ name }) => name === 'POST');
    const traceId = span?.traceId;
    const last = span?.spanId;
    while (span) {
      names.unshift(`${span.service}: ${span.name}`);
      expect(span.traceId).toBe(traceId);
      const { parentSpanId } = span;
      span = spans.find(({ spanId }) => spanId === parentSpanId);
    }
    expect(names).toEqual([
      'server: invoke_agent waiter',
      'server: execute_tool look_up',
      'server: send tools',
      'antiphon-worker: process tools',
      'antiphon-worker: execute_tool look_up',
      'antiphon-worker: POST',
    ]);
    expect(told).toEqual([`00-${traceId}-${last}-01`]);
    expect(collector.text).not.toContain('secret-path');
    const job = log
      .split('\n')
      .flatMap((line) => (line.includes('"job ended"') ? [JSON.parse(line) as object] : []));
    const { id } = session as { id: string };
    const spanId = spans.find(({ name }) => name === 'process tools')?.spanId;
    const ids = { sessionId: id, trace_id: traceId, span_id: spanId };
    expect(job).toEqual([expect.objectContaining(ids)]);
  });
});
