import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_RUBRIC, openAnalyst } from '@antiphon/analysis';
import { AnalysisWorker } from '@antiphon/analysis/queue';
import { GEMINI_ANALYST_KEY, LocalGeminiServer } from '@antiphon/analysis/testing';
import { SessionArchive } from '@antiphon/storage';
import { LastingRedis, redisAddress } from '@antiphon/tools';
import { isRedisMissing, PrivateRedis } from '@antiphon/tools/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { speakTurn } from './testing/spoken-turn.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

/** Until a busy machine has done it. */
const PATIENTLY = { timeout: 30_000 };

describe.skipIf(isRedisMissing)('a call that ended', () => {
  const closings: (() => Promise<unknown>)[] = [];
  let redis: PrivateRedis;
  let gemini: LocalGeminiServer;

  beforeEach(async () => {
    redis = await PrivateRedis.start();
    closings.push(() => redis.close());
    gemini = await LocalGeminiServer.start();
    closings.push(() => gemini.close());
  });
  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  /** A server and a worker that share a folder and a Redis. */
  async function start(
    analyze: boolean,
  ): Promise<{ server: TestServer; stop: () => Promise<void> }> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'antiphon-judged-'));
    closings.push(() => rm(dataDir, { recursive: true }));
    const server = await startTestServer({ redisUrl: redis.url, analyze, dataDir });
    let stopped: Promise<void> | null = null;
    const stop = () => (stopped ??= server.close());
    closings.push(stop);
    const worker = new AnalysisWorker({
      redis: new LastingRedis(redisAddress(redis.url), { maxRetriesPerRequest: null }),
      archive: new SessionArchive(path.join(dataDir, 'recordings')),
      analyst: openAnalyst({
        name: 'gemini',
        url: gemini.url,
        keyVariable: 'KEY',
        variables: () => GEMINI_ANALYST_KEY,
      }),
      rubric: DEFAULT_RUBRIC,
    });
    closings.push(() => worker.close());
    return { server, stop };
  }

  async function call(server: TestServer): Promise<string> {
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
    const { session } = await client.message('session.created');
    speakTurn(client);
    await client.message('response.done');
    await client.close();
    return (session as { id: string }).id;
  }

  const metricsOf = async (server: TestServer) => {
    const headers = { authorization: `Bearer ${TEST_KEY}` };
    return (await fetch(`${server.url}/metrics`, { headers })).text();
  };

  it('is judged by a worker, and counted', async () => {
    const { server } = await start(true);
    const id = await call(server);
    await expect
      .poll(() => metricsOf(server), PATIENTLY)
      .toContain('antiphon_analyses_total{antiphon_analysis_outcome="analyzed"} 1');
    expect(await metricsOf(server)).toContain('antiphon_analysis_duration_count');
    const file = path.join(server.dataDir, 'recordings', id, 'analysis.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ sessionId: id });
    expect(gemini.questions).toHaveLength(1);
    const keys = new LastingRedis(redisAddress(redis.url), {});
    expect(await keys.exists(`antiphon:analyses:${id}`)).toBe(1);
    keys.disconnect();
    expect(server.logged.lines).toContainEqual(
      expect.objectContaining({ sessionId: id, outcome: 'analyzed', msg: 'analysis of the call' }),
    );
  });

  it('is sent to nobody unless somebody wants it judged', async () => {
    const { server, stop } = await start(false);
    const id = await call(server);
    await stop();
    const keys = new LastingRedis(redisAddress(redis.url), {});
    expect(await keys.exists(`antiphon:analyses:${id}`)).toBe(0);
    keys.disconnect();
    expect(gemini.questions).toEqual([]);
  });
});
