import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FakeEngine } from '@antiphon/session/testing';
import type { EngineContext, GenerationRequest } from '@antiphon/session';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pipelinesOf } from './testing/parallel-calls-engine.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY, writeAgent } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

/** An engine that hands every caller over at once. */
class HandingOverEngine extends FakeEngine {
  override open(context: EngineContext): ReturnType<FakeEngine['open']> {
    const session = super.open(context);
    const generate = session.generate.bind(session);
    session.generate = (request: GenerationRequest) => {
      generate(request);
      // An engine answers after the call that asks it to.
      setImmediate(() => {
        if (request.kind === 'answer') {
          session.call('transfer_to_human', '{"reason":"angry","summary":"Late.","order_id":"1"}');
        } else session.speak('Bye.');
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
