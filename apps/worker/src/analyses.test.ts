import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AnalysisQueue } from '@antiphon/analysis/queue';
import {
  callEvents,
  GEMINI_ANALYST_KEY,
  LocalGeminiServer,
  recordCall,
} from '@antiphon/analysis/testing';
import { LastingRedis, redisAddress } from '@antiphon/tools';
import { isRedisMissing, PrivateRedis } from '@antiphon/tools/testing';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnalysisConfig } from './config.ts';
import { openAnalyses } from './open-analyses.ts';
import type { OpenAnalyses } from './open-analyses.ts';

/** Until a busy machine has done it. */
const PATIENTLY = { timeout: 30_000 };

type Ended = Parameters<NonNullable<ConstructorParameters<typeof AnalysisQueue>[0]['onEnded']>>[0];

describe.skipIf(isRedisMissing)('finished calls in the queue', () => {
  const closings: (() => Promise<unknown>)[] = [];
  let recordingsDir: string;
  let gemini: LocalGeminiServer;
  let redis: PrivateRedis;
  let logged: string;

  beforeEach(async () => {
    logged = '';
    recordingsDir = await mkdtemp(path.join(tmpdir(), 'antiphon-analyses-'));
    closings.push(() => rm(recordingsDir, { recursive: true }));
    gemini = await LocalGeminiServer.start();
    closings.push(() => gemini.close());
    redis = await PrivateRedis.start();
    closings.push(() => redis.close());
    await recordCall(recordingsDir, 'sess_a');
  });

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  const analysis = (more: Partial<AnalysisConfig> = {}): AnalysisConfig => ({
    name: 'gemini',
    model: 'gemini-local',
    url: gemini.url,
    keyVariable: 'KEY',
    rubric: null,
    recordingsDir,
    ...more,
  });

  const open = (
    more: Partial<AnalysisConfig> = {},
    key: string | undefined = GEMINI_ANALYST_KEY,
  ): Promise<OpenAnalyses | null> =>
    openAnalyses(
      {
        analysis: analysis(more),
        redisUrl: redis.url,
        variables: (name) => (name === 'KEY' ? key : undefined),
      },
      {
        log: pino({}, { write: (line: string) => void (logged += line) }),
        onFault: () => {},
      },
    );

  async function work(): Promise<OpenAnalyses> {
    const opened = (await open())!;
    closings.push(() => opened.close());
    return opened;
  }

  function queueOf(retryMs = 10): { queue: AnalysisQueue; ends: Ended[] } {
    const ends: Ended[] = [];
    const queue = new AnalysisQueue({
      redis: new LastingRedis(redisAddress(redis.url), { maxRetriesPerRequest: null }),
      retryMs,
      onEnded: (end) => ends.push(end),
    });
    closings.push(() => queue.close());
    return { queue, ends };
  }

  const kept = (id: string) => readFile(path.join(recordingsDir, id, 'analysis.json'), 'utf8');

  it('are judged by a worker, once, and their end is told', async () => {
    const { queue, ends } = queueOf();
    queue.add('sess_a');
    queue.add('sess_a');
    const { summary } = await work();
    expect(summary).toBe(`calls of ${recordingsDir} by gemini (gemini-local), rubric service-call`);
    await expect
      .poll(() => ends, PATIENTLY)
      .toMatchObject([{ sessionId: 'sess_a', outcome: 'analyzed' }]);
    expect(ends[0]?.durationMs).toBeGreaterThan(0);
    expect(JSON.parse(await kept('sess_a'))).toMatchObject({ sessionId: 'sess_a' });
    expect(gemini.questions).toHaveLength(1);
    expect(logged).toContain('call analyzed');
    expect(logged).not.toMatch(/order|polite|AIza/u);
  });

  it('that were judged before are not paid for again', async () => {
    const before = '{"not": "of this version"}';
    const { queue, ends } = queueOf();
    await work();
    queue.add('sess_a');
    await expect.poll(() => ends, PATIENTLY).toHaveLength(1);
    const result = await kept('sess_a');
    await recordCall(recordingsDir, 'sess_b');
    await writeFile(path.join(recordingsDir, 'sess_b', 'analysis.json'), result);
    await recordCall(recordingsDir, 'sess_c');
    await writeFile(path.join(recordingsDir, 'sess_c', 'analysis.json'), before);
    queue.add('sess_b');
    queue.add('sess_c');
    await expect.poll(() => ends, PATIENTLY).toHaveLength(3);
    const outcomes = new Map(ends.map(({ sessionId, outcome }) => [sessionId, outcome]));
    expect(outcomes.get('sess_b')).toBe('kept');
    expect(outcomes.get('sess_c')).toBe('analyzed');
    expect(gemini.questions).toHaveLength(2);
  });

  it('are tried again when it may pass, and given up when it does not', async () => {
    const { queue, ends } = queueOf();
    await work();
    gemini.script = { fault: 'askedTooOften' };
    queue.add('sess_a');
    await expect.poll(() => gemini.questions.length, PATIENTLY).toBeGreaterThan(1);
    gemini.script = {};
    await expect.poll(() => ends, PATIENTLY).toMatchObject([{ outcome: 'analyzed' }]);
    const asked = gemini.questions.length;
    gemini.script = { fault: 'overloaded' };
    await recordCall(recordingsDir, 'sess_b');
    queue.add('sess_b');
    await expect
      .poll(() => ends.at(-1), PATIENTLY)
      .toMatchObject({
        sessionId: 'sess_b',
        outcome: 'provider_failed',
      });
    expect(gemini.questions).toHaveLength(asked + 5);
  });

  it('that cannot be judged are named and not tried again', async () => {
    const { queue, ends } = queueOf();
    await work();
    await recordCall(recordingsDir, 'sess_b', { events: callEvents('sess_b').slice(0, -1) });
    gemini.script = { fault: 'quotaSpent' };
    for (const id of ['sess_a', 'sess_b', 'sess_none']) queue.add(id);
    await expect.poll(() => ends, PATIENTLY).toHaveLength(3);
    expect(new Map(ends.map(({ sessionId, outcome }) => [sessionId, outcome]))).toEqual(
      new Map([
        ['sess_a', 'provider_quota_exceeded'],
        ['sess_b', 'recording_unfinished'],
        ['sess_none', 'recording_missing'],
      ]),
    );
    expect(gemini.questions).toHaveLength(1);
    expect(logged).toContain('Raise it, or wait for a new day.');
  });

  it('wait while Redis is away, and are judged when it is back', async () => {
    await redis.kill();
    const { queue, ends } = queueOf();
    queue.add('sess_a');
    await redis.restart();
    await work();
    // Events from before Redis was there may be missed; what is kept is not.
    await expect.poll(() => kept('sess_a').catch(() => null), PATIENTLY).not.toBeNull();
    expect(ends.every(({ outcome }) => outcome === 'analyzed')).toBe(true);
  });

  it('of a worker that stops are put back for another', async () => {
    const { queue, ends } = queueOf();
    gemini.script = { fault: 'silent' };
    const stopped = (await open())!;
    queue.add('sess_a');
    await expect.poll(() => gemini.waiting, PATIENTLY).toBe(1);
    await stopped.close();
    expect(gemini.waiting).toBe(0);
    gemini.script = {};
    await work();
    await expect.poll(() => ends, PATIENTLY).toMatchObject([{ outcome: 'analyzed' }]);
  });

  it('are told as dropped once nothing is taken any more', async () => {
    const { queue, ends } = queueOf();
    queue.add('sess_a');
    expect(await queue.close()).toBe(0);
    queue.add('sess_b');
    expect(ends).toEqual([{ sessionId: 'sess_b', outcome: 'dropped', durationMs: null }]);
  });

  it('of a server that stops without a Redis are counted', async () => {
    await redis.kill();
    const { queue } = queueOf();
    queue.add('sess_a');
    expect(await queue.close()).toBe(1);
  });

  it('are not taken without a key, or by a rubric that is none', async () => {
    await expect(open({}, '')).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringMatching(/^ANTIPHON_ANALYZE: There is no key .+ set KEY/u) as string,
    });
    await expect(open({ rubric: '/nowhere/house.yaml' })).rejects.toThrow(
      /cannot be read \(ENOENT\)/u,
    );
  });
});
