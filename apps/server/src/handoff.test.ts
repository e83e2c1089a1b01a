import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Fleet } from '@antiphon/observability';
import { FakeEngine } from '@antiphon/session/testing';
import type { EngineContext, GenerationRequest } from '@antiphon/session';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pipelinesOf } from './testing/parallel-calls-engine.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY, writeAgent } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

/** An engine that hands every caller over at once, or where something was typed, once its other tool has failed. */
class HandingOverEngine extends FakeEngine {
  override open(context: EngineContext): ReturnType<FakeEngine['open']> {
    const session = super.open(context);
    const generate = session.generate.bind(session);
    session.generate = (request: GenerationRequest) => {
      generate(request);
      // An engine answers after the call that asks it to.
      setImmediate(() => {
        const kinds = context.history().map(({ kind }) => kind);
        if (request.kind !== 'answer') session.speak('Bye.');
        else if (kinds.includes('message') && !kinds.includes('toolOutput')) {
          session.call('look_up', '{}');
        } else {
          session.call('transfer_to_human', '{"reason":"angry","summary":"Late.","order_id":"1"}');
        }
        session.end();
      });
    };
    return session;
  }
}

let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-handoff-'));
  await writeAgent(folder, 'desk', null);
  const tool =
    '\ntools:\n  - name: transfer_to_human\n    description: Passes on.\n    runs: session\n';
  await appendFile(path.join(folder, 'desk', 'agent.yaml'), tool);
  await writeAgent(folder, 'clerk', null);
  // No server may ask what is not allowed.
  const webhook = '    webhook:\n      url: http://127.0.0.1:9/\n';
  const lookUp = `  - name: look_up\n    description: Looks up.\n${webhook}`;
  await appendFile(path.join(folder, 'clerk', 'agent.yaml'), `${tool}${lookUp}`);
  const pipelines = pipelinesOf(new HandingOverEngine());
  server = await startTestServer(
    { agentsDir: folder, defaultAgent: 'desk' },
    { openPipelines: () => Promise.resolve(pipelines) },
  );
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

it('tells a client that asked for our own events where to read the call that is passed on', async () => {
  const url = `${server.wsUrl}/v1/realtime?model=desk&events=antiphon`;
  const client = await TestClient.open(url, { key: TEST_KEY });
  const { session } = await client.message('session.created');
  client.send({ type: 'response.create' });
  const { id } = session as { id: string };
  expect(await client.message('antiphon.handoff')).toMatchObject({
    reason: 'angry',
    summary: 'Late.',
    slots: { order_id: '1' },
    transcript_ref: {
      session_id: id,
      events: `/sessions/${id}/events.jsonl`,
      recording: `/sessions/${id}/recording.wav`,
    },
  });
  expect(await client.closed).toEqual({ code: 1000, reason: 'The caller was handed off.' });
  const headers = { authorization: `Bearer ${TEST_KEY}` };
  for (const file of ['events.jsonl', 'recording.wav']) {
    const read = async () =>
      (await fetch(`${server.url}/sessions/${id}/${file}`, { headers })).status;
    await expect.poll(read).toBe(200);
  }
});

it('counts callers who are passed on because a tool failed beside that tool', async () => {
  const url = `${server.wsUrl}/v1/realtime?model=clerk`;
  const client = await TestClient.open(url, { key: TEST_KEY });
  const content = [{ type: 'input_text', text: 'Where is it?' }];
  client.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content },
  });
  client.send({ type: 'response.create' });
  expect((await client.closed).code).toBe(1000);
  const headers = { authorization: `Bearer ${TEST_KEY}` };
  const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
  const [counted] = /^antiphon_escalations_total\{[^}]*clerk[^}]*\} 1$/mu.exec(metrics) ?? [];
  expect(counted).toContain('antiphon_escalation_reason="tool_error"');
  expect(counted).toContain('gen_ai_tool_name="look_up"');
  const fleet = (await (await fetch(`${server.url}/console/fleet`, { headers })).json()) as Fleet;
  expect(fleet.tools).toContainEqual(
    expect.objectContaining({ agent: 'clerk', tool: 'look_up', calls: 1, failed: 1, handedOff: 1 }),
  );
  expect(fleet.handOffs).toContainEqual({ reason: 'tool_error', count: 1 });
});

it('names what there is to who asks for other events', async () => {
  const url = `${server.wsUrl}/v1/realtime?events=all`;
  const client = await TestClient.open(url, { key: TEST_KEY });
  expect((await client.message('error')).error).toMatchObject({
    code: 'invalid_value',
    param: 'events',
    message: "Invalid value: 'all'. Supported values are: 'antiphon'.",
  });
  expect((await client.closed).code).toBe(4004);
});
