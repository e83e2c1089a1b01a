import { afterEach, describe, expect, it } from 'vitest';
import { speakTurn } from '../testing/spoken-turn.ts';
import { TestClient } from '../testing/test-client.ts';
import { startTestServer, TEST_KEY } from '../testing/test-server.ts';
import { TraceCollector } from '../testing/trace-collector.ts';

const OF_UPGRADE = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const OF_UPDATE = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

const headerOf = ({ traceId, spanId }: typeof OF_UPGRADE) => `00-${traceId}-${spanId}-01`;

describe("a client's own trace", () => {
  const closings: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  it('is linked to as the upgrade names it, and then as the session does', async () => {
    const collector = await TraceCollector.start();
    closings.push(() => collector.close());
    const server = await startTestServer({
      tracing: { url: collector.url, serviceName: 'linked', ratio: 1, keepsPrivate: false },
    });
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, {
      key: TEST_KEY,
      headers: { traceparent: headerOf(OF_UPGRADE) },
    });
    await client.message('session.created');
    const metadata = { traceparent: headerOf(OF_UPDATE), other: 1 };
    client.send({ type: 'session.update', session: { type: 'realtime', tracing: { metadata } } });
    await client.message('session.updated');
    speakTurn(client);
    await client.message('response.done');
    await client.close();
    await server.close();
    const linksOf = (wanted: string) => {
      const { links = [] } = collector.spans.find(({ name }) => name === wanted) ?? {};
      return links.map(({ traceId, spanId }) => ({ traceId, spanId }));
    };
    expect(linksOf('antiphon.session.start')).toEqual([OF_UPGRADE]);
    expect(linksOf('invoke_agent waiter')).toContainEqual(OF_UPDATE);
    expect(linksOf('invoke_agent waiter')).not.toContainEqual(OF_UPGRADE);
    expect(linksOf('antiphon.session.end')).toContainEqual(OF_UPDATE);
  });
});
