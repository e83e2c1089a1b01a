import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { FakeEngine } from '@antiphon/session/testing';
import type { EngineContext, GenerationRequest } from '@antiphon/session';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pipelinesOf } from './testing/parallel-calls-engine.ts';
import { speak } from './testing/spoken-turn.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY, writeAgent } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';
import { TraceCollector } from './testing/trace-collector.ts';

/** What must not be in a log: said, typed, given to a tool, answered by it, failed with, or a key. */
const SECRETS = {
  said: 'marked-said',
  typed: 'marked-typed',
  spoken: 'marked-spoken',
  webhookArgument: 'marked-webhook-argument',
  clientArgument: 'marked-client-argument',
  webhookResult: 'marked-webhook-result',
  webhookFailure: 'marked-webhook-failure',
  clientResult: 'marked-client-result',
  engineFailure: 'marked-engine-failure',
  token: 'marked-token',
  key: TEST_KEY,
};

/** Calls three tools at once, says something, and fails at the end. */
class BusyEngine extends FakeEngine {
  override open(context: EngineContext): ReturnType<FakeEngine['open']> {
    const session = super.open(context);
    session.transcript = SECRETS.said;
    const generate = session.generate.bind(session);
    session.generate = (request: GenerationRequest) => {
      generate(request);
      // An engine answers after the call that asks it to.
      setImmediate(() => {
        const outputs = context.history().filter(({ kind }) => kind === 'toolOutput');
        if (outputs.length === 0) {
          session.call('find', JSON.stringify({ of: SECRETS.webhookArgument }), 'call_find');
          session.call('fail', JSON.stringify({ of: SECRETS.webhookArgument }), 'call_fail');
          session.call('ask', JSON.stringify({ of: SECRETS.clientArgument }), 'call_ask');
          session.end();
          return;
        }
        session.speak(SECRETS.spoken);
        const { generationId } = request;
        const error = { code: 'providerFailed', message: SECRETS.engineFailure };
        const usage = {
          inputTextTokens: 1,
          inputAudioTokens: 0,
          outputTextTokens: 1,
          outputAudioTokens: 0,
        };
        session.emit({ type: 'generation.ended', generationId, outcome: 'failed', usage, error });
      });
    };
    return session;
  }
}

describe('the log of a call, with everything that is ever logged', () => {
  let folder: string;
  let crm: Server;
  let server: TestServer;
  let logged = '';
  let collector: TraceCollector;
  const asked: string[] = [];
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= server.close());

  beforeAll(async () => {
    collector = await TraceCollector.start();
    crm = createServer((request, response) => {
      void text(request).then((body) => {
        asked.push(`${String(request.headers.authorization)} ${body}`);
        const isFind = request.url === '/find';
        response.writeHead(isFind ? 200 : 500, { 'content-type': 'text/plain' });
        response.end(isFind ? SECRETS.webhookResult : SECRETS.webhookFailure);
      });
    }).listen(0, '127.0.0.1');
    await once(crm, 'listening');
    const { port } = crm.address() as AddressInfo;
    folder = await mkdtemp(path.join(tmpdir(), 'antiphon-call-log-'));
    await writeAgent(folder, 'desk', null);
    const tool = (name: string) => `  - name: ${name}
    description: Looks it up.
    parameters: { type: object, properties: { of: { type: string } } }
    effect: none
    webhook:
      url: http://127.0.0.1:${port}/${name}
      headers: { authorization: 'Bearer \${CRM_TOKEN}' }
      retries: 0
`;
    await appendFile(
      path.join(folder, 'desk', 'agent.yaml'),
      `tools:\n${tool('find')}${tool('fail')}`,
    );
    const pipelines = pipelinesOf(new BusyEngine());
    const log = pino({ level: 'debug' }, { write: (line: string) => void (logged += line) });
    server = await startTestServer(
      {
        agentsDir: folder,
        defaultAgent: 'desk',
        webhookAllow: ['127.0.0.1'],
        variables: (name) => (name === 'CRM_TOKEN' ? SECRETS.token : undefined),
        tracing: {
          url: collector.url,
          serviceName: 'test',
          ratio: 0,
          keepsPrivate: false,
        },
      },
      { openPipelines: () => Promise.resolve(pipelines), log },
    );
  });

  afterAll(async () => {
    await close();
    await collector.close();
    await rm(folder, { recursive: true });
    crm.closeAllConnections();
    crm.close();
    await once(crm, 'close');
  });

  it('tells whose lines they are and which trace was kept, and nothing that was said or given', async () => {
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
    const { session } = await client.message('session.created');
    const { id } = session as { id: string };
    const feed = await TestClient.open(`${server.wsUrl}/sessions/${id}/feed`, { key: TEST_KEY });
    client.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        audio: { input: { turn_detection: null } },
        tools: [{ type: 'function', name: 'ask' }],
      },
    });
    const content = [{ type: 'input_text', text: SECRETS.typed }];
    const item = { type: 'message', role: 'user', content };
    client.send({ type: 'conversation.item.create', item });
    speak(client, 400);
    client.send({ type: 'input_audio_buffer.commit' });
    await feed.message('caller.transcript');
    client.send({ type: 'response.create' });
    await client.message('response.done');
    const output = {
      type: 'function_call_output',
      call_id: 'call_ask',
      output: SECRETS.clientResult,
    };
    client.send({ type: 'conversation.item.create', item: output });
    const settled = (call: string) =>
      feed.message((event) => event.type === 'tool.settled' && event['callId'] === call);
    await Promise.all(['call_find', 'call_fail', 'call_ask'].map(settled));
    client.send({ type: 'response.create' });
    await feed.message('fault');
    await client.close();
    await feed.closed;
    await expect.poll(() => logged).toContain('session ended');

    await close();

    const told = JSON.stringify([asked, client.messages, feed.messages]);
    for (const secret of Object.values(SECRETS)) {
      // What a failed call came with was there for the taking, even where nobody is told of it.
      if (secret !== TEST_KEY && secret !== SECRETS.webhookFailure) expect(told).toContain(secret);
      expect(logged).not.toContain(secret);
    }
    const lines = logged
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['sessionId'] === id);
    expect(new Set(lines.map(({ msg }) => msg))).toEqual(
      new Set(['session started', 'engine failed', 'session ended']),
    );
    const traceIds = new Set(lines.map(({ trace_id: traceId }) => String(traceId)));
    // The start, the turn that failed and the end.
    expect(traceIds.size).toBe(3);
    const spans = collector.spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`);
    for (const line of lines) {
      expect(spans).toContain(`${String(line['trace_id'])} ${String(line['span_id'])}`);
    }
  });
});
