import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EngineContext, GenerationRequest } from '@antiphon/session';
import { FakeEngine } from '@antiphon/session/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pipelinesOf } from './testing/parallel-calls-engine.ts';
import { TestClient } from './testing/test-client.ts';
import type { Message } from './testing/test-client.ts';
import { startTestServer, TEST_KEY, writeAgent } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';
import { TraceCollector } from './testing/trace-collector.ts';

/** What must be nowhere in the log. */
const SECRETS = ['elephant', 'saffron', 'marmalade', 'periwinkle', 'obsidian'];

/** Calls a tool, says what it found, and fails when it is asked once more. */
class TelltaleEngine extends FakeEngine {
  override open(context: EngineContext): ReturnType<FakeEngine['open']> {
    const session = super.open(context);
    const generate = session.generate.bind(session);
    let answers = 0;
    session.generate = (request: GenerationRequest) => {
      generate(request);
      if (request.kind === 'say') return;
      const answer = ++answers;
      setImmediate(() => {
        if (answer === 1) session.call('look_up', '{"colour":"saffron"}');
        if (answer === 2) session.speak('It is periwinkle today.');
        session.end(answer === 3 ? 'failed' : 'completed');
      });
    };
    return session;
  }
}

describe('the log of a call', () => {
  const engine = new TelltaleEngine();
  let folder: string;
  let server: TestServer;
  let collector: TraceCollector;
  let sessionId: string;
  let text = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'antiphon-logs-'));
    await agentWithTool(folder);
    collector = await TraceCollector.start();
    const { url } = collector;
    const log = pino({ level: 'trace' }, { write: (line: string) => void (text += line) });
    server = await startTestServer(
      {
        agentsDir: folder,
        logLevel: 'trace',
        tracing: { url, serviceName: 'logs', ratio: 1, keepsPrivate: false },
      },
      { log, openPipelines: () => Promise.resolve(pipelinesOf(engine)) },
    );
    sessionId = await call(server);
    await server.close();
  });

  afterAll(async () => {
    await collector.close();
    await rm(folder, { recursive: true });
  });

  const lines = () =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const lineOf = (msg: string) => lines().find((line) => line['msg'] === msg) ?? {};

  it('names the session in each line that is about it', () => {
    for (const msg of ['session started', 'tool started', 'tool ended', 'turn answered']) {
      expect(lineOf(msg)).toMatchObject({ msg, sessionId, agent: 'waiter' });
    }
    expect(lineOf('engine failed')).toMatchObject({ sessionId, code: 'providerFailed' });
    expect(lineOf('session ended')).toMatchObject({ sessionId });
  });

  it('names the spans of turns and tools that were exported', () => {
    const tool = lineOf('tool started');
    expect(tool['trace_id']).toMatch(/^[0-9a-f]{32}$/u);
    expect(lineOf('tool ended')).toMatchObject({
      trace_id: tool['trace_id'],
      span_id: tool['span_id'],
    });
    for (const msg of ['tool started', 'turn answered', 'engine failed']) {
      const { trace_id, span_id } = lineOf(msg);
      expect(collector.spans).toContainEqual(
        expect.objectContaining({ traceId: trace_id, spanId: span_id }),
      );
    }
  });

  it('holds nothing that was said, asked of a tool or answered by it, and no key', () => {
    expect(engine.session.context.history()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: 'toolOutput',
          output: expect.stringContaining('marmalade'),
        }),
      ]),
    );
    expect(text).toContain('"level":20');
    for (const secret of [...SECRETS, TEST_KEY]) expect(text).not.toContain(secret);
  });
});

async function agentWithTool(agentsDir: string): Promise<void> {
  await writeAgent(agentsDir, 'waiter', null);
  const tools = path.join(agentsDir, 'waiter', 'tools');
  await mkdir(tools);
  await writeFile(
    path.join(tools, 'look-up.mjs'),
    "export default () => ({ found: 'marmalade' });\n",
  );
  const yaml = [
    'tools:',
    '  - name: look_up',
    '    description: Looks something up.',
    '    parameters: { type: object, properties: { colour: { type: string } } }',
  ];
  await appendFile(path.join(agentsDir, 'waiter', 'agent.yaml'), `${yaml.join('\n')}\n`);
}

/** Types, is answered after a tool, and asks once more, which fails. */
async function call(server: TestServer): Promise<string> {
  const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
  const { session } = await client.message('session.created');
  const content = [{ type: 'input_text', text: 'Where is my elephant? The code is obsidian.' }];
  client.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content },
  });
  client.send({ type: 'response.create' });
  await client.message('response.done');
  // A client's answer to a tool of the server comes unasked.
  await client.message(
    ({ type, transcript }) => type === 'response.output_audio_transcript.done' && transcript !== '',
  );
  await client.message((message) => nth(client, message, 'response.done') === 2);
  client.send({ type: 'response.create' });
  await client.message((message) => nth(client, message, 'response.done') === 3);
  await client.close();
  return (session as { id: string }).id;
}

/** Which message of this type it is, counted from 1; 0 for one of another type. */
function nth({ messages }: TestClient, message: Message, type: string): number {
  return messages.filter((other) => other.type === type).indexOf(message) + 1;
}
