import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DrivenClock } from '@antiphon/session/testing';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { openServerFollowUps } from './server-follow-ups.ts';
import { ServerMetrics } from './server-metrics.ts';

const FOLLOW_UP = {
  id: 'sess_1.call_1',
  agent: 'acme',
  tool: 'lookup_order',
  to: 'ann@example.com',
  template: { subject: 'Order', body: 'It is {result}.' },
  arguments: '{}',
};

describe('openServerFollowUps', () => {
  let workingDir: string;
  let logged = '';
  const { tools: metrics } = new ServerMetrics({ sessions: () => new Map() });
  const log = pino({ level: 'info' }, { write: (line: string) => void (logged += line) });

  beforeEach(async () => {
    logged = '';
    workingDir = await mkdtemp(path.join(tmpdir(), 'antiphon-mail-'));
  });

  afterEach(() => rm(workingDir, { recursive: true }));

  it('puts mails into the data folder, and logs neither address nor content', async () => {
    const config = readConfig({ env: {}, workingDir });
    const opened = await openServerFollowUps(config, { clock: new DrivenClock(), log, metrics });
    const { followUps } = opened;
    expect(opened.summary).toContain(config.mailDir);
    expect(await followUps.promise({ ...FOLLOW_UP, to: 'ann@nowhere' })).toBe(false);
    expect(await followUps.promise(FOLLOW_UP)).toBe(true);
    await followUps.settle(FOLLOW_UP.id, { kind: 'result', output: 'shipped' });
    while ((await followUps.state(FOLLOW_UP.id)) !== 'sent') await new Promise(setImmediate);
    await opened.close();
    expect(await readdir(config.mailDir)).toHaveLength(1);
    const lines = logged.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 40, followUp: FOLLOW_UP.id, sessionId: 'sess_1', reason: 'invalid_address' },
      { level: 30, followUp: FOLLOW_UP.id, tool: 'lookup_order', state: 'sending' },
      { followUp: FOLLOW_UP.id, sessionId: 'sess_1', tool: 'lookup_order', state: 'sent' },
    ]);
    expect(logged).not.toMatch(/ann|nowhere|shipped|Order/u);
  });

  it('says where mails go without a password', async () => {
    const env = {
      SMTP_URL: 'smtp://user:hunter2@mail.example.com:2525',
      SMTP_FROM: 'support@example.com',
    };
    const opened = await openServerFollowUps(readConfig({ env, workingDir }), {
      clock: new DrivenClock(),
      log,
      metrics,
    });
    await opened.close();
    expect(opened.summary).toContain('smtp://mail.example.com:2525');
    expect(opened.summary).not.toMatch(/user|hunter2/u);
  });

  it('opens without Redis, says so without its password, and promises nothing', async () => {
    const env = { REDIS_URL: 'redis://:hunter2@127.0.0.1:1' };
    const opened = await openServerFollowUps(readConfig({ env, workingDir }), {
      clock: new DrivenClock(),
      log,
      metrics,
    });
    expect(await opened.followUps.promise(FOLLOW_UP)).toBe(false);
    await opened.close();
    expect(logged).toMatch(/Redis does not answer/u);
    expect(logged).toMatch(/ECONNREFUSED/u);
    expect(logged).not.toMatch(/hunter2|ann@/u);
  });
});
