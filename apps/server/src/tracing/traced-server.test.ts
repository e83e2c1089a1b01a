import { feedEventSchema } from '@antiphon/observability';
import type { Fleet, TurnReport } from '@antiphon/observability';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { speakTurn } from '../testing/spoken-turn.ts';
import { TestClient } from '../testing/test-client.ts';
import { startTestServer, TEST_KEY } from '../testing/test-server.ts';
import type { TestServer } from '../testing/test-server.ts';
import { TraceCollector } from '../testing/trace-collector.ts';

describe('a server that traces', () => {
  let server: TestServer;
  let collector: TraceCollector;
  const remote = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

  beforeAll(async () => {
    collector = await TraceCollector.start();
    const { url } = collector;
    const tracing = { url, serviceName: 'traced', ratio: 1, keepsPrivate: false };
    server = await startTestServer({ tracing });
  });

  let closing: Promise<void> | null = null;
  const close = () => (closing ??= server.close());

  afterAll(async () => {
    await close();
    await collector.close();
  });

  it('tells feed and console the traces of turns, the last of a session before its end', async () => {
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, {
      key: TEST_KEY,
      headers: { traceparent: `00-${remote.traceId}-${remote.spanId}-01` },
    });
    const { session } = await client.message('session.created');
    const { id } = session as { id: string };
    const feed = await TestClient.open(`${server.wsUrl}/sessions/${id}/feed`, { key: TEST_KEY });
    speakTurn(client);
    const { report } = await feed.message('turn');
    await client.close();
    await feed.closed;
    const trace = feed.messages.find(({ type }) => type === 'trace');
    expect(feedEventSchema.parse(trace)).toMatchObject({
      turn: (report as TurnReport).turn,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/u),
    });
    expect(feed.messages.at(-1)).toMatchObject({ type: 'session.ended' });
    const headers = { authorization: `Bearer ${TEST_KEY}` };
    const response = await fetch(`${server.url}/console/fleet`, { headers });
    const { slowest } = (await response.json()) as Fleet;
    expect(slowest).toMatchObject([{ sessionId: id, traceId: trace?.traceId }]);
    await close();
    const { spans } = collector;
    expect(spans.map(({ traceId }) => traceId)).toContain(trace?.traceId);
    expect(spans.map(({ name }) => name)).toContain('antiphon.session.end');
    expect(spans.flatMap(({ links = [] }) => links)).toContainEqual(remote);
  });
});
