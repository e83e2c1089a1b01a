import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  callEvents,
  CHAT_ANALYST_KEY,
  GEMINI_ANALYST_KEY,
  LocalChatServer,
  LocalGeminiServer,
  recordCall,
} from '@antiphon/analysis/testing';
import type { CallAnalysis } from '@antiphon/observability';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from '../testing/run-program.ts';

describe('antiphon analyze', () => {
  let gemini: LocalGeminiServer;
  let chat: LocalChatServer;
  let directory: string;
  let recordings: string;

  beforeAll(async () => {
    gemini = await LocalGeminiServer.start();
    chat = await LocalChatServer.start();
  });
  afterAll(async () => {
    await gemini.close();
    await chat.close();
  });
  beforeEach(async () => {
    gemini.script = {};
    directory = await mkdtemp(path.join(tmpdir(), 'antiphon-analyze-cli-'));
    recordings = path.join(directory, '.antiphon', 'recordings');
    await recordCall(recordings, 'sess_a');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const environment = () => ({
    ANTIPHON_ANALYZE: 'gemini',
    ANTIPHON_ANALYZE_URL: gemini.url,
    ANTIPHON_ANALYZE_KEY_VARIABLE: 'MY_KEY',
    MY_KEY: GEMINI_ANALYST_KEY,
    CHAT_KEY: CHAT_ANALYST_KEY,
  });
  const run = (line: string, more: Record<string, string> = {}) =>
    runProgram(`analyze ${line}`, { directory, environment: { ...environment(), ...more } });

  it('prints the analysis of a session, and keeps it beside the recording', async () => {
    const { stdout, stderr, succeeded } = await run('sess_a');
    expect(succeeded).toBe(true);
    expect(stdout).toContain(
      'sess_a · acme-support · 0:08 · resolved\nThe caller asked for an order',
    );
    expect(stdout).toMatch(/resolution +│ +– +│ Because of resolution\./u);
    expect(stdout).toMatch(/grounding +│ +2 +│ .+0:01 “where is my order”/u);
    expect(stdout).toContain('\noverall 2.8 of 5\n');
    expect(stdout).toContain('+ It stayed polite.');
    expect(stdout).toContain(
      'by gemini, gemini-flash-latest-001, rubric service-call · 900 tokens in',
    );
    expect(stderr).toMatch(
      /^reading the recording …\nasking gemini .+ about 0\.1 MB of sound …\nKept/u,
    );
    const kept = await readFile(path.join(recordings, 'sess_a', 'analysis.json'), 'utf8');
    expect((JSON.parse(kept) as CallAnalysis).overall).toBe(2.8);
  });

  it('with --json prints it alone, the same as before without asking again', async () => {
    const before = gemini.questions.length;
    const first = await run('sess_a --json');
    const second = await run(`${path.join('.antiphon', 'recordings', 'sess_a')} --json`);
    expect(JSON.parse(first.stdout)).toMatchObject({ sessionId: 'sess_a', callMs: 8_000 });
    expect(second.stdout).toBe(first.stdout);
    expect(second.stderr).toContain('--again asks once more');
    expect(gemini.questions).toHaveLength(before + 1);
    await run('sess_a --again');
    expect(gemini.questions).toHaveLength(before + 2);
  });

  it('asks another analyst by a rubric of one’s own, and takes nothing of the worker’s', async () => {
    const rubric = 'name: house\ndimensions: [{ id: warmth, asks: Was it warm? }]\n';
    await writeFile(path.join(directory, 'house.yaml'), rubric);
    const { stdout } = await run(
      `sess_a --json --analyst openai --url ${chat.url} --key-variable CHAT_KEY --model local-audio --rubric house.yaml`,
    );
    expect(JSON.parse(stdout)).toMatchObject({
      analyst: { provider: 'openai', model: 'local-audio' },
      rubric: { name: 'house' },
      scores: [{ dimension: 'warmth' }],
    });
  });

  it.each([
    ['sess_b', {}, 'There is no recording "sess_b". Name its folder, or a session in'],
    ['sess_b', {}, 'the latest there: sess_a.'],
    ['sess_b', { ANTIPHON_DATA_DIR: 'none' }, ', where there is none.'],
    ['.antiphon', {}, 'is not named as recordings are'],
    ['sess_a', { MY_KEY: '' }, 'set MY_KEY, or name the variable that holds it. (no_key)'],
    ['sess_a', { MY_KEY: 'wrong' }, 'refused the key (HTTP 400, INVALID_ARGUMENT)'],
    ['sess_a --model nothing', {}, 'does not have the model (HTTP 404, NOT_FOUND)'],
    ['sess_a --rubric none.yaml', {}, 'none.yaml cannot be read (ENOENT)'],
    ['sess_a --analyst openai', {}, 'set OPENAI_API_KEY'],
    ['sess_a --url nowhere', {}, 'is no https:// or http:// address'],
  ])('says what is wrong with "%s" %j', async (line, more, told) => {
    const { error, stdout, succeeded } = await run(line, more);
    expect(error).toContain(told);
    expect(stdout).toBe('');
    expect(succeeded).toBeNull();
  });

  it('says why a call cannot be judged', async () => {
    await recordCall(recordings, 'sess_b', { events: callEvents('sess_b').slice(0, -1) });
    expect((await run('sess_b')).error).toMatch(/has no end: wait .+ \(recording_unfinished\)$/u);
    gemini.script = { fault: 'quotaSpent' };
    expect((await run('sess_a')).error).toMatch(/no quota left .+ \(provider_quota_exceeded\)$/u);
  });

  it('names its choices', async () => {
    await mkdir(path.join(directory, 'empty'));
    expect((await run('sess_a --analyst whisper')).stderr).toContain('gemini, openai');
    expect((await run('empty')).error).toContain('(recording_missing)');
  });
});
